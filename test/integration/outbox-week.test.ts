import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OutboxEntry } from '../../contract/outbox.ts'
import { until, type TestCore } from '../helpers/core.ts'
import { startFaultProxy, type FaultProxy } from '../helpers/fault-proxy.ts'
import { isLong } from '../helpers/long.ts'
import {
  allDone,
  followOutbox,
  job,
  startOutboxCore,
  startOutboxSite,
  type OutboxSite,
} from '../helpers/outbox-site.ts'
import { picked } from '../helpers/upload-core.ts'

/**
 * Fifty submissions, ten of them with a file. Sparse files cost no disk here, but all of it where they arrive: 20 GiB are for the
 * long form, and so are the agent's own ten submissions a minute; the short form has 640 MiB, and ten in three seconds.
 */
const count = 50
const fileBytes = (isLong ? 2048 : 64) * 2 ** 20
const window = isLong ? 60 : 3
const restarts = 4

let folder: string
let at: OutboxSite
let proxy: FaultProxy
let core: TestCore
const secrets = new Map<string, string>()
const start = () =>
  startOutboxCore({ data: join(folder, 'core'), secrets, times: { connectMs: 2000, answerMs: 30_000 } })
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headway-outbox-week-'))
  const settings = join(folder, 'agent.yaml')
  const limit = `{ max: 10, windowSeconds: ${window} }`
  writeFileSync(settings, `rateLimit:\n  enabled: true\n  routes:\n    "POST /api/jobs/submit": ${limit}\n`)
  at = await startOutboxSite(undefined, { HEADWAY_CONFIG: settings, RATE_LIMIT_ENABLED: '1' })
  proxy = await startFaultProxy(at.url)
  core = await start()
}, 60_000)
afterEach(async () => {
  await core.close()
  await proxy.close()
  await at.close()
  rmSync(folder, { recursive: true, force: true })
}, 120_000)

/** Of every five the first has a file, the next two each follow the one before, and two are on their own. */
async function queue(site: string, index: number, keys: readonly string[]): Promise<string> {
  const uploads: string[] = []
  if (index % 5 === 0) {
    const path = join(folder, `mesh-${index}.msh`)
    writeFileSync(path, `mesh ${index}`)
    truncateSync(path, fileBytes)
    expect(statSync(path).blocks * 512).toBeLessThan(2 ** 20)
    const { added } = await core.rpc.call('uploads', 'add', { site, label: 'week', files: [await picked(path)] })
    uploads.push(...added.map(({ id }) => id))
  }
  const before = index % 5 === 1 || index % 5 === 2 ? keys.slice(-1) : []
  const action = job(`week-${index}`, { uploads, after: before })
  const { id } = await core.rpc.call('outbox', 'add', { site, action })
  return id
}
const waitsOf = ({ story }: OutboxEntry): string[] => story.flatMap(({ wait }) => wait ?? [])

describe('a week without a network', () => {
  it(
    'goes out in order and once when the site is back',
    { timeout: isLong ? 1_800_000 : 180_000 },
    async ({ annotate }) => {
      const { id: site } = await core.signIn(proxy.url)
      await until('the connection', () => core.site(site)?.connection.state === 'connected', 20_000)
      proxy.down()
      await until('the loss', () => core.site(site)?.connection.state !== 'connected', 20_000)
      const keys: string[] = []
      for (let index = 0; index < count; index++) {
        keys.push(await queue(site, index, keys))
        if (index % Math.ceil(count / restarts) !== 5) continue
        await core.close()
        core = await start()
      }
      const entries = followOutbox(core)
      await until('the list', () => entries.size === count)
      const shown = [...entries.values()].toSorted((a, b) => a.rank - b.rank)
      expect(shown.map(({ id }) => id)).toEqual(keys)
      expect(new Set(shown.map(({ state }) => state))).toEqual(new Set(['waiting']))
      expect(await at.jobs('week-')).toEqual(new Map())

      const back = performance.now()
      proxy.up()
      const all = await allDone(core, entries, isLong ? 1_500_000 : 120_000)
      const seconds = Math.round((performance.now() - back) / 100) / 10
      await annotate(`${count} submissions and ${(fileBytes * 10) / 2 ** 30} GiB were sent in ${seconds} s`)

      const jobs = await at.jobs('week-')
      expect(Object.fromEntries(jobs)).toEqual(
        Object.fromEntries(all.map(({ result, title }) => [result?.jobId ?? '', title])),
      )
      expect(jobs.size).toBe(count)
      const numberOf = (index: number): number => Number(entries.get(keys[index] ?? '')?.result?.jobId)
      const own = keys.flatMap((_key, index) => (index % 5 > 2 ? [numberOf(index)] : []))
      expect(own).toEqual(own.toSorted((a, b) => a - b))
      for (let index = 0; index < count; index++) {
        if (index % 5 === 1 || index % 5 === 2) expect(numberOf(index - 1)).toBeLessThan(numberOf(index))
      }
      // The agent's limit was met, and waited out.
      expect(all.some((entry) => waitsOf(entry).includes('server-limit'))).toBe(true)
      expect(seconds).toBeGreaterThan(((count - 10) / 10 - 1) * window)
    },
  )
})
