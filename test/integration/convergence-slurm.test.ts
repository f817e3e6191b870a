import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConvergenceRow } from '../../contract/convergence.ts'
import { admin } from '../helpers/agent.ts'
import { hasCluster } from '../helpers/cluster.ts'
import { until, type TestCore, type Watched } from '../helpers/core.ts'
import { startSlurmSite, type SlurmSite } from '../helpers/slurm-site.ts'

type Plot = Watched<'convergence', 'points'>
const isOver = ({ events, snapshots }: Plot) => events.at(-1)?.complete === true || snapshots.at(-1)?.complete === true
/** The rows as a window has them in the end. */
function rowsOf({ snapshots, events }: Plot): ConvergenceRow[] {
  const anew = events.findLastIndex((event) => event.anew === true)
  const first = anew === -1 ? (snapshots.at(-1)?.rows ?? []) : []
  return [...first, ...events.slice(Math.max(0, anew)).flatMap(({ rows }) => rows)]
}
const headOf = ({ snapshots, events }: Plot) =>
  events.findLast(({ head }) => head !== undefined)?.head ?? snapshots.at(-1)?.head
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

describe.runIf(hasCluster)('convergence of jobs on a real Slurm', { timeout: 150_000 }, () => {
  let started: SlurmSite
  let core: TestCore
  let site: string

  beforeAll(async () => {
    started = await startSlurmSite()
    ;({ core, site } = started)
  }, 180_000)
  afterAll(() => started?.close(), 60_000)
  /** A log that names no parser is understood once it has begun. */
  async function watched(id: string): Promise<Plot> {
    for (;;) {
      const plot = core.watch('convergence', 'points', { site, id })
      await until('an answer', () => plot.snapshots.length + plot.errors.length > 0, 60_000)
      if (plot.errors.length === 0) return plot
      expect(plot.errors[0]?.code).toBe('NOT_FOUND')
      plot.end()
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }

  it('goes on over cuts and a new start of the agent, with every point once, and warns once', async () => {
    const id = await started.submit(
      `for i in $(seq 1 30); do echo "iteration $i residual 1e-$((i / 5))"; done
for i in $(seq 31 90); do echo "iteration $i residual 1e$(((i - 60) / 5))"; sleep 0.1; done`,
    )
    const plot = await watched(id)
    await until('more of it', () => rowsOf(plot).length > 35, 60_000)
    started.proxy.cut()
    await until('more of it', () => rowsOf(plot).length > 45, 60_000)
    await started.restartAgent()
    await until('its end', () => isOver(plot), 60_000)
    expect(rowsOf(plot).map(([n]) => n)).toEqual(numbers(90))
    expect(headOf(plot)).toMatchObject({ run: 1, verdict: { state: 'diverging', series: 'residual' } })
    const answer = await fetch(`${started.agent().url}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(admin),
    })
    const { access_token: token } = (await answer.json()) as { access_token: string }
    const list = await fetch(`${started.agent().url}/api/v2/notifications`, {
      headers: { authorization: `Bearer ${token}` },
    })
    const { notifications } = (await list.json()) as { notifications: { kind: string; job: { id: string } }[] }
    expect(notifications.filter(({ kind, job }) => kind === 'diverging' && job.id === id)).toHaveLength(1)
  })

  it('of an element of an array is its own', async () => {
    const id = await started.submit(
      'for i in 1 2 3; do echo "iteration $i residual 0.$((i + SLURM_ARRAY_TASK_ID))"; done',
      {
        array: '1-2',
      },
    )
    const plot = await watched(`${id}_2`)
    await until('its end', () => isOver(plot), 60_000)
    expect(rowsOf(plot)).toEqual([1, 2, 3].map((n) => [n, n, (n + 2) / 10]))
  })
})
