import { createEscapeScanner } from './escapes.ts'

/** The last part of a text that only grows. */
export interface Scrollback {
  append(text: string): void
  /** At most `limit` UTF-16 units; begins neither within a character nor within an escape sequence. */
  text(): string
}

/** Units: keystrokes echoed one by one must not become a chunk each. */
const chunkUnits = 8192
/** A sequence that is longer than this is none (a binary file was printed): the cut is made within it. */
const longestSequence = 65_536

/**
 * Keeps the text as chunks and drops from its front. Modes that were set in what is dropped (colours, the alternate screen)
 * are not known to a reader that comes later: a program that paints the whole screen does so again when the size changes.
 */
export function createScrollback(limit: number): Scrollback {
  const chunks: string[] = []
  let length = 0
  const scanner = createEscapeScanner()
  /** Units dropped because the sequence they belong to had lost its beginning; 0: a reader may begin where the text does. */
  let within = 0

  /** Drops at least so many units, up to the first place where a reader may begin. */
  function drop(excess: number): void {
    let left = excess
    for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift()) {
      for (let at = 0; at < chunk.length; at += 1) {
        const mayBegin = scanner.feed(chunk.charCodeAt(at))
        length -= 1
        left -= 1
        if (left > 0) continue
        within = mayBegin || within >= longestSequence ? 0 : within + 1
        if (within > 0) continue
        const rest = chunk.slice(at + 1)
        if (rest !== '') chunks.unshift(rest)
        return
      }
    }
  }

  return {
    append(text) {
      if (text === '') return
      const last = chunks.at(-1)
      // Joined rather than added: adding makes a tree of small strings that costs many times their size.
      if (last !== undefined && last.length + text.length <= chunkUnits)
        chunks[chunks.length - 1] = [last, text].join('')
      else chunks.push(text)
      length += text.length
      if (length > limit || within > 0) drop(length - limit)
    },
    text: () => chunks.join(''),
  }
}
