import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { loopback as ends } from './ends.ts'
import { randomFile, temporaryFolder } from './files.ts'
import { figure } from './print.ts'
import { startRelay, type Relay } from './relay.ts'
import { startSite } from './site.ts'
import { sizes } from './sizes.ts'

/** Mbit/s: each by itself, then several one after the other while one file goes up. */
const SERIES = [
  { name: 'limit', limits: [1] },
  { name: 'limit', limits: [10] },
  { name: 'limit', limits: [100] },
  { name: 'limit-changed', limits: [40, 4, 80] },
]
/** A limit is in force after so long: what was in the system's buffers has gone by then. */
const SETTLE_MS = 1_000

/** More than it takes to ask what is there already. */
const BEGUN = 20_000

const bytesPerSecond = (mbit: number): number => (mbit * 1e6) / 8

/** How far what goes over the network is from the limit that was set, in percent; the ratio is to the limit. */
export async function limit(): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const { path: folder } = stack.use(temporaryFolder())
  let relay: Relay | undefined
  const site = stack.use(
    await startSite(ends, join(folder, 'site'), async (url) => {
      relay = stack.use(await startRelay(url))
      return relay.url
    }),
  )
  const passed = (): number => relay?.passed() ?? 0
  const seconds = sizes.limitSeconds
  for (const [at, { name, limits }] of SERIES.entries()) {
    // More than goes in that time; the rest follows without a limit.
    const bytes = limits.reduce((sum, mbit) => sum + bytesPerSecond(mbit), 0) * (seconds + SETTLE_MS / 1000 + 2)
    const file = await randomFile(join(folder, `series-${at}.dat`), Math.ceil(bytes))
    let over: Promise<unknown> | undefined
    for (const mbit of limits) {
      site.limit(bytesPerSecond(mbit))
      const idle = passed()
      over ??= site.upload(`series-${at}`, file)
      while (passed() - idle < BEGUN) await sleep(20)
      await sleep(SETTLE_MS)
      const [before, started] = [passed(), performance.now()]
      await sleep(seconds * 1000)
      const measured = (passed() - before) / (performance.now() - started) / 125
      figure(`${name}-${mbit}Mbit`, (measured / mbit - 1) * 100, '%', measured / mbit)
    }
    site.limit(0)
    await over
  }
}
