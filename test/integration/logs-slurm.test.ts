import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasCluster } from '../helpers/cluster.ts'
import { until, type TestCore, type Watched } from '../helpers/core.ts'
import { logText } from '../helpers/log-text.ts'
import { startSlurmSite, type SlurmSite } from '../helpers/slurm-site.ts'

/** A window that could not keep up ends with a snapshot. */
const isOver = ({ events, snapshots }: Watched<'logs', 'follow'>) =>
  events.at(-1)?.complete === true || snapshots.at(-1)?.complete === true

describe.runIf(hasCluster)('the log of a job on a real Slurm', { timeout: 120_000 }, () => {
  let started: SlurmSite
  let core: TestCore
  let site: string

  beforeAll(async () => {
    started = await startSlurmSite()
    ;({ core, site } = started)
  }, 180_000)
  afterAll(() => started?.close(), 60_000)

  it('is followed from before its start to its end, both outputs together, over cuts', async () => {
    const id = await started.submit('for i in $(seq 1 40); do echo "out $i"; echo "err $i" >&2; sleep 0.1; done')
    const log = core.watch('logs', 'follow', { site, id })
    for (let cuts = 1; cuts <= 2; cuts += 1) {
      const before = log.events.length
      await until('more of it', () => log.events.length > before || isOver(log), 60_000)
      started.proxy.cut()
    }
    await until('its end', () => isOver(log), 60_000)
    expect(log.snapshots).toHaveLength(1)
    expect(logText(log)).toBe(Array.from({ length: 40 }, (_, i) => `out ${i + 1}\nerr ${i + 1}\n`).join(''))
  })

  it('of an element of an array is its own, and is found by a search', async () => {
    const id = await started.submit('echo "element $SLURM_ARRAY_TASK_ID of $SLURM_ARRAY_JOB_ID"', { array: '1-3' })
    const log = core.watch('logs', 'follow', { site, id: `${id}_2` })
    await until('its end', () => isOver(log), 60_000)
    expect(logText(log)).toMatch(/^element 2 of \d+\n$/)
    const found = await core.rpc.call('logs', 'search', {
      site,
      id: `${id}_2`,
      query: { text: 'ELEMENT', regex: false, caseSensitive: false, encoding: 'utf-8' },
      from: 0,
      direction: 'forward',
      limit: 10,
    })
    expect(found).toMatchObject({ matches: [{ at: 0 }], done: true })
    // Slurm's own bookkeeping is no log.
    const { files } = await core.rpc.call('logs', 'files', { site, id })
    expect(files.map(({ path }) => path).filter((path) => !path.startsWith('job-'))).toEqual([])
  })
})
