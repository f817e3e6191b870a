/** Longer lines are cut: no line of a solver is, and no pattern sees more than this. */
export const LONGEST_LINE = 4096

const NEWLINE = 10

/**
 * Whole lines of pieces of a file, with the place in the file up to which they reach: what comes after it has not been seen
 * by anybody and may be read again. Lines lose their ends; a line of any length costs no more memory than its beginning.
 */
export class LineReader {
  #rest: Buffer = Buffer.alloc(0)
  /** Bytes of the unfinished line, the ones that were not kept as well. */
  #pending = 0
  #end: number

  /** `offset`: the byte the first piece begins at. */
  constructor(offset: number) {
    this.#end = offset
  }

  /** The byte after the last whole line. */
  get end(): number {
    return this.#end
  }

  push(piece: Buffer): string[] {
    const last = piece.lastIndexOf(NEWLINE)
    if (last === -1) {
      this.#keep(piece)
      return []
    }
    // What was cut off a line stays off: its end is none of the next line's.
    const start = this.#pending > this.#rest.length ? piece.indexOf(NEWLINE) : 0
    const whole = Buffer.concat([this.#rest, piece.subarray(start, last)])
    this.#end += this.#pending + last + 1
    this.#rest = Buffer.alloc(0)
    this.#pending = 0
    this.#keep(piece.subarray(last + 1))
    return whole.toString('utf8').split('\n').map(trimmed)
  }

  /** The last line, where it has no end. */
  finish(): string[] {
    const rest = this.#rest.toString('utf8')
    this.#end += this.#pending
    this.#rest = Buffer.alloc(0)
    this.#pending = 0
    return rest === '' ? [] : [trimmed(rest)]
  }

  #keep(part: Buffer): void {
    this.#pending += part.length
    // Copied: the piece's memory is used again for the next.
    const room = LONGEST_LINE - this.#rest.length
    if (room > 0 && part.length > 0) this.#rest = Buffer.concat([this.#rest, part.subarray(0, room)])
  }
}

const trimmed = (line: string): string => {
  const cut = line.length > LONGEST_LINE ? line.slice(0, LONGEST_LINE) : line
  return cut.endsWith('\r') ? cut.slice(0, -1) : cut
}
