import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Kysely } from 'kysely'
import type {
  ConvergenceAlarm,
  ConvergenceChoice,
  ConvergenceRow,
  ConvergenceSeries,
  ConvergenceSpec,
  ConvergenceVerdict,
} from '../../../contract/convergence.ts'
import type { Text } from '../../../contract/text.ts'
import type { Database } from '../db/database.ts'
import { fromJson, toJson } from './json.ts'
import { Run, type RunRecord, storedStretch, stretchOf } from './run.ts'

/** Stretches stored together: only those that changed are written again. */
const CHUNK = 256
const LATEST_CHUNK = -1
/** Jobs whose points are kept; of older ones the file is read again, where it is still there. */
const KEPT_JOBS = 2000

/** How far a file was read, and all that is needed to go on from there. */
export interface Progress {
  spec: ConvergenceSpec
  file: string
  /** The byte after the last whole line that was read. */
  offset: number
  /** The bytes before it, in hexadecimal: a file that has others there is not the one that was read. */
  before: string
  /** The parser's. */
  memory: object
  series: ConvergenceSeries[]
  runs: RunRecord[]
  verdict: ConvergenceVerdict
  /** The job had ended, and all was read. */
  complete: boolean
  problem?: Text
}

export interface Choices {
  chosen: Exclude<ConvergenceChoice['parser'], undefined> | undefined
  alarm: ConvergenceAlarm
}

export interface ConvergenceStore {
  choices(job: string): Promise<Choices>
  choose(job: string, choice: ConvergenceChoice, now: Date): Promise<void>
  /** Whether anything was read of the job. */
  has(job: string): Promise<boolean>
  load(job: string): Promise<{ progress: Progress; runs: Run[] } | undefined>
  /** Writes the progress and the stretches that have changed since the last time. */
  save(job: string, progress: Progress, runs: readonly Run[], now: Date): Promise<void>
  /** What was read is forgotten; choices stay. */
  forget(job: string): Promise<void>
  /** Forgets the points of jobs that nobody has touched for long. */
  tidy(): Promise<void>
}

const packed = (value: unknown): Uint8Array => deflateRawSync(JSON.stringify(value), { level: 1 })
const unpacked = (body: Uint8Array): unknown => JSON.parse(inflateRawSync(body).toString('utf8'))
const usual: Choices = { chosen: undefined, alarm: 'notify' }

export function createConvergenceStore(db: Kysely<Database>): ConvergenceStore {
  const rowOf = (job: string) =>
    db.selectFrom('convergence_watches').selectAll().where('job', '=', job).executeTakeFirst()

  async function loadRun(job: string, record: RunRecord): Promise<Run> {
    const chunks = await db
      .selectFrom('convergence_chunks')
      .select(['chunk', 'body'])
      .where('job', '=', job)
      .where('run', '=', record.run)
      .orderBy('chunk')
      .execute()
    let latest: ConvergenceRow[] = []
    const stretches = chunks.flatMap(({ chunk, body }) => {
      if (chunk !== LATEST_CHUNK) return (unpacked(body) as [ConvergenceRow, ConvergenceRow][]).map(stretchOf)
      latest = unpacked(body) as ConvergenceRow[]
      return []
    })
    return new Run(record, stretches, latest)
  }

  return {
    async choices(job) {
      const row = await rowOf(job)
      if (row === undefined) return usual
      return { chosen: (row.chosen ?? undefined) as Choices['chosen'], alarm: row.alarm as ConvergenceAlarm }
    },

    async choose(job, { parser, alarm }, now) {
      const change = {
        ...(parser === undefined ? {} : { chosen: parser }),
        ...(alarm === undefined ? {} : { alarm }),
        updated_at: now.toISOString(),
      }
      await db
        .insertInto('convergence_watches')
        .values({ job, chosen: null, alarm: usual.alarm, progress: null, ...change })
        .onConflict((conflict) => conflict.column('job').doUpdateSet(change))
        .execute()
    },

    has: async (job) => typeof (await rowOf(job))?.progress === 'string',

    async load(job) {
      const row = await rowOf(job)
      if (row?.progress === null || row === undefined) return undefined
      const progress = fromJson(row.progress) as Progress
      const runs: Run[] = []
      for (const record of progress.runs) runs.push(await loadRun(job, record))
      return { progress, runs }
    },

    save: (job, progress, runs, now) =>
      db.transaction().execute(async (tx) => {
        const change = { progress: toJson(progress), updated_at: now.toISOString() }
        await tx
          .insertInto('convergence_watches')
          .values({ job, chosen: null, alarm: usual.alarm, ...change })
          .onConflict((conflict) => conflict.column('job').doUpdateSet(change))
          .execute()
        const oldest = runs[0]?.record.run ?? 0
        await tx.deleteFrom('convergence_chunks').where('job', '=', job).where('run', '<', oldest).execute()
        for (const run of runs) {
          const { history, record } = run
          if (history.changedFrom >= history.stretches.length) continue
          const firstChunk = Math.floor(history.changedFrom / CHUNK)
          await tx
            .deleteFrom('convergence_chunks')
            .where('job', '=', job)
            .where('run', '=', record.run)
            .where((e) => e.or([e('chunk', '>=', firstChunk), e('chunk', '=', LATEST_CHUNK)]))
            .execute()
          const put = (chunk: number, value: unknown) =>
            tx
              .insertInto('convergence_chunks')
              .values({ job, run: record.run, chunk, body: packed(value) })
              .execute()
          for (let chunk = firstChunk; chunk * CHUNK < history.stretches.length; chunk++) {
            await put(chunk, history.stretches.slice(chunk * CHUNK, (chunk + 1) * CHUNK).map(storedStretch))
          }
          await put(LATEST_CHUNK, run.tail)
          history.changedFrom = history.stretches.length
        }
      }),

    forget: (job) =>
      db.transaction().execute(async (tx) => {
        await tx.updateTable('convergence_watches').set({ progress: null }).where('job', '=', job).execute()
        await tx.deleteFrom('convergence_chunks').where('job', '=', job).execute()
      }),

    tidy: () =>
      db.transaction().execute(async (tx) => {
        const old = await tx
          .selectFrom('convergence_watches')
          .select('job')
          .where('progress', 'is not', null)
          .orderBy('updated_at', 'desc')
          .limit(1000)
          .offset(KEPT_JOBS)
          .execute()
        for (const { job } of old) {
          await tx.deleteFrom('convergence_chunks').where('job', '=', job).execute()
          await tx.updateTable('convergence_watches').set({ progress: null }).where('job', '=', job).execute()
        }
      }),
  }
}
