import { leastChunk } from '../../../contract/agent/content-chunks.ts'
import { Failure } from '../kit/failure.ts'
import { wrongLength } from './ingest.ts'
import type { Source } from './sources.ts'

/** Bytes of the chunk for each piece of its recipe. Two for each content-defined chunk would be twice as many or more. */
const BYTES_PER_PIECE = leastChunk / 4
const FEW_PIECES = 64
const mostPieces = (length: number) => FEW_PIECES + Math.ceil(length / BYTES_PER_PIECE)

/** Bytes of the longest recipe of a chunk of `length` bytes. */
export const longestRecipe = (length: number): number => length + 16 * mostPieces(length)

/** Bytes read from the source at once. */
const READ = 1 << 20

const malformed = () => new Failure('BAD_REQUEST', 'The recipe of the chunk cannot be read.')
const changed = () =>
  new Failure('CHECKSUM_MISMATCH', 'The earlier file on the cluster is not what it was. Send the chunk as it is.')

/** Takes bytes from a stream in the portions that are asked for. */
class Portions {
  readonly #pieces: AsyncIterator<Buffer, void>
  #rest: Buffer = Buffer.alloc(0)

  constructor(pieces: AsyncIterator<Buffer, void>) {
    this.#pieces = pieces
  }

  /** At least one byte and at most `most`; none at the end. */
  async some(most: number): Promise<Buffer> {
    while (this.#rest.length === 0) {
      const next = await this.#pieces.next()
      if (next.done === true) return this.#rest
      this.#rest = next.value
    }
    const portion = this.#rest.subarray(0, most)
    this.#rest = this.#rest.subarray(portion.length)
    return portion
  }

  /** Exactly `length` bytes. */
  async exactly(length: number): Promise<Buffer> {
    const first = await this.some(length)
    if (first.length === length) return first
    const parts = [first]
    for (let missing = length - first.length; missing > 0;) {
      const part = await this.some(missing)
      if (part.length === 0) throw malformed()
      parts.push(part)
      missing -= part.length
    }
    return Buffer.concat(parts)
  }
}

async function* rangeOf(source: Source, offset: number, length: number): AsyncGenerator<Buffer, void> {
  for (let done = 0; done < length;) {
    const piece = Buffer.allocUnsafe(Math.min(READ, length - done))
    const { bytesRead } = await source.read(piece, 0, piece.length, offset + done)
    if (bytesRead === 0) throw changed()
    done += bytesRead
    yield piece.subarray(0, bytesRead)
  }
}

/**
 * The chunk of `length` bytes that a recipe (contract/agent/recipe.ts) puts together, as it comes in: neither recipe nor chunk
 * is held. Ends `recipe`.
 *
 * @throws Failure BAD_REQUEST for what is no recipe or makes another length; CHECKSUM_MISMATCH for a range that the source
 *   does not have (any more).
 */
export async function* assembled(
  recipe: AsyncGenerator<Buffer, void>,
  source: Source,
  length: number,
): AsyncGenerator<Buffer, void> {
  const portions = new Portions(recipe)
  let made = 0
  const add = (bytes: number) => {
    made += bytes
    if (made > length) throw wrongLength(length, made)
  }
  try {
    for (let count = 0; ; count++) {
      const kind = await portions.some(1)
      if (kind.length === 0) return
      if (count === mostPieces(length)) throw malformed()
      if (kind[0] === 0) {
        const own = (await portions.exactly(4)).readUInt32BE()
        add(own)
        for (let done = 0; done < own;) {
          const part = await portions.some(own - done)
          if (part.length === 0) throw malformed()
          done += part.length
          yield part
        }
      } else if (kind[0] === 1) {
        const head = await portions.exactly(10)
        const range = { offset: head.readUIntBE(0, 6), length: head.readUInt32BE(6) }
        add(range.length)
        if (!source.covers(range)) throw changed()
        yield* rangeOf(source, range.offset, range.length)
      } else throw malformed()
    }
  } finally {
    await recipe.return()
  }
}
