import type { Kysely } from 'kysely'
import type { JobState } from '../../../contract/jobs.ts'
import type { UsageSample } from '../../../contract/usage.ts'
import type { Database } from '../db/database.ts'
import type { JobView } from '../jobs/index.ts'

/** What is kept of a job's use. */
export interface KeptUsage {
  samples: UsageSample[]
  final?: UsageSample
  /** Absent while it runs. */
  state?: JobState
}

/** A finished run, as the next one of its template is measured by it. */
export interface PastRun {
  nodes: number
  elapsedSeconds: number
  /** The largest that was seen. */
  memoryBytes?: number
}

export interface UsageStore {
  find(job: JobView): Promise<KeptUsage | undefined>
  append(job: JobView, sample: UsageSample): Promise<void>
  /** The job has ended; `final` where its scheduler knows the whole of it. */
  finish(job: JobView, final: UsageSample | undefined): Promise<void>
  /** The user's last runs of a template that ended well, newest first. */
  past(user: string, templateId: string, limit: number): Promise<PastRun[]>
}

/** A course is kept with at most so many points. */
export const MOST_SAMPLES = 300
const WHOLE = -1

/** Where there are too many points, those go that stand closest between their neighbours: the whole course stays, more coarsely. */
export function thinned(samples: readonly UsageSample[]): UsageSample[] {
  const kept = [...samples]
  while (kept.length > MOST_SAMPLES) {
    const times = kept.map(({ at }) => Date.parse(at))
    let closest = 1
    let smallest = Infinity
    for (let index = 1; index < kept.length - 1; index += 1) {
      const gap = (times[index + 1] ?? 0) - (times[index - 1] ?? 0)
      if (gap < smallest) [closest, smallest] = [index, gap]
    }
    kept.splice(closest, 1)
  }
  return kept
}

const keyOf = (job: JobView) => ({ number: job.number, element: job.element ?? WHOLE })

export function createUsageStore(db: Kysely<Database>): UsageStore {
  const rowOf = async (job: JobView) => {
    const { number, element } = keyOf(job)
    return db
      .selectFrom('job_usage')
      .selectAll()
      .where('number', '=', number)
      .where('element', '=', element)
      .executeTakeFirst()
  }

  async function find(job: JobView): Promise<KeptUsage | undefined> {
    const row = await rowOf(job)
    if (row === undefined) return undefined
    return {
      samples: JSON.parse(row.samples) as UsageSample[],
      ...(row.final === null ? {} : { final: JSON.parse(row.final) as UsageSample }),
      ...(row.state === null ? {} : { state: row.state }),
    }
  }

  async function put(job: JobView, samples: readonly UsageSample[], final?: UsageSample, ended = false): Promise<void> {
    const { number, element } = keyOf(job)
    const row = {
      samples: JSON.stringify(thinned(samples)),
      final: final === undefined ? null : JSON.stringify(final),
      state: ended ? job.state : null,
      ended_at: ended ? (job.endedAt ?? null) : null,
      ...figuresOf(job, samples, final),
    }
    await db
      .insertInto('job_usage')
      .values({
        number,
        element,
        user: job.user,
        // An array is no run: its elements are.
        template_id: job.array === undefined ? (job.template?.id ?? null) : null,
        nodes: job.resources.nodes,
        ...row,
      })
      .onConflict((c) => c.columns(['number', 'element']).doUpdateSet(row))
      .execute()
  }

  return {
    find,
    async append(job, sample) {
      const kept = await find(job)
      // What comes after the end belongs to no course.
      if (kept?.state === undefined) await put(job, [...(kept?.samples ?? []), sample])
    },
    async finish(job, final) {
      const kept = await find(job)
      await put(job, kept?.samples ?? [], final ?? kept?.final, true)
    },
    async past(user, templateId, limit) {
      const rows = await db
        .selectFrom('job_usage')
        .select(['nodes', 'elapsed_seconds', 'memory_bytes'])
        .where('user', '=', user)
        .where('template_id', '=', templateId)
        .where('ended_at', 'is not', null)
        .where('state', '=', 'completed')
        .where('element', '=', WHOLE)
        .orderBy('ended_at', 'desc')
        .limit(limit)
        .execute()
      return rows.flatMap(({ nodes, elapsed_seconds, memory_bytes }) =>
        elapsed_seconds === null
          ? []
          : [
              {
                nodes,
                elapsedSeconds: elapsed_seconds,
                ...(memory_bytes === null ? {} : { memoryBytes: memory_bytes }),
              },
            ],
      )
    },
  }
}

function elapsedOf({ startedAt, endedAt }: JobView): number | null {
  if (startedAt === undefined || endedAt === undefined) return null
  return Math.max(0, (Date.parse(endedAt) - Date.parse(startedAt)) / 1000)
}

/** The figures of the columns, the job's own times where nobody measured. */
function figuresOf(job: JobView, samples: readonly UsageSample[], final: UsageSample | undefined) {
  const all = final === undefined ? samples : [...samples, final]
  const most = (key: 'memoryBytes' | 'cpuSeconds' | 'coreSeconds' | 'gpuPercent') => {
    const values = all.flatMap((sample) => sample[key] ?? [])
    return values.length === 0 ? null : Math.max(...values)
  }
  return {
    elapsed_seconds: final?.elapsedSeconds ?? elapsedOf(job),
    memory_bytes: most('memoryBytes'),
    cpu_seconds: most('cpuSeconds'),
    core_seconds: most('coreSeconds'),
    gpu_percent: most('gpuPercent'),
  }
}
