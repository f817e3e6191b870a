import type { Runner } from '../../runner/index.ts'

const ANSWERS_MS = 5000

/** Whether Slurm's commands are on this machine and its controller answers, once, within five seconds. */
export async function isSlurmThere(runner: Runner): Promise<boolean> {
  if (!(await runner.has('sbatch')) || !(await runner.has('squeue'))) return false
  try {
    const { code } = await runner.run('squeue', ['--noheader', '--me'], { timeoutMs: ANSWERS_MS })
    return code === 0
  } catch {
    return false
  }
}
