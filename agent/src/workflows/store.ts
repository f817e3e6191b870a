import type { Kysely, Selectable, Updateable } from 'kysely'
import type { Queue } from '../../../contract/agent/workflows.ts'
import type { JobFile } from '../../../contract/jobs.ts'
import type { ParameterValues, TemplateSource } from '../../../contract/templates.ts'
import { stepsBefore, type WorkflowStep } from '../../../contract/workflow-steps.ts'
import type { StepState, WorkflowRun, WorkflowRunState } from '../../../contract/workflows.ts'
import type { Database } from '../db/database.ts'
import type { WorkflowRunsTable, WorkflowStepsTable } from './tables.ts'

/** What a run keeps of its template: the file may change or go, the run stays what it was. */
export type WorkflowSnapshot = Pick<TemplateSource, 'id' | 'version' | 'name'> & { steps: WorkflowStep[] }

/** A step of a run at its newest attempt. */
export interface Attempt {
  step: WorkflowStep
  attempt: number
  jobId: string | undefined
  state: StepState
  reason: string | undefined
  startedAt: string | undefined
  endedAt: string | undefined
}

export interface Run {
  number: number
  user: string
  name: string
  template: WorkflowSnapshot
  parameters: ParameterValues
  files: JobFile[]
  queue: Queue
  state: WorkflowRunState
  cancelled: boolean
  submittedAt: string
  endedAt: string | undefined
  /** In the order of the template. */
  steps: Attempt[]
}

export type NewRun = Pick<Run, 'user' | 'name' | 'template' | 'parameters' | 'files' | 'queue'> & { key: string }

export interface Store {
  /** Stores a run with all its steps waiting, or finds the one this key already made (`created` false). */
  add(run: NewRun, now: Date): Promise<{ run: Run; created: boolean }>
  byKey(user: string, key: string): Promise<Run | undefined>
  byNumber(number: number): Promise<Run | undefined>
  /** Takes back one of which nothing runs. */
  discard(number: number): Promise<void>
  /** Of everybody: those in which something may still happen. */
  running(): Promise<Run[]>
  /** Newest first; of everybody without `user`. */
  page(user: string | undefined, limit: number, offset: number): Promise<{ runs: Run[]; total: number }>
  /** The step at its newest attempt. */
  setStep(
    run: number,
    step: string,
    change: Omit<Updateable<WorkflowStepsTable>, 'run' | 'step' | 'attempt'>,
  ): Promise<void>
  /** New attempts of these steps, waiting; the run goes on. */
  again(run: number, steps: readonly string[]): Promise<void>
  setRun(run: number, change: { state?: WorkflowRunState; cancelled?: 1; ended_at?: string | null }): Promise<void>
}

/** A run as clients see it. */
export const asRun = (run: Run): WorkflowRun => ({
  id: String(run.number),
  name: run.name,
  user: run.user,
  templateId: run.template.id,
  templateName: run.template.name,
  templateVersion: run.template.version,
  state: run.state,
  submittedAt: run.submittedAt,
  ...(run.endedAt === undefined ? {} : { endedAt: run.endedAt }),
  steps: run.steps.map(({ step, attempt, jobId, state, reason, startedAt, endedAt }) => ({
    key: step.key,
    name: step.name,
    template: step.template,
    after: stepsBefore(step),
    state,
    attempt,
    ...(jobId === undefined ? {} : { jobId }),
    ...(reason === undefined ? {} : { reason }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
  })),
})

export function createStore(db: Kysely<Database>): Store {
  /** Rows of runs with the newest attempt of each of their steps. */
  async function complete(rows: readonly Selectable<WorkflowRunsTable>[], on: Kysely<Database> = db): Promise<Run[]> {
    if (rows.length === 0) return []
    const numbers = rows.map(({ number }) => number)
    const all = await on
      .selectFrom('workflow_steps')
      .selectAll()
      .where('run', 'in', numbers)
      .orderBy('attempt')
      .execute()
    // Later attempts replace earlier ones.
    const newest = new Map(all.map((row) => [`${row.run} ${row.step}`, row]))
    return rows.map((row) => {
      const template = JSON.parse(row.template) as WorkflowSnapshot
      return {
        number: row.number,
        user: row.user,
        name: row.name,
        template,
        parameters: JSON.parse(row.parameters) as ParameterValues,
        files: JSON.parse(row.files) as JobFile[],
        queue: JSON.parse(row.queue) as Queue,
        state: row.state,
        cancelled: row.cancelled === 1,
        submittedAt: row.submitted_at,
        endedAt: row.ended_at ?? undefined,
        steps: template.steps.map((step) => attemptOf(step, newest.get(`${row.number} ${step.key}`))),
      }
    })
  }
  const one = async (row: Selectable<WorkflowRunsTable> | undefined, on: Kysely<Database> = db) =>
    row === undefined ? undefined : (await complete([row], on))[0]
  const runs = (on: Kysely<Database> = db) => on.selectFrom('workflow_runs').selectAll()
  const byKey = async (user: string, key: string, on: Kysely<Database> = db) =>
    one(await runs(on).where('user', '=', user).where('key', '=', key).executeTakeFirst(), on)

  return {
    byKey: (user, key) => byKey(user, key),
    byNumber: async (number) => one(await runs().where('number', '=', number).executeTakeFirst()),

    add: ({ user, key, name, template, parameters, files, queue }, now) =>
      db.transaction().execute(async (tx) => {
        const known = await byKey(user, key, tx)
        if (known !== undefined) return { run: known, created: false }
        const { number } = await tx
          .insertInto('workflow_runs')
          .values({
            user,
            key,
            name,
            template: JSON.stringify(template),
            parameters: JSON.stringify(parameters),
            files: JSON.stringify(files),
            queue: JSON.stringify(queue),
            state: 'running',
            submitted_at: now.toISOString(),
          })
          .returning('number')
          .executeTakeFirstOrThrow()
        const steps = template.steps.map(({ key: step }) => ({
          run: number,
          step,
          attempt: 1,
          state: 'waiting' as const,
        }))
        await tx.insertInto('workflow_steps').values(steps).execute()
        const run = await byKey(user, key, tx)
        if (run === undefined) throw new Error('a run just stored is not there')
        return { run, created: true }
      }),

    async discard(number) {
      await db.deleteFrom('workflow_runs').where('number', '=', number).execute()
    },

    running: async () => complete(await runs().where('state', '=', 'running').execute()),

    async page(user, limit, offset) {
      let rows = runs()
      let count = db.selectFrom('workflow_runs').select((e) => e.fn.countAll<number>().as('total'))
      if (user !== undefined) {
        rows = rows.where('user', '=', user)
        count = count.where('user', '=', user)
      }
      const page = await rows.orderBy('number', 'desc').limit(limit).offset(offset).execute()
      return { runs: await complete(page), total: (await count.executeTakeFirstOrThrow()).total }
    },

    async setStep(run, step, change) {
      await db
        .updateTable('workflow_steps')
        .set(change)
        .where('run', '=', run)
        .where('step', '=', step)
        .where('attempt', '=', (e) =>
          e
            .selectFrom('workflow_steps as newest')
            .select((f) => f.fn.max<number>('newest.attempt').as('attempt'))
            .where('newest.run', '=', run)
            .where('newest.step', '=', step),
        )
        .execute()
    },

    again: (run, steps) =>
      db.transaction().execute(async (tx) => {
        for (const step of steps) {
          const { attempt } = await tx
            .selectFrom('workflow_steps')
            .select((e) => e.fn.max<number>('attempt').as('attempt'))
            .where('run', '=', run)
            .where('step', '=', step)
            .executeTakeFirstOrThrow()
          await tx
            .insertInto('workflow_steps')
            .values({ run, step, attempt: attempt + 1, state: 'waiting' })
            .execute()
        }
        await tx
          .updateTable('workflow_runs')
          .set({ state: 'running', cancelled: 0, ended_at: null })
          .where('number', '=', run)
          .execute()
      }),

    async setRun(run, change) {
      await db.updateTable('workflow_runs').set(change).where('number', '=', run).execute()
    },
  }
}

function attemptOf(step: WorkflowStep, row: Selectable<WorkflowStepsTable> | undefined): Attempt {
  return {
    step,
    attempt: row?.attempt ?? 1,
    jobId: row?.job_id ?? undefined,
    state: row?.state ?? 'waiting',
    reason: row?.reason ?? undefined,
    startedAt: row?.started_at ?? undefined,
    endedAt: row?.ended_at ?? undefined,
  }
}
