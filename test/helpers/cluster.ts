import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const scripts = resolve(import.meta.dirname, '../cluster')

/** A real Slurm on loopback (test/cluster/up says what is in it). */
export interface Cluster {
  base: string
  /** For the environment of an agent, and of every command of Slurm's. */
  conf: string
  /** A command of Slurm's, as root or as `as` (alice, bob). Rejects where its exit status is not 0. */
  run(command: string, args: readonly string[], options?: { as?: string; cwd?: string }): Promise<string>
  /** Starts, ends or halts one of its daemons (`slurmctld`, `slurmdbd`, `slurmd.c1`, …): only of a cluster of one's own. */
  daemon(name: string, action: 'start' | 'stop' | 'kill' | 'freeze' | 'thaw'): Promise<void>
  /** Ends a cluster of one's own; the shared one stays. */
  close(): Promise<void>
}

/** False where the machine has no Slurm and need not have one; under `CI=true` a missing one is a failure elsewhere. */
export const hasCluster = process.env['HEADWAY_TEST_CLUSTER'] !== 'none'

function at(base: string, own: boolean): Cluster {
  const conf = join(base, 'etc', 'slurm.conf')
  return {
    base,
    conf,
    async run(command, args, { as, cwd = '/tmp' } = {}) {
      const env = { PATH: process.env['PATH'], SLURM_CONF: conf, LC_ALL: 'C' }
      const user = as === undefined ? [] : ['runuser', '-u', as, '--']
      const [file = command, ...rest] = [...user, command, ...args]
      const { stdout } = await run(file, rest, { env, cwd, maxBuffer: 256 * 1024 ** 2 })
      return stdout
    },
    daemon: async (name, action) => void (await run('bash', [join(scripts, 'daemon'), base, name, action])),
    async close() {
      if (!own) return
      await run('bash', [join(scripts, 'down'), base])
      rmSync(base, { recursive: true, force: true })
    },
  }
}

async function bringUp(): Promise<Cluster> {
  const base = mkdtempSync(join(tmpdir(), 'headway-cluster-'))
  await run('bash', [join(scripts, 'up'), base])
  return at(base, true)
}

/** The cluster of this test run; shared, so jobs of others are in it. For `beforeAll`; close it all the same. */
export async function sharedCluster(): Promise<Cluster> {
  const base = process.env['HEADWAY_TEST_CLUSTER']
  return base === undefined ? bringUp() : at(base, false)
}

/** A cluster of one's own, whose daemons may be ended; it is to be closed. About 5 s. */
export const ownCluster = bringUp
