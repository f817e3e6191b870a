import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Job, JobDetail } from '../../contract/jobs.ts'
import { jobHasEnded } from '../../contract/jobs.ts'
import { startAgent, type TestAgent } from '../helpers/agent.ts'
import { type Cluster, hasCluster, sharedCluster } from '../helpers/cluster.ts'

/** A small disk of its own; only root can mount one. */
const canMount = process.getuid?.() === 0

async function submit(agent: TestAgent, command: string): Promise<{ status: number; job?: Job; code?: string }> {
  const token = await agent.token('kim')
  const answer = await agent.fetch('/api/jobs/submit', { token, body: { name: 'full', command } })
  return { status: answer.status, ...((await answer.json()) as object) }
}
const detail = async (agent: TestAgent, id: string) => {
  const answer = await agent.fetch(`/api/v2/jobs/${id}`, { token: await agent.token('kim') })
  return ((await answer.json()) as { job: JobDetail }).job
}

describe.skipIf(!canMount)('a job that fills its disk', () => {
  const disk = mkdtempSync(join(tmpdir(), 'headway-disk-'))
  let cluster: Cluster | undefined
  beforeAll(async () => {
    execFileSync('/usr/bin/mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', disk])
    if (hasCluster) {
      cluster = await sharedCluster()
      vi.stubEnv('SLURM_CONF', cluster.conf)
    }
  })
  afterAll(async () => {
    await cluster?.close()
    execFileSync('/usr/bin/umount', ['--lazy', disk])
    rmSync(disk, { recursive: true, force: true })
  })

  test.each(['local', ...(hasCluster ? ['slurm'] : [])])(
    'fails with the reason in its log, and the agent goes on (%s)',
    { timeout: 90_000 },
    async (scheduler) => {
      const agent = await startAgent({
        environment: { HEADWAY_SCHEDULER: scheduler, HEADWAY_UPLOADS: join(disk, scheduler) },
      })
      try {
        const first = await submit(agent, 'echo begun; dd if=/dev/zero of=field.bin bs=1M count=64')
        expect(first.status).toBe(201)
        const id = first.job?.id ?? ''
        await expect
          .poll(async () => jobHasEnded((await detail(agent, id)).state), { timeout: 40_000, interval: 200 })
          .toBe(true)
        const job = await detail(agent, id)
        expect(job.state).toBe('failed')
        expect(job.exitCode).toBe(1)

        // Nothing more fits: refused in a sentence, before anything runs, and nothing is left of it.
        const refused = await submit(agent, 'echo more')
        expect([refused.status, refused.code]).toEqual([507, 'NO_SPACE'])
        const token = await agent.token('kim')
        expect(
          (await agent.fetch(`/api/v2/jobs/${id}/files/remove`, { token, body: { paths: ['field.bin'] } })).status,
        ).toBe(200)
        const again = await submit(agent, 'echo more')
        expect(again.status).toBe(201)
        await expect
          .poll(async () => (await detail(agent, again.job?.id ?? '')).state, { timeout: 40_000, interval: 200 })
          .toBe('completed')
      } finally {
        await agent.close()
      }
    },
  )
})
