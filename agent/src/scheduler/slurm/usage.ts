import type { Usage } from '../scheduler.ts'
import { bytesOf } from './accounting.ts'
import type { Commands } from './commands.ts'
import { present } from './inventory.ts'
import { secondsOf } from './times.ts'

const recorded = [
  'JobID',
  'State',
  'ElapsedRaw',
  'CPUTimeRAW',
  'TotalCPU',
  'MaxRSS',
  'ReqMem',
  'TRESUsageInTot',
  'TRESUsageOutTot',
] as const
const live = ['JobID', 'MaxRSS', 'TRESUsageInTot', 'TRESUsageOutTot'] as const

/** `cpu=00:00:06,fs/disk=1693932,mem=75124K`: summed over a step's tasks. */
function tresOf(text: string): Map<string, string> {
  const parts = new Map<string, string>()
  for (const part of text.split(',')) {
    const at = part.indexOf('=')
    if (at > 0) parts.set(part.slice(0, at), part.slice(at + 1))
  }
  return parts
}

const whole = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
const add = (a: number | undefined, b: number | undefined) => (b === undefined ? a : (a ?? 0) + b)
const most = (a: number | undefined, b: number | undefined) => (b === undefined ? a : Math.max(a ?? 0, b))

/** Of the steps of one job: they run after each other or side by side; processor time and bytes add up, memory is the largest. */
type Steps = Pick<Usage, 'cpuSeconds' | 'memoryBytes' | 'readBytes' | 'writtenBytes' | 'gpuPercent' | 'gpuMemoryBytes'>

function withStep(steps: Steps, maxRss: string, input: string, output: string): Steps {
  const used = tresOf(input)
  return present({
    cpuSeconds: add(steps.cpuSeconds, secondsOf(used.get('cpu') ?? '')),
    memoryBytes: most(steps.memoryBytes, bytesOf(used.get('mem') ?? '') ?? bytesOf(maxRss)),
    readBytes: add(steps.readBytes, bytesOf(used.get('fs/disk') ?? '')),
    writtenBytes: add(steps.writtenBytes, bytesOf(tresOf(output).get('fs/disk') ?? '')),
    gpuPercent: most(steps.gpuPercent, whole(used.get('gres/gpuutil'))),
    gpuMemoryBytes: most(steps.gpuMemoryBytes, bytesOf(used.get('gres/gpumem') ?? '')),
  })
}

/** `sacct` about one job and its steps. */
export function recordedUsage(text: string, at: Date): Usage | undefined {
  let steps: Steps = {}
  let job:
    | { elapsed: number | undefined; core: number | undefined; cpu: number | undefined; limit: number | undefined }
    | undefined
  for (const line of text.split('\n')) {
    const [name = '', , elapsed, core, cpu = '', rss = '', limit = '', input = '', output = ''] = line.split('|')
    if (name === '') continue
    if (name.includes('.')) steps = withStep(steps, rss, input, output)
    else job = { elapsed: whole(elapsed), core: whole(core), cpu: secondsOf(cpu), limit: bytesOf(limit) }
  }
  if (job === undefined) return undefined
  const { cpuSeconds, ...rest } = steps
  return {
    at,
    ...present({
      ...rest,
      elapsedSeconds: job.elapsed,
      coreSeconds: job.core,
      // While it runs, accounting says 0.
      cpuSeconds: most(job.cpu === 0 ? undefined : job.cpu, cpuSeconds),
      memoryLimitBytes: job.limit === 0 ? undefined : job.limit,
    }),
  }
}

/** `sstat` about the steps that run now; undefined where none does. */
export function liveUsage(text: string): Omit<Usage, 'at'> | undefined {
  let steps: Steps = {}
  let any = false
  for (const line of text.split('\n')) {
    const [name = '', rss = '', input = '', output = ''] = line.split('|')
    if (name === '') continue
    any = true
    steps = withStep(steps, rss, input, output)
  }
  return any ? steps : undefined
}

const form = (fields: readonly string[]) => ['--noheader', '--parsable2', `--format=${fields.join(',')}`]

/** What a job uses or has used: accounting's word, and while it runs that of its nodes. Undefined where nobody knows. */
export async function usageOf(
  commands: Commands,
  job: { id: string; user: string; running: boolean; element: number | undefined },
  at: Date,
): Promise<Usage | undefined> {
  const name = job.element === undefined ? job.id : `${job.id}_${job.element}`
  const as = job.user
  const accounted = await commands.ask('sacct', [...form(recorded), `--jobs=${name}`], { as })
  const past = accounted.finished?.code === 0 ? recordedUsage(accounted.finished.stdout, at) : undefined
  if (!job.running) return past
  // `sstat` serves the owner alone.
  const now = await commands.ask('sstat', [...form(live), '--allsteps', `--jobs=${name}`], { as, timeoutMs: 10_000 })
  const present = now.finished?.code === 0 ? liveUsage(now.finished.stdout) : undefined
  return past === undefined && present === undefined ? undefined : { ...past, ...present, at }
}
