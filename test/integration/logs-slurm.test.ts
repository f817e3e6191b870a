import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JobOptions } from '../../contract/resources.ts'
import { admin, secret, spawnAgent, temporaryFolder, type SpawnedAgent } from '../helpers/agent.ts'
import { hasCluster, sharedCluster, type Cluster } from '../helpers/cluster.ts'
import { startCore, until, type TestCore, type Watched } from '../helpers/core.ts'
import { startCutProxy, type CutProxy } from '../helpers/cut-proxy.ts'
import { logText } from '../helpers/log-text.ts'

/** A window that could not keep up ends with a snapshot. */
const isOver = ({ events, snapshots }: Watched<'logs', 'follow'>) =>
  events.at(-1)?.complete === true || snapshots.at(-1)?.complete === true

describe.runIf(hasCluster)('the log of a job on a real Slurm', { timeout: 120_000 }, () => {
  let cluster: Cluster
  let data: string
  let agent: SpawnedAgent
  let proxy: CutProxy
  let core: TestCore
  let site: string
  const submitted: string[] = []

  beforeAll(async () => {
    cluster = await sharedCluster()
    data = temporaryFolder()
    agent = await spawnAgent({
      HEADWAY_DATA: data,
      HEADWAY_ADMIN_PASSWORD: admin.password,
      HEADWAY_LOG_LEVEL: 'warn',
      HEADWAY_SCHEDULER: 'slurm',
      SLURM_CONF: cluster.conf,
      JWT_SECRET_KEY: secret,
      RATE_LIMIT_ENABLED: '0',
    })
    proxy = await startCutProxy(agent.url)
    core = await startCore()
    site = (await core.signIn(proxy.url)).id
  }, 180_000)
  afterAll(async () => {
    if (submitted.length > 0) await cluster.run('scancel', submitted).catch(() => '')
    await core?.close()
    await proxy?.close()
    await agent?.end()
    await cluster?.close()
    rmSync(data, { recursive: true, force: true })
  }, 60_000)

  async function submit(command: string, options?: JobOptions): Promise<string> {
    const { taskId } = await core.rpc.call('jobs', 'submit', {
      site,
      submission: {
        name: 'log',
        command,
        resources: { nodes: 1, tasks: 1, timeMinutes: 5, memoryMb: 100 },
        ...(options === undefined ? {} : { options }),
      },
      uploads: [],
    })
    const id = await until('the job', () => core.task(taskId)?.result?.jobId, 30_000)
    submitted.push(id)
    return id
  }

  it('is followed from before its start to its end, both outputs together, over cuts', async () => {
    const id = await submit('for i in $(seq 1 40); do echo "out $i"; echo "err $i" >&2; sleep 0.1; done')
    const log = core.watch('logs', 'follow', { site, id })
    for (let cuts = 1; cuts <= 2; cuts += 1) {
      const before = log.events.length
      await until('more of it', () => log.events.length > before || isOver(log), 60_000)
      proxy.cut()
    }
    await until('its end', () => isOver(log), 60_000)
    expect(log.snapshots).toHaveLength(1)
    expect(logText(log)).toBe(Array.from({ length: 40 }, (_, i) => `out ${i + 1}\nerr ${i + 1}\n`).join(''))
  })

  it('of an element of an array is its own, and is found by a search', async () => {
    const id = await submit('echo "element $SLURM_ARRAY_TASK_ID of $SLURM_ARRAY_JOB_ID"', { array: '1-3' })
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
