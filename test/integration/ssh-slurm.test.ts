import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { hasCluster, sharedCluster, type Cluster } from '../helpers/cluster.ts'
import { until } from '../helpers/core.ts'
import { agreeable, hasAgentPackage, knowServer, startSshCore, type SshCore } from '../helpers/ssh-core.ts'
import { canRunSshd, startSshd, type TestSshd } from '../helpers/sshd.ts'

const isPossible = hasCluster && canRunSshd && hasAgentPackage

/** The account knows of Slurm by its login files alone, and nobody but it has installed anything. */
describe.skipIf(!isPossible)('a real Slurm behind SSH', { timeout: 120_000 }, () => {
  const closing: (() => Promise<void>)[] = []
  afterAll(async () => {
    for (const close of closing.toReversed()) await close()
  })
  async function start(): Promise<[Cluster, TestSshd, SshCore, string]> {
    const cluster = await sharedCluster()
    closing.push(() => cluster.close())
    const sshd = await startSshd()
    closing.push(() => sshd.close())
    const member = [sshd.user, 'account=lab']
    await cluster.run('sacctmgr', ['-i', '-Q', 'add', 'user', ...member])
    closing.push(
      async () => void (await cluster.run('sacctmgr', ['-i', '-Q', 'delete', 'user', ...member]).catch(() => '')),
    )
    writeFileSync(join(sshd.home, '.bash_profile'), `export SLURM_CONF=${cluster.conf}\n`)
    const user = await startSshCore({ agent: true })
    closing.push(() => user.close())
    await knowServer(user, sshd)
    user.answer = agreeable()
    const site = await user.add(sshd)
    expect(await user.connect(site)).toBeUndefined()
    return [cluster, sshd, user, site]
  }

  it('runs a job as the user, exactly once, although the session is cut while it is submitted', async () => {
    const [cluster, sshd, user, site] = await start()
    const submission = {
      name: 'over ssh',
      command: 'id -un; hostname; sleep 3',
      resources: { nodes: 1, tasks: 1, timeMinutes: 5, partition: 'compute' },
    }
    const taskId = await user.submit({ site, submission, uploads: [] })
    sshd.cut()
    await until('it is submitted', () => ['done', 'failed'].includes(user.task(taskId)?.state ?? ''), 60_000)
    expect(user.task(taskId)).toMatchObject({ state: 'done' })
    const id = user.task(taskId)?.result?.jobId ?? ''
    const jobs = user.watch('jobs', 'all', { site })
    const state = (): string | undefined =>
      [...jobs.snapshots.flatMap(({ items }) => items), ...jobs.events.flatMap(({ put }) => put)].findLast(
        (job) => job.id === id,
      )?.state
    await until('its end', () => state() === 'completed', 60_000)
    jobs.end()
    const listed = async (): Promise<string[]> =>
      (await cluster.run('sacct', ['-X', '-n', '-P', '-o', 'JobID,User,State', '-u', sshd.user])).trim().split('\n')
    // Accounting hears of it a little later.
    await expect.poll(listed, { timeout: 60_000, interval: 500 }).toEqual([`${id}|${sshd.user}|COMPLETED`])
    const { bytes } = await user.rpc.call('logs', 'read', { site, id, offset: 0, length: 1000 })
    expect(Buffer.from(bytes, 'base64').toString()).toContain(`${sshd.user}\n`)
  })
})
