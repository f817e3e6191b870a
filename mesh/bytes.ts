/** A file, read at any place. */
export interface Bytes<T extends Uint8Array = Buffer> {
  size: number
  /** As many as there are, at most `length`. */
  read(position: number, length: number): Promise<T>
}

/** Why a file cannot be drawn; a sentence for the user. */
export class Undrawable extends Error {}

const PIECE = 4 * 2 ** 20
/** Longer lines are no mesh. */
const LONGEST_LINE = 1_048_576

const isSpace = (code: number) => code === 32 || (code >= 9 && code <= 13)

/** Goes through a file once, as lines, as numbers, or as bytes, whichever comes next. */
export class Cursor {
  readonly #bytes: Bytes
  /** Where the text that is held begins in the file. */
  #start = 0
  #text = ''
  #at = 0

  constructor(bytes: Bytes) {
    this.#bytes = bytes
  }

  /** In the file. */
  get position(): number {
    return this.#start + this.#at
  }

  async #more(): Promise<boolean> {
    const from = this.#start + this.#text.length
    if (from >= this.#bytes.size) return false
    const piece = await this.#bytes.read(from, PIECE)
    if (piece.length === 0) return false
    const rest = this.#text.slice(this.#at)
    if (rest.length > LONGEST_LINE) throw new Undrawable('A line of it is longer than any mesh file has.')
    this.#start += this.#at
    this.#text = rest + piece.toString('latin1')
    this.#at = 0
    return true
  }

  /** The next line without its end; undefined at the end of the file. */
  async line(): Promise<string | undefined> {
    let end = this.#text.indexOf('\n', this.#at)
    while (end < 0 && (await this.#more())) end = this.#text.indexOf('\n', this.#at)
    if (end < 0) {
      if (this.#at >= this.#text.length) return undefined
      end = this.#text.length
    }
    const line = this.#text.slice(this.#at, this.#text.charCodeAt(end - 1) === 13 ? end - 1 : end)
    this.#at = end + 1
    return line
  }

  /** The next `count` numbers, with any white space between them. */
  async numbers(count: number): Promise<Float64Array> {
    // Each takes a digit and a space: memory is taken for what can be there.
    if (count > (this.#bytes.size - this.position + 1) / 2) throw new Undrawable('It ends too early.')
    const values = new Float64Array(count)
    let done = 0
    while (done < count) {
      done = this.#scan(values, done)
      if (done < count && !(await this.#more())) break
    }
    // The last number may end with the file.
    if (done < count && this.#at < this.#text.length) {
      const last = this.#text.slice(this.#at).trim()
      if (last !== '') values[done++] = Number(last)
      this.#at = this.#text.length
    }
    if (done < count) throw new Undrawable('It ends too early.')
    return values
  }

  /** Numbers that end within what is held. */
  #scan(values: Float64Array, from: number): number {
    const text = this.#text
    let done = from
    let at = this.#at
    while (done < values.length) {
      while (at < text.length && isSpace(text.charCodeAt(at))) at += 1
      let end = at
      while (end < text.length && !isSpace(text.charCodeAt(end))) end += 1
      if (end >= text.length) break
      values[done++] = Number(text.slice(at, end))
      at = end
    }
    this.#at = at
    return done
  }

  async bytes(count: number): Promise<Buffer> {
    const from = this.position
    if (from + count > this.#bytes.size) throw new Undrawable('It ends too early.')
    const all = Buffer.allocUnsafe(count)
    for (let done = 0; done < count;) {
      const piece = await this.#bytes.read(from + done, Math.min(PIECE, count - done))
      if (piece.length === 0) throw new Undrawable('It ends too early.')
      done += piece.copy(all, done)
    }
    this.#start = from + count
    this.#text = ''
    this.#at = 0
    return all
  }
}
