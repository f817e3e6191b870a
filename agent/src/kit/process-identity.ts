import { execFile, execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)
const PS_ENVIRONMENT = { LC_ALL: 'C', PATH: '/bin:/usr/bin' }

/**
 * A process beyond doubt: pids are used again, so the start time belongs to it, and so does the boot of the machine (start
 * times on Linux count from there).
 */
export interface ProcessIdentity {
  pid: number
  /** Linux: field 22 of `/proc/PID/stat`, clock ticks since boot. Elsewhere: `ps -o lstart=`. */
  start: string
  /** Linux: `/proc/sys/kernel/random/boot_id`. Elsewhere `-`. */
  boot: string
}

/** Reads what the wrapper wrote of itself: `pid boot start…` in one line. Undefined for anything else. */
export function parseIdentity(line: string): ProcessIdentity | undefined {
  const match = /^(\d{1,10}) (\S+) (\S[^\n]*)\n/.exec(line)
  if (match === null) return undefined
  const [, pid = '', boot = '', start = ''] = match
  return Number(pid) > 1 ? { pid: Number(pid), boot, start: start.trim() } : undefined
}

/** This process itself. */
export function ownIdentity(): ProcessIdentity {
  const { pid } = process
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return { pid, boot, start: fieldsOf(readFileSync('/proc/self/stat', 'utf8'))[19] ?? '' }
  } catch {
    // No /proc: as the wrapper of jobs says it of itself.
    const start = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { env: PS_ENVIRONMENT, encoding: 'utf8' })
    return { pid, boot: '-', start: start.trim() }
  }
}

/**
 * Fields of `/proc/PID/stat` (proc(5)) from the third on, the state. The command's name before it stands in brackets and may
 * hold spaces and brackets itself: counted from the last one.
 */
const fieldsOf = (stat: string): string[] => stat.slice(stat.lastIndexOf(')') + 2).split(' ')

/** Whether that very process is still alive; a zombie is not (PID 1 of a container may never reap it). */
export async function isAlive(process: ProcessIdentity): Promise<boolean> {
  if (process.boot === '-') {
    try {
      const { stdout } = await run('ps', ['-o', 'stat=,lstart=', '-p', String(process.pid)], {
        env: PS_ENVIRONMENT,
      })
      const [state = '', ...start] = stdout.trim().split(/\s+/)
      return !state.startsWith('Z') && start.join(' ') === process.start.split(/\s+/).join(' ')
    } catch {
      return false
    }
  }
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8')
    if (boot.trim() !== process.boot) return false
    const fields = fieldsOf(await readFile(`/proc/${process.pid}/stat`, 'utf8'))
    return fields[0] !== 'Z' && fields[0] !== 'X' && fields[19] === process.start
  } catch {
    return false
  }
}
