import { readdir, readFile } from 'node:fs/promises'

/**
 * Whether a process of this machine still carries this comment: an `sbatch` that a dead agent left behind, which goes on
 * trying (Slurm's own client does so for two minutes where the queue is full). Processes that may not be seen count as gone.
 */
export async function isStillSubmitting(comment: string): Promise<boolean> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))
  for (const pid of pids) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (line.split('\0').includes(`--comment=${comment}`)) return true
  }
  return false
}
