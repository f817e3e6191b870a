import { createHash } from 'node:crypto'
import { assert, boolean, double, integer, option, property, record } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ChunkSet, chunkCount, chunkRange, chunkSizeFor, formerChunkSize } from '../../../../src/core/uploads/chunks.ts'

const MIB = 2 ** 20
const digest = (text: string) => createHash('sha256').update(text).digest()

describe('chunks', () => {
  const GIB = 1024 * MIB
  const allowed = Infinity
  const unknown = { perConnection: undefined, connections: 4, near: undefined, allowed }

  it('are about 4 MiB on an unknown way, larger to a near site, smaller to a far one', () => {
    expect(chunkSizeFor(GIB, unknown)).toBe(4 * MIB)
    expect(chunkSizeFor(GIB, { ...unknown, near: true })).toBe(8 * MIB)
    expect(chunkSizeFor(GIB, { ...unknown, near: false })).toBe(2 * MIB)
  })

  it('suit the connections: small and many on slow ones, so that all fit in the memory', () => {
    expect(chunkSizeFor(GIB, { perConnection: 150e3, connections: 16, near: false, allowed })).toBe(MIB)
    expect(chunkSizeFor(GIB, { perConnection: 1.2e6, connections: 32, near: false, allowed })).toBe(2 * MIB)
    expect(chunkSizeFor(GIB, { perConnection: 10e6, connections: 32, near: false, allowed })).toBe(2 * MIB)
    expect(chunkSizeFor(GIB, { perConnection: 200e6, connections: 4, near: true, allowed })).toBe(8 * MIB)
  })

  it('are small under a low limit, so that each is seen to arrive', () => {
    const fast = { perConnection: 200e6, connections: 4, near: true }
    expect(chunkSizeFor(GIB, { ...fast, allowed: 100e3 })).toBe(MIB)
    expect(chunkSizeFor(GIB, { ...fast, allowed: 1.5 * MIB })).toBe(2 * MIB)
    expect(chunkSizeFor(GIB, { ...fast, allowed: 50e6 })).toBe(8 * MIB)
  })

  it('let a file of some MiB go over several connections', () => {
    expect(chunkCount(8 * MIB, chunkSizeFor(8 * MIB, { ...unknown, near: true }))).toBe(8)
    expect(chunkCount(3 * MIB, chunkSizeFor(3 * MIB, unknown))).toBe(3)
    expect(chunkCount(48 * MIB, chunkSizeFor(48 * MIB, { ...unknown, near: false }))).toBe(48)
  })

  it('are never too many nor too large for an agent', () => {
    const way = record({
      perConnection: option(double({ min: 1, max: 1e9, noNaN: true }), { nil: undefined }),
      connections: integer({ min: 1, max: 32 }),
      near: option(boolean(), { nil: undefined }),
      allowed: option(double({ min: 1, max: 1e9, noNaN: true }), { nil: Infinity }),
    })
    assert(
      property(integer({ min: 0, max: 600 * 2 ** 30 }), way, (size, known) => {
        const chunk = chunkSizeFor(size, known)
        expect(Number.isInteger(Math.log2(chunk))).toBe(true)
        expect(chunk).toBeGreaterThanOrEqual(MIB)
        expect(chunk).toBeLessThanOrEqual(64 * MIB)
        expect(chunkCount(size, chunk)).toBeLessThanOrEqual(50_000)
      }),
    )
  })

  it('keep their size for uploads of older journals', () => {
    expect([0, 20 * MIB, GIB, 50 * GIB, 100 * GIB].map(formerChunkSize)).toEqual(
      [1, 4, 8, 8, 16].map((size) => size * MIB),
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
