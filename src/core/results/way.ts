import { RateLimit } from '../kit/rate-limit.ts'
import { Wire } from '../kit/wire.ts'

/** The way from one site: connections, as many as help, and the limit that all downloads share. */
export interface Way {
  readonly wire: Wire
  /** Waits until so many bytes more may be taken. Rejects with the signal's reason. */
  pace(bytes: number, signal: AbortSignal): Promise<void>
}

/** @param limit Bytes per second for all downloads now; 0: none. */
export function createWays(limit: () => number): { of(site: string): Way; close(): void } {
  const ways = new Map<string, Way>()
  const all = new RateLimit(limit)
  return {
    of(site) {
      const known = ways.get(site)
      if (known !== undefined) return known
      const way = { wire: new Wire(), pace: (bytes: number, signal: AbortSignal) => all.pass(bytes, 0, signal) }
      ways.set(site, way)
      return way
    },
    close() {
      for (const { wire } of ways.values()) wire.close()
    },
  }
}
