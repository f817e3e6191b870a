import { Failure } from '../../kit/failure.ts'

/** Options that would make `sbatch` do something else than hand over this one job, or that the agent must know itself. */
const refused: Readonly<Record<string, { letter?: string; why: string }>> = {
  array: {
    letter: 'a',
    why: 'give the range under "Array" instead, so that each element gets a log and a place in the list',
  },
  clusters: { letter: 'M', why: 'the agent follows the jobs of one cluster' },
  wait: { letter: 'W', why: 'the job is followed anyway' },
  'test-only': { why: 'the job would not be started' },
  help: { letter: 'h', why: 'it is no option of a job' },
  usage: { why: 'it is no option of a job' },
  version: { letter: 'V', why: 'it is no option of a job' },
  uid: { why: 'a job runs as its user' },
  gid: { why: 'a job runs as its user' },
}
/** Short options without a value: another may stand right behind them. */
const flags = new Set(['H', 'k', 'O', 'Q', 's', 'v', 'W', 'h', 'V'])

/** Long options may be cut short as far as they stay clear: `--arr=1-3`. */
function refusedLong(token: string): string | undefined {
  const name = token.slice(2).split('=', 1)[0] ?? ''
  if (name.length < 2) return undefined
  return Object.keys(refused).find((option) => option.startsWith(name))
}

function refusedShort(token: string): string | undefined {
  for (const letter of token.slice(1)) {
    const found = Object.entries(refused).find(([, option]) => option.letter === letter)
    if (found !== undefined) return found[0]
    if (!flags.has(letter)) return undefined
  }
  return undefined
}

/** The lines that `sbatch` reads: those before the script's first command. It warns of `#SLURM`, and does what it says. */
function* directives(script: string): Generator<string> {
  for (const line of script.split('\n')) {
    const text = line.trim()
    if (text !== '' && !text.startsWith('#')) return
    const options = /^#(?:SBATCH|SLURM)(.*)$/.exec(line)?.[1]
    if (options !== undefined) yield options.trim()
  }
}

/**
 * The script as `sbatch` takes it. Its own `#SBATCH` lines count where the form says nothing; the form's options, which
 * travel on the command line, win. Failure VALIDATION_FAILED for lines that would change what a submission is.
 */
export function batchScript(script: string): string {
  const whole = script.startsWith('#!') ? script : `#!/bin/bash\n${script}`
  for (const line of directives(whole)) {
    if (/^(?:het|pack)job\b/.test(line)) refuse(line, 'a job of several parts cannot be followed as one')
    // `sbatch` takes quotes and backslashes away: `"--array=0-3"` and `\\-a` are options, too.
    for (const token of line.replaceAll(/["'\\]/g, '').split(/\s+/)) {
      // The rest is a comment; where anything is quoted that is not sure.
      if (token.startsWith('#') && !/["'\\]/.test(line)) break
      const name = token.startsWith('--') ? refusedLong(token) : token.startsWith('-') ? refusedShort(token) : undefined
      if (name !== undefined) refuse(line, refused[name]?.why ?? '')
    }
  }
  return whole
}

function refuse(line: string, why: string): never {
  const shown = line.replace(/\p{C}+/gu, ' ').slice(0, 80)
  throw new Failure('VALIDATION_FAILED', `Take the line "#SBATCH ${shown}" out of the script: ${why}.`, {
    details: { path: '/command', reason: why },
  })
}
