import { createHash, randomBytes } from 'node:crypto'
import { asyncProperty, assert, integer } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mostChunk } from '../../../../../contract/agent/content-chunks.ts'
import { decodeRecipe, encodeRecipe } from '../../../../../contract/agent/recipe.ts'
import { Coverage } from '../../../../../src/core/uploads/delta/coverage.ts'
import { cutPiece } from '../../../../../src/core/uploads/delta/cut.ts'
import { localSignature, spansOf } from '../../../../../src/core/uploads/delta/local-chunks.ts'
import { eachMatch, Signature } from '../../../../../src/core/uploads/delta/signature.ts'
import { WorkerPool } from '../../../../../src/core/uploads/workers/pool.ts'
import { edited, edits } from './edits.ts'

const MIB = 2 ** 20

/** As the agent would make it: the whole file in one piece. */
const signatureOf = (file: Buffer): Signature =>
  new Signature(cutPiece({ bytes: Uint8Array.from(file), offset: 0, isLast: true }).entries)

const readFrom =
  (file: Buffer, reads: number[] = []) =>
  async ({ offset, length }: { offset: number; length: number }, into: () => Buffer): Promise<Uint8Array> => {
    reads.push(length)
    const room = into()
    file.copy(room, 0, offset, offset + length)
    return room
  }

async function coverageOf(file: Buffer, source: Buffer, spans = [{ offset: 0, length: file.length }]) {
  const local = await localSignature(spans, readFrom(file), async (piece) => cutPiece(piece))
  const found = new Coverage()
  const there = signatureOf(source)
  await eachMatch(local, there, (mine, theirs) => {
    found.add(local.offset(mine), there.offset(theirs), local.length(mine))
  })
  return found
}

/** What the agent does with a recipe that has crossed. */
const follow = (recipe: Uint8Array, source: Buffer): Buffer =>
  Buffer.concat(
    (decodeRecipe(recipe) ?? []).map((piece) =>
      'bytes' in piece ? piece.bytes : source.subarray(piece.offset, piece.offset + piece.length),
    ),
  )

function rebuilt(file: Buffer, source: Buffer, found: Coverage, chunkSize: number): { same: boolean; crossed: number } {
  let crossed = 0
  let same = true
  for (let offset = 0; offset < file.length; offset += chunkSize) {
    const bytes = file.subarray(offset, offset + chunkSize)
    const recipe = encodeRecipe(found.recipe({ offset, length: bytes.length }, bytes))
    crossed += recipe.length
    same &&= follow(recipe, source).equals(bytes)
  }
  return { same, crossed }
}

describe('a file made from an earlier one', () => {
  const source = randomBytes(3 * MIB)

  it('is exactly what it is, whatever was edited and however it is cut into chunks', async () => {
    await assert(
      asyncProperty(edits(4), integer({ min: 65_536, max: 2 * MIB }), async (list, chunkSize) => {
        const file = edited(source, list)
        const found = await coverageOf(file, source)
        expect(rebuilt(file, source, found, chunkSize).same).toBe(true)
      }),
      { numRuns: 40 },
    )
  })

  it.each([
    ['put in at the front', { place: 0, removed: 0, inserted: 1024 }],
    ['put in the place of as much', { place: 500, removed: 3000, inserted: 3000 }],
    ['cut out', { place: 300, removed: 100_000, inserted: 0 }],
    ['added at the end', { place: 1000, removed: 0, inserted: 5000 }],
  ])('needs no more than the chunks around what was %s', async (_what, edit) => {
    const file = edited(source, [edit])
    const found = await coverageOf(file, source)
    const { same, crossed } = rebuilt(file, source, found, MIB)
    expect(same).toBe(true)
    // The chunk it is in, and until the cuts have fallen in again; within a few hundred KiB either way.
    expect(crossed).toBeLessThan(3 * mostChunk)
  })

  it('is found in parts as well, where only these are looked at', async () => {
    const big = Buffer.concat([randomBytes(9 * MIB), source])
    const file = edited(big, [{ place: 0, removed: 0, inserted: 1024 }])
    const wanted = { offset: 8 * MIB, length: 2 * MIB }
    const found = await coverageOf(file, big, spansOf([wanted]))
    expect(found.covered(wanted)).toBeGreaterThan(MIB)
    const bytes = file.subarray(wanted.offset, wanted.offset + wanted.length)
    expect(follow(encodeRecipe(found.recipe(wanted, bytes)), big).equals(bytes)).toBe(true)
  })

  it('has nothing of a file that has nothing of it', async () => {
    const found = await coverageOf(randomBytes(MIB), source)
    expect(found.within({ offset: 0, length: MIB })).toEqual([])
  })

  it('of the same bytes over and over is one run in one of the same', async () => {
    const zeros = Buffer.alloc(5 * MIB)
    const found = await coverageOf(zeros, zeros)
    expect(found.within({ offset: 0, length: zeros.length })).toEqual([{ offset: 0, length: zeros.length, from: 0 }])
  })
})

describe('the local chunks of a file', () => {
  it('are those of the file in one piece, and it is read once', async () => {
    const file = randomBytes(10 * MIB + 12_345)
    const reads: number[] = []
    const local = await localSignature([{ offset: 0, length: file.length }], readFrom(file, reads), async (piece) =>
      cutPiece(piece),
    )
    const whole = signatureOf(file)
    expect(local.count).toBe(whole.count)
    for (let entry = 0; entry < whole.count; entry++) {
      expect(local.offset(entry)).toBe(whole.offset(entry))
      expect(local.isSame(entry, whole, entry)).toBe(true)
    }
    expect(reads.reduce((sum, length) => sum + length, 0)).toBe(file.length)
  })

  it('are the same when threads cut them, which take the memory and give it back', async () => {
    const file = randomBytes(13 * MIB)
    const workers = new WorkerPool()
    try {
      const local = await localSignature([{ offset: 0, length: file.length }], readFrom(file), (piece) =>
        workers.run('cut', piece),
      )
      const whole = signatureOf(file)
      expect(local.count).toBe(whole.count)
      for (let entry = 0; entry < whole.count; entry++) expect(local.isSame(entry, whole, entry)).toBe(true)
    } finally {
      await workers.close()
    }
  })

  it('come from bytes that a page has sent, too', async () => {
    const file = randomBytes(5 * MIB)
    const read = async ({ offset, length }: { offset: number; length: number }) =>
      new Uint8Array(file.subarray(offset, offset + length))
    const local = await localSignature([{ offset: 0, length: file.length }], read, async (piece) => cutPiece(piece))
    expect(local.count).toBe(signatureOf(file).count)
  })

  it('are where they say and have the digest of their content', () => {
    const file = randomBytes(MIB)
    const { entries, used } = cutPiece({ bytes: Uint8Array.from(file), offset: 5 * 2 ** 32, isLast: true })
    expect(used).toBe(file.length)
    const signature = new Signature(entries)
    let at = 0
    for (let entry = 0; entry < signature.count; entry++) {
      expect(signature.offset(entry)).toBe(5 * 2 ** 32 + at)
      const content = file.subarray(at, (at += signature.length(entry)))
      const digest = createHash('sha256').update(content).digest()
      expect(signature.hash(entry)).toBe(digest.readUInt32BE(0))
    }
    expect(at).toBe(file.length)
  })

  it('of a piece in the middle end where their end is sure', () => {
    const file = randomBytes(2 * MIB)
    const { used } = cutPiece({ bytes: Uint8Array.from(file), offset: 0, isLast: false })
    expect(used).toBeLessThanOrEqual(file.length)
    expect(file.length - used).toBeLessThan(mostChunk)
  })

  it('are wanted in parts: joined where they meet, each with what leads to it', () => {
    const spans = spansOf([
      { offset: 0, length: MIB },
      { offset: MIB, length: MIB },
      { offset: 20 * MIB, length: MIB },
    ])
    expect(spans).toEqual([
      { offset: 0, length: 2 * MIB },
      { offset: 19 * MIB, length: 2 * MIB },
    ])
  })
})

describe('a coverage', () => {
  it('joins what goes on in both, and gives any part of it', () => {
    const found = new Coverage()
    found.add(100, 1000, 50)
    found.add(150, 1050, 50)
    found.add(200, 3000, 10)
    found.add(300, 3010, 10)
    expect(found.within({ offset: 0, length: 1000 })).toEqual([
      { offset: 100, length: 100, from: 1000 },
      { offset: 200, length: 10, from: 3000 },
      { offset: 300, length: 10, from: 3010 },
    ])
    expect(found.within({ offset: 120, length: 85 })).toEqual([
      { offset: 120, length: 80, from: 1020 },
      { offset: 200, length: 5, from: 3000 },
    ])
    expect(found.total).toBe(120)
    expect(found.covered({ offset: 205, length: 100 })).toBe(10)
    expect(found.within({ offset: 210, length: 90 })).toEqual([])
  })
})
