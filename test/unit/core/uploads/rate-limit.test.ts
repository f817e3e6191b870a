import { describe, expect, it } from 'vitest'
import { RateLimit } from '../../../../src/core/uploads/rate-limit.ts'

const signal = new AbortController().signal

async function sendFor(limit: RateLimit, ms: number, senders: number): Promise<number> {
  const end = performance.now() + ms
  let sent = 0
  const sender = async () => {
    while (performance.now() < end) {
      const piece = await limit.take(1e9, signal)
      sent += piece
    }
  }
  await Promise.all(Array.from({ length: senders }, sender))
  return sent
}

describe('the bandwidth limit', () => {
  it.each([125_000, 2_500_000, 100_000_000])('holds at %d B/s for several senders within 5 percent', async (rate) => {
    // A machine that is busy with other things may keep any one try waiting; none may ever go beyond the rate.
    const kept: number[] = []
    for (let attempt = 0; attempt < 4 && !kept.some((part) => part > 0.95); attempt += 1) {
      const started = performance.now()
      const sent = await sendFor(new RateLimit(() => rate), 1500, 4)
      const seconds = (performance.now() - started) / 1000
      kept.push(sent / seconds / rate)
    }
    expect(Math.max(...kept)).toBeGreaterThan(0.95)
    // What was waiting for its turn at the end has had it.
    expect(Math.max(...kept)).toBeLessThan(1.05)
  })

  it('follows a change while it runs', async () => {
    let rate = 1_000_000
    const limit = new RateLimit(() => rate)
    const slow = await sendFor(limit, 500, 2)
    rate = 10_000_000
    const fast = await sendFor(limit, 500, 2)
    expect(fast / slow).toBeGreaterThan(7)
  })

  it('is none at 0, and what waits can be ended', async () => {
    expect(new RateLimit(() => 0).limited).toBe(false)
    const limit = new RateLimit(() => 10)
    const stop = new AbortController()
    const waiting = Promise.all([limit.take(1e6, stop.signal), limit.take(1e6, stop.signal)])
    stop.abort(new Error('paused'))
    await expect(waiting).rejects.toThrow('paused')
  })
})
