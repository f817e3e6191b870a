import { createHash } from 'node:crypto'
import { assert, integer, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ChunkSet, chunkCount, chunkRange, chunkSizeFor } from '../../../../src/core/uploads/chunks.ts'

const MIB = 2 ** 20
const digest = (text: string) => createHash('sha256').update(text).digest()

describe('chunks', () => {
  it('are 8 MiB for most files, smaller for small ones, larger only beyond 10,000 of them', () => {
    expect(chunkSizeFor(0)).toBe(MIB)
    expect(chunkSizeFor(20 * MIB)).toBe(4 * MIB)
    expect(chunkSizeFor(1024 * MIB)).toBe(8 * MIB)
    expect(chunkSizeFor(50 * 1024 * MIB)).toBe(8 * MIB)
    assert(
      property(integer({ min: 0, max: 600 * 2 ** 30 }), (size) => {
        const chunk = chunkSizeFor(size)
        expect(chunk).toBeGreaterThanOrEqual(65_536)
        expect(chunk).toBeLessThanOrEqual(64 * MIB)
        expect(chunkCount(size, chunk)).toBeLessThanOrEqual(10_000)
      }),
    )
  })

  it('cover a file exactly', () => {
    assert(
      property(integer({ min: 0, max: 5000 }), integer({ min: 1, max: 700 }), (size, chunk) => {
        let end = 0
        for (let index = 0; index < chunkCount(size, chunk); index++) {
          const range = chunkRange(size, chunk, index)
          expect(range.offset).toBe(end)
          end += range.length
        }
        expect(end).toBe(size)
      }),
    )
  })

  it('know what is missing, what has arrived in bytes, and what is not hashed here', () => {
    const chunks = new ChunkSet(10, 4, [{ index: 0, digest: digest('a') }])
    chunks.setReceived([
      [0, 0],
      [2, 7],
    ])
    expect(chunks.missing()).toEqual([1])
    expect(chunks.sent).toBe(6)
    expect(chunks.unknown()).toEqual([1, 2])
    chunks.add(1, digest('b'))
    expect(chunks.missing()).toEqual([])
    expect(chunks.sent).toBe(10)
    expect(() => chunks.treeDigest()).toThrow('chunk 2')
    chunks.setDigest(2, digest('c'))
    const whole = Buffer.concat([digest('a'), digest('b'), digest('c')])
    expect(chunks.treeDigest()).toBe(createHash('sha256').update(whole).digest('hex'))
  })

  it('of an empty file are none, with the digest of nothing', () => {
    const chunks = new ChunkSet(0, MIB)
    expect([chunks.count, chunks.sent, chunks.missing()]).toEqual([0, 0, []])
    expect(chunks.treeDigest()).toBe(createHash('sha256').digest('hex'))
  })
})
