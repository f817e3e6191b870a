import type { PastRun } from '../usage/index.ts'
import type { Asked } from './asked.ts'
import { doubtful, type Finding } from './finding.ts'

/** What one run used says little. */
const FEWEST_RUNS = 2
const MIB = 1_048_576
/** Room above the largest run: memory varies little between runs of one template, time a good deal. */
const MEMORY_MARGIN = 1.2
const TIME_MARGIN = 1.5
/** Asking for so many times what was ever used is worth a word, where it also is so much more. */
const GENEROUS = 2
const MEMORY_WORTH_MB = 2048
const TIME_WORTH_MINUTES = 60

/** The user's last runs of the same template against what is asked for now. */
export function checkPastRuns({ resources }: Asked, runs: readonly PastRun[]): Finding[] {
  const { nodes, memoryMb, timeMinutes } = resources
  const findings: Finding[] = []
  // The peak is of the whole job, the limit of each node: they can be compared on one node alone.
  const memory = nodes === 1 ? runs.filter((run) => run.nodes === 1).flatMap((run) => run.memoryBytes ?? []) : []
  if (memoryMb !== undefined && memory.length >= FEWEST_RUNS) {
    const asked = memoryMb * MIB
    const past = { runs: memory.length, low: Math.min(...memory), high: Math.max(...memory), asked }
    const enough = niceMemory((past.high * MEMORY_MARGIN) / MIB)
    const next = [{ field: 'memoryMb' as const, value: enough }]
    if (asked < past.high) findings.push(doubtful('memory-tight', past, next))
    else if (memoryMb >= enough * GENEROUS && memoryMb - enough >= MEMORY_WORTH_MB)
      findings.push(doubtful('memory-generous', past, next))
  }
  const times = runs.map(({ elapsedSeconds }) => elapsedSeconds)
  if (times.length >= FEWEST_RUNS) {
    const past = { runs: times.length, low: Math.min(...times), high: Math.max(...times), asked: timeMinutes * 60 }
    const enough = niceMinutes((past.high * TIME_MARGIN) / 60)
    const next = [{ field: 'timeMinutes' as const, value: enough }]
    if (past.asked < past.high) findings.push(doubtful('time-tight', past, next))
    else if (timeMinutes >= enough * GENEROUS && timeMinutes - enough >= TIME_WORTH_MINUTES)
      findings.push(doubtful('time-generous', past, next))
  }
  return findings
}

/** The next figure that somebody would type: steps of 256 MiB, 1, 4 and 16 GiB as it grows. */
export function niceMemory(mb: number): number {
  const step = mb <= 2048 ? 256 : mb <= 8192 ? 1024 : mb <= 65_536 ? 4096 : 16_384
  return Math.max(step, Math.ceil(mb / step) * step)
}

/** The same in minutes: steps of 5 min, a quarter, one and four hours. */
export function niceMinutes(minutes: number): number {
  const step = minutes <= 60 ? 5 : minutes <= 240 ? 15 : minutes <= 1440 ? 60 : 240
  return Math.max(step, Math.ceil(minutes / step) * step)
}
