import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Cluster, hasCluster, ownCluster } from '../helpers/cluster.ts'

describe.skipIf(!hasCluster)('a cluster of the tests', () => {
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await ownCluster()
  })
  afterAll(() => cluster.close())

  test('has its partitions, runs a job of a user, and accounts for it', async () => {
    const nodes = await cluster.run('sinfo', ['-h', '-N', '-o', '%N %P %T'])
    expect(nodes.trim().split('\n').toSorted()).toEqual([
      ...['c1', 'c2', 'c3', 'c4'].map((name) => `${name} compute* idle`),
      ...['v1', 'v2'].map((name) => `${name} viz idle`),
    ])
    const script = ['--parsable', '--comment=a word', '--output=/dev/null', '--wrap=exit 3']
    const id = (await cluster.run('sbatch', script, { as: 'alice' })).trim()
    const row = ['-n', '-P', '-X', '-j', id, '-o', 'User,State,ExitCode,Comment']
    await expect.poll(() => cluster.run('sacct', row), { timeout: 20_000 }).toContain('FAILED')
    expect((await cluster.run('sacct', row)).trim()).toBe('alice|FAILED|3:0|a word')
  })

  test('holds bob to his limits', async () => {
    const script = ['--parsable', '--output=/dev/null', '-n', '5', '--wrap=true']
    const id = (await cluster.run('sbatch', script, { as: 'bob' })).trim()
    const reason = () => cluster.run('squeue', ['-h', '-j', id, '-o', '%r'])
    await expect.poll(reason, { timeout: 20_000 }).toMatch(/^Assoc/)
    await cluster.run('scancel', [id], { as: 'bob' })
  })

  test('lives on when slurmctld is killed', async () => {
    await cluster.daemon('slurmctld', 'kill')
    await expect(cluster.run('sinfo', [])).rejects.toThrow()
    await cluster.daemon('slurmctld', 'start')
    expect(await cluster.run('sinfo', ['-h'])).toContain('compute')
  })
})
