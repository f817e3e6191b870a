import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeRecipe, encodeRecipe, type RecipePiece } from '../../../../contract/agent/recipe.ts'
import { decodersOf, formOf } from '../../../../agent/src/uploads/chunk-body.ts'
import { contentSignature } from '../../../../agent/src/uploads/content-signature.ts'
import { assembled } from '../../../../agent/src/uploads/recipe-body.ts'
import type { Source } from '../../../../agent/src/uploads/sources.ts'
import { signatureOf } from '../../../helpers/signature.ts'

/** Bytes that are read as a file is, at most `most` at once. */
const readerOf = (bytes: Buffer, most = Number.POSITIVE_INFINITY) => ({
  read: async (buffer: Buffer, offset: number, length: number, position: number) => ({
    buffer,
    bytesRead: bytes.copy(buffer, offset, position, position + Math.min(length, most)),
  }),
})
const sourceOf = (bytes: Buffer, most?: number): Source => ({
  ...readerOf(bytes, most),
  row: { id: 'x' } as Source['row'],
  isWhole: true,
  size: bytes.length,
  modified: new Date(0),
  covers: ({ offset, length }) => offset + length <= bytes.length,
  spans: () => [{ offset: 0, length: bytes.length }],
  close: async () => {},
})

/** In pieces that end anywhere. */
async function* inPieces(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Buffer, void> {
  let at = 0
  for (const cut of [...cuts.filter((cut) => cut <= bytes.length).sort((a, b) => a - b), bytes.length]) {
    yield Buffer.from(bytes.subarray(at, cut))
    at = cut
  }
}
const collect = async (pieces: AsyncIterable<Buffer>) => {
  const all: Buffer[] = []
  for await (const piece of pieces) all.push(piece)
  return Buffer.concat(all)
}

const lengthOf = (one: RecipePiece) => ('bytes' in one ? one.bytes.length : one.length)

describe('a recipe that comes in pieces', () => {
  const file = randomBytes(5000)
  const piece: fc.Arbitrary<RecipePiece> = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => ({ bytes })),
    fc.record({ offset: fc.nat(4000), length: fc.nat(1000) }),
  )

  it('makes what its pieces are, however it is cut', async () => {
    const input = fc.tuple(fc.array(piece, { maxLength: 20 }), fc.array(fc.nat(8000)), fc.integer({ min: 1, max: 700 }))
    await fc.assert(
      fc.asyncProperty(input, async ([pieces, cuts, most]) => {
        const recipe = encodeRecipe(pieces)
        const whole = Buffer.concat(
          (decodeRecipe(recipe) ?? []).map((one) =>
            'bytes' in one ? one.bytes : file.subarray(one.offset, one.offset + one.length),
          ),
        )
        const made = assembled(inPieces(recipe, cuts), sourceOf(file, most), whole.length)
        expect((await collect(made)).equals(whole)).toBe(true)
      }),
    )
  })

  it('never gives more than the chunk, whatever it says', async () => {
    const input = fc.tuple(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.array(piece, { maxLength: 20 }).map(encodeRecipe),
        fc
          .tuple(fc.array(piece, { maxLength: 5 }), fc.uint8Array({ maxLength: 20 }))
          .map(([pieces, rest]) => Buffer.concat([encodeRecipe(pieces), rest])),
      ),
      fc.nat(2000),
    )
    await fc.assert(
      fc.asyncProperty(input, async ([recipe, length]) => {
        let given = 0
        const pieces = decodeRecipe(recipe)
        try {
          for await (const { length: more } of assembled(inPieces(recipe, []), sourceOf(file), length)) given += more
          expect(pieces).toBeDefined()
          expect(given).toBe(pieces?.reduce((sum, one) => sum + lengthOf(one), 0))
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^(BAD_REQUEST|CHECKSUM_MISMATCH)$/) })
        }
        expect(given).toBeLessThanOrEqual(length)
      }),
    )
  })
})

describe('a signature', () => {
  const live = new AbortController().signal
  it.each([1, 32_768, 524_288, 1_572_864, 1_572_865, 9_000_001])(
    'of %i bytes is the same however they are read',
    async (size) => {
      const bytes =
        size > 2_000_000 ? Buffer.concat([randomBytes(size - 3_000_000), Buffer.alloc(3_000_000)]) : randomBytes(size)
      for (const most of [undefined, 700_001]) {
        expect((await contentSignature(sourceOf(bytes, most), live)).equals(signatureOf(bytes))).toBe(true)
      }
    },
  )

  it('ends where a file ends that has become shorter', async () => {
    const bytes = randomBytes(1_000_000)
    const source = { ...sourceOf(bytes), spans: () => [{ offset: 0, length: 5_000_000 }] }
    expect((await contentSignature(source, live)).equals(signatureOf(bytes))).toBe(true)
    const gone = { ...sourceOf(Buffer.alloc(0)), spans: () => [{ offset: 0, length: 5 }] }
    expect(await contentSignature(gone, live)).toHaveLength(0)
  })

  it('ends when it is told to', async () => {
    const reason = new Error('enough')
    await expect(contentSignature(sourceOf(randomBytes(10)), AbortSignal.abort(reason))).rejects.toBe(reason)
  })

  it('lets others have their turn between the pieces', async () => {
    const bytes = randomBytes(24 << 20)
    const { read } = readerOf(bytes)
    const spent: number[] = []
    let before = process.threadCpuUsage()
    await contentSignature(
      {
        spans: () => [{ offset: 0, length: bytes.length }],
        read: async (...where) => {
          const { user, system } = process.threadCpuUsage(before)
          spent.push((user + system) / 1000)
          before = process.threadCpuUsage()
          return read(...where)
        },
      },
      live,
    )
    expect(spent.length).toBeGreaterThanOrEqual(16)
    expect(Math.max(...spent)).toBeLessThan(50)
  })
})

describe('the form of a chunk', () => {
  const digest = `sha-256=:${Buffer.alloc(32, 7).toString('base64')}:`
  const packed = { 'content-type': 'application/octet-stream', 'content-encoding': 'zstd', 'repr-digest': digest }

  it('is told by its request', () => {
    expect(formOf({ 'content-digest': digest })).toEqual({ sha256: Buffer.alloc(32, 7) })
    expect(formOf({ 'content-digest': digest, 'content-encoding': 'identity' })).not.toHaveProperty('decoder')
    expect(formOf({ ...packed, 'content-encoding': ' ZSTD ' })).toHaveProperty('decoder')
    const recipe = { 'content-type': 'application/vnd.headway.recipe', 'repr-digest': digest, 'headway-source': 'u' }
    expect(formOf(recipe)).toEqual({ sha256: Buffer.alloc(32, 7), source: 'u' })
  })

  it('that an older Node cannot unpack is refused as such', () => {
    const none = decodersOf({})
    expect(none.size).toBe(0)
    expect(() => formOf(packed, none)).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_MEDIA_TYPE', status: 415, details: { accepted: [] } }),
    )
  })
})
