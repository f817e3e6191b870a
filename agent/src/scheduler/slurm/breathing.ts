/** Longest piece of work between two turns of the event loop. */
const PIECE_MS = 5

/**
 * Goes through a long list in pieces: between them everybody else has their turn. Nothing may rely on the list's owner staying
 * as it is meanwhile.
 */
export async function inPieces<T>(items: Iterable<T>, each: (item: T) => void): Promise<void> {
  let began = performance.now()
  let done = 0
  for (const item of items) {
    each(item)
    done += 1
    if (done % 50 !== 0 || performance.now() - began < PIECE_MS) continue
    await turn()
    began = performance.now()
  }
}

export const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** The lines of a text, one by one. */
export function* linesIn(text: string): Generator<string> {
  for (let from = 0; from < text.length;) {
    const end = text.indexOf('\n', from)
    const line = text.slice(from, end === -1 ? text.length : end)
    from += line.length + 1
    yield line
  }
}
