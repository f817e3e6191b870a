import { describe, expect, it } from 'vitest'
import { Compression, CompressionSpeed, type CompressionSituation } from '../../../../src/core/uploads/compression.ts'

const MBIT = 1e6 / 8
const CHUNK = 2 ** 21

/** A machine that compresses as fast as a few years old laptop: measured at level 1 alone. */
function situation(link: number | undefined, { near = false, threads = 3, speed = 300e6 } = {}): CompressionSituation {
  const known = new CompressionSpeed()
  known.learn(1, speed, 1000)
  return { link, near, threads, speed: known }
}

/** Compresses so many chunks of a file that shrinks to `ratio(level)`; the levels that were chosen. */
function levels(compression: Compression, at: CompressionSituation, ratio: (level: number) => number, chunks: number) {
  return Array.from({ length: chunks }, () => {
    const level = compression.level(at)
    if (level > 0) compression.learn(level, CHUNK, CHUNK * ratio(level))
    return level
  })
}
const mesh = (level: number) => 0.32 - level / 300

describe('what is compressed', () => {
  it('is not what a fast link takes faster as it is', () => {
    expect(levels(new Compression(), situation(1e9), mesh, 20)).toEqual(Array.from({ length: 20 }, () => 0))
  })

  it('is compressed hard where the link is slow, lightly where it is fast', () => {
    const slow = levels(new Compression(), situation(20 * MBIT), mesh, 20)
    expect(slow.at(-1)).toBeGreaterThanOrEqual(6)
    const fast = levels(new Compression(), situation(1000 * MBIT), mesh, 20)
    expect(fast.at(-1)).toBeGreaterThanOrEqual(1)
    expect(fast.at(-1)).toBeLessThanOrEqual(3)
  })

  it('uses no higher level where it brings nothing', () => {
    expect(levels(new Compression(), situation(20 * MBIT), () => 0.3, 20).at(-1)).toBe(1)
    // Numbers in text: 3 finds less in them than 1, and only 9 more.
    const shares: Record<number, number> = { 1: 0.29, 3: 0.34, 6: 0.31, 9: 0.27 }
    expect(levels(new Compression(), situation(20 * MBIT), (level) => shares[level] ?? 1, 20).at(-1)).toBe(9)
  })

  it('is compressed lightly on an unknown link, and not at all where the other end is near', () => {
    expect(new Compression().level(situation(undefined))).toBe(1)
    expect(new Compression().level(situation(undefined, { near: true }))).toBe(0)
  })

  it('is left alone where it does not get smaller, for longer each time, and tried again', () => {
    const tried = levels(new Compression(), situation(20 * MBIT), () => 0.99, 400)
    const at = tried.flatMap((level, index) => (level > 0 ? [index] : []))
    expect(at).toEqual([0, 17, 50, 115, 244])
  })

  it('is compressed again where the file changes in its middle', () => {
    const compression = new Compression()
    levels(compression, situation(20 * MBIT), () => 0.99, 1)
    const rest = levels(compression, situation(20 * MBIT), () => 0.3, 30)
    expect(rest.slice(0, 16).every((level) => level === 0)).toBe(true)
    expect(rest.slice(16).every((level) => level > 0)).toBe(true)
  })

  it('follows what this machine shows', () => {
    // A machine that is busy otherwise.
    expect(new Compression().level(situation(400 * MBIT, { threads: 1, speed: 40e6 }))).toBe(0)
    expect(new Compression().level(situation(400 * MBIT, { threads: 4, speed: 400e6 }))).toBeGreaterThan(0)
  })
})

describe('the speed of compressing', () => {
  it('is as measured, and of other levels as it usually is beside that', () => {
    const speed = new CompressionSpeed()
    expect(speed.of(9)).toBeLessThan(speed.of(1))
    speed.learn(1, 100e6, 1000)
    expect(speed.of(1)).toBeCloseTo(100e6, -2)
    expect(speed.of(3)).toBeCloseTo(50e6, -2)
    speed.learn(9, 30e6, 1000)
    expect(speed.of(9)).toBeCloseTo(30e6, -2)
    expect(speed.of(6)).toBeGreaterThan(30e6)
  })
})
