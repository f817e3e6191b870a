import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { decodeRecipe } from '../../../../../contract/agent/recipe.ts'
import { ChunkSet } from '../../../../../src/core/uploads/chunks.ts'
import { Coverage } from '../../../../../src/core/uploads/delta/coverage.ts'
import { Reuse } from '../../../../../src/core/uploads/delta/reuse.ts'

const SIZE = 2500
const CHUNK = 1000
const file = randomBytes(SIZE)
const digest = randomBytes(32)
const chunkOf = (index: number) => ({ index, bytes: file.subarray(index * CHUNK, (index + 1) * CHUNK), digest })

function covering(...runs: [offset: number, from: number, length: number][]): Coverage {
  const coverage = new Coverage()
  for (const run of runs) coverage.add(...run)
  return coverage
}

describe('what the cluster has of a file', () => {
  it('makes each chunk from the earlier file that has most of it, and says how much that is', () => {
    const chunks = new ChunkSet(SIZE, CHUNK)
    const reuse = new Reuse(
      [
        { source: 'one', coverage: covering([0, 50, 600]) },
        { source: 'two', coverage: covering([100, 7, 800], [1500, 3000, 400]) },
      ],
      chunks,
    )
    const first = reuse.packed(chunkOf(0))
    expect(first?.headers).toMatchObject({
      'content-type': 'application/vnd.headway.recipe',
      'headway-source': 'two',
      'repr-digest': `sha-256=:${digest.toString('base64')}:`,
    })
    expect(first?.reused).toBe(800)
    expect(decodeRecipe(first?.body ?? new Uint8Array())).toEqual([
      { bytes: new Uint8Array(file.subarray(0, 100)) },
      { offset: 7, length: 800 },
      { bytes: new Uint8Array(file.subarray(900, 1000)) },
    ])
    expect(reuse.packed(chunkOf(1))?.reused).toBe(400)
    expect(reuse.packed(chunkOf(2))).toBeUndefined()
  })

  it('needs no reading where all of a chunk is there and its digest is known', () => {
    const chunks = new ChunkSet(SIZE, CHUNK, [{ index: 0, digest }])
    const reuse = new Reuse([{ source: 'one', coverage: covering([0, 0, 2000]) }], chunks)
    const known = reuse.known(0)
    expect(known?.digest).toEqual(digest)
    expect(decodeRecipe(known?.packed.body ?? new Uint8Array())).toEqual([{ offset: 0, length: CHUNK }])
    expect(reuse.known(1)).toBeUndefined()
    chunks.setDigest(2, digest)
    expect(reuse.known(2)).toBeUndefined()
  })

  it('is left alone after the agent could not use it three times', () => {
    const reuse = new Reuse([{ source: 'one', coverage: covering([0, 0, SIZE]) }], new ChunkSet(SIZE, CHUNK))
    for (const index of [0, 1, 2]) reuse.packed(chunkOf(index))?.refused?.()
    expect(reuse.packed(chunkOf(0))).toBeUndefined()
  })
})
