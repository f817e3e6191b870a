import { readdir, readFile } from 'node:fs/promises'

/** Linux's USER_HZ, which `/proc/PID/stat` counts in; 100 on every architecture Node runs on. */
const TICKS_PER_SECOND = 100
/** What the processes of one session have used. Seconds, bytes. */
export interface SessionUsage {
  cpuSeconds: number
  memoryBytes: number
  readBytes: number
  writtenBytes: number
}

/**
 * What all processes of these sessions use now, by the pid of the session's leader; ended ones are in their parents' figures.
 * Empty where there is no `/proc`.
 */
export async function usageOfSessions(leaders: ReadonlySet<number>): Promise<Map<number, SessionUsage>> {
  const usage = new Map<number, SessionUsage>()
  if (leaders.size === 0) return usage
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))
  for (const pid of pids) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    // The command's name stands in brackets and may hold spaces and brackets itself: count from the last one (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const session = Number(fields[3])
    if (!leaders.has(session)) continue
    const number = (index: number) => Number(fields[index] ?? 0)
    const ticks = number(11) + number(12) + number(13) + number(14)
    const io = await readFile(`/proc/${pid}/io`, 'utf8').catch(() => '')
    const bytes = (key: string) => Number(new RegExp(`^${key}: (\\d+)$`, 'm').exec(io)?.[1] ?? 0)
    const memoryBytes = await memoryOf(pid)
    const sum = usage.get(session) ?? { cpuSeconds: 0, memoryBytes: 0, readBytes: 0, writtenBytes: 0 }
    usage.set(session, {
      cpuSeconds: sum.cpuSeconds + ticks / TICKS_PER_SECOND,
      memoryBytes: sum.memoryBytes + memoryBytes,
      readBytes: sum.readBytes + bytes('read_bytes'),
      writtenBytes: sum.writtenBytes + bytes('write_bytes'),
    })
  }
  return usage
}

/** Bytes; what several processes share is counted in parts (PSS), so that their sum is what they really take. */
async function memoryOf(pid: string): Promise<number> {
  const shared = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '')
  const text = shared === '' ? await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '') : shared
  return Number(/^(?:Pss|VmRSS):\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1024
}
