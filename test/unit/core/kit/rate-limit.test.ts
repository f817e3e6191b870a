import { describe, expect, it } from 'vitest'
import { RateLimit } from '../../../../src/core/kit/rate-limit.ts'

const signal = new AbortController().signal

/** Sends as fast as it is let; returns the bytes and each sender's share. */
async function sendFor(limit: RateLimit, ms: number, senders: number): Promise<{ sent: number; shares: number[] }> {
  const end = performance.now() + ms
  const shares = Array.from({ length: senders }, () => 0)
  const sender = async (begun: number) => {
    while (performance.now() < end) {
      const piece = limit.piece ?? 65_536
      await limit.pass(piece, begun, signal)
      shares[begun] = (shares[begun] ?? 0) + piece
    }
  }
  await Promise.all(shares.map((_, begun) => sender(begun)))
  return { sent: shares.reduce((sum, share) => sum + share, 0), shares }
}

describe('the bandwidth limit', () => {
  it.each([125_000, 2_500_000, 100_000_000])('holds at %d B/s for several senders within 5 percent', async (rate) => {
    // A machine that is busy with other things may keep any one try waiting; none may ever go beyond the rate.
    const kept: number[] = []
    for (let attempt = 0; attempt < 4 && !kept.some((part) => part > 0.95); attempt += 1) {
      const started = performance.now()
      const { sent } = await sendFor(new RateLimit(() => rate), 1500, 4)
      const seconds = (performance.now() - started) / 1000
      kept.push(sent / seconds / rate)
    }
    expect(Math.max(...kept)).toBeGreaterThan(0.95)
    // What was waiting for its turn at the end has had it.
    expect(Math.max(...kept)).toBeLessThan(1.05)
  })

  it('begins at its rate, without a burst, also after a rest', async () => {
    const rate = 1_000_000
    const limit = new RateLimit(() => rate)
    for (const rest of [0, 600]) {
      await new Promise((resolve) => setTimeout(resolve, rest))
      const started = performance.now()
      const { sent } = await sendFor(limit, 200, 3)
      const most = ((performance.now() - started) / 1000) * rate
      // One piece goes at once, and each sender ends with one.
      expect(sent).toBeLessThan(most * 1.05 + 4 * (limit.piece ?? 0))
    }
  })

  it('follows a change within a moment, also from almost nothing', async () => {
    let rate = 100
    const limit = new RateLimit(() => rate)
    await limit.pass(50_000, 1, signal)
    const started = performance.now()
    const waiting = limit.pass(1024, 2, signal)
    expect(limit.isFelt).toBe(true)
    rate = 10_000_000
    await waiting
    expect(performance.now() - started).toBeLessThan(500)
    const slow = await sendFor(new RateLimit(() => 1_000_000), 500, 2)
    const fast = await sendFor(limit, 500, 2)
    expect(fast.sent / slow.sent).toBeGreaterThan(7)
  })

  it('gives the one that was begun first more than the others, and all of them something', async () => {
    const { shares } = await sendFor(new RateLimit(() => 10_000_000), 1000, 4)
    const [first = 0, ...others] = shares
    expect(first).toBeGreaterThan(1.5 * Math.max(...others))
    expect(Math.min(...others)).toBeGreaterThan(0.2 * Math.max(...others))
  })

  it('is none at 0, and what waits can be ended', async () => {
    const none = new RateLimit(() => 0)
    expect(none.piece).toBeUndefined()
    await none.pass(1e12, 1, signal)
    const limit = new RateLimit(() => 10)
    const stop = new AbortController()
    const waiting = Promise.all([limit.pass(1e6, 1, stop.signal), limit.pass(1e6, 2, stop.signal)])
    stop.abort(new Error('paused'))
    await expect(waiting).rejects.toThrow('paused')
    expect(limit.isFelt).toBe(false)
  })
})
