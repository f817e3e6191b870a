import type { PreflightRequest } from '../../../contract/agent/preflight.ts'
import type { Check, JobChoices, Preflight } from '../../../contract/preflight.ts'
import { type ArraySummary, endedJobStates } from '../../../contract/jobs.ts'
import type { Template } from '../../../contract/templates.ts'
import type { Jobs } from '../jobs/index.ts'
import type { Agent } from '../kit/agent.ts'
import { Failure } from '../kit/failure.ts'
import type { Identity } from '../kit/identity.ts'
import type { Noun } from '../kit/noun.ts'
import { within } from '../kit/within.ts'
import type { Partition, Scheduler } from '../scheduler/index.ts'
import type { Templates } from '../templates/index.ts'
import type { Uploads } from '../uploads/index.ts'
import type { JobUsages } from '../usage/index.ts'
import { type Asked, askedOf } from './asked.ts'
import { checkDependencies } from './dependencies.ts'
import { type Asking, createEstimates, directivesOf } from './estimates.ts'
import { checkFiles } from './files.ts'
import { doubtful, type Finding, refused } from './finding.ts'
import { checkLicenses } from './licenses.ts'
import { checkPastRuns } from './past-runs.ts'
import { accountsOf, checkQueue, checkSpread, qosOf } from './queue.ts'
import { preflightRoutes } from './routes.ts'
import { checkTemplate } from './template.ts'

/** The last runs that say what a job will need. */
const RUNS = 5
/** What the scheduler cannot tell in this time is left out. */
const LONGEST_MS = 4000

interface Parts {
  uploads: Uploads
  templates: Templates
  jobs: Jobs
  scheduler: Scheduler
  usage: JobUsages
}

/** Looks at a submission before it is made: what would be refused, what would wait, what is asked for too much. */
export function createPreflight(agent: Agent, parts: Parts): Noun {
  const { templates, jobs, scheduler, usage } = parts
  const { log, now, files } = agent
  const estimate = createEstimates(agent, scheduler)

  /** What the scheduler can tell; an answer it owes is left out. */
  async function told<T>(question: Promise<T>): Promise<T | undefined> {
    return within(question, LONGEST_MS).catch((error: unknown) => {
      log.debug({ err: error }, 'a part of the checks before a submission is left out')
      return undefined
    })
  }

  /** Jobs of the user that wait or run, elements of arrays each. */
  async function jobsNow(user: string): Promise<number> {
    const rows = await agent.db
      .selectFrom('job_history')
      .select('array')
      .where('user', '=', user)
      .where('job_id', 'is not', null)
      .where('state', 'not in', [...endedJobStates])
      .execute()
    return rows.reduce((sum, { array }) => sum + (array === null ? 1 : aliveIn(JSON.parse(array) as ArraySummary)), 0)
  }

  async function look(who: Identity, request: PreflightRequest, asked: Asked, template: Template | undefined) {
    const { username } = who
    const [partitions, limits, licenses, now, past, filed, waited] = await Promise.all([
      told(scheduler.partitions()),
      told(scheduler.limits(username)),
      told(scheduler.licenses()),
      jobsNow(username),
      template === undefined ? [] : usage.past(username, template.id, RUNS),
      checkFiles({ agent, uploads: parts.uploads }, username, request.files ?? [], request.planned ?? [], template),
      checkDependencies(jobs, who, asked.options.dependencies ?? []),
    ])
    const queue = { partitions, limits, jobsNow: now }
    const ofJob = isWorkflow(template)
      ? checkQueue(placeOf(asked), queue)
      : [
          ...checkQueue(asked, queue),
          ...(scheduler.kind === 'slurm' ? checkSpread(asked) : []),
          ...checkLicenses(asked.resources.licenses, scheduler.kind === 'slurm' ? licenses : undefined),
          ...checkPastRuns(asked, past),
        ]
    const findings: Finding[] = [
      ...ofJob,
      ...(template === undefined ? [] : checkTemplate(template, request)),
      ...filed,
      ...waited.findings,
    ]
    return { findings, waits: waited.waits }
  }

  async function ask(user: string, request: PreflightRequest, asked: Asked, template?: Template): Promise<Asking> {
    const { resources, options } = asked
    const { dependencies: _dependencies, ...others } = options
    return estimate({
      user,
      name: request.name,
      script: directivesOf(request.command ?? template?.script ?? ''),
      folder: await files.absolute(user, ''),
      resources,
      options: others,
    })
  }

  return {
    routes: preflightRoutes({
      async check(who, request): Promise<Preflight> {
        if ((request.command === undefined) === (request.template_id === undefined)) {
          throw new Failure('VALIDATION_FAILED', 'A submission names either "command" or "template_id".')
        }
        const template = request.template_id === undefined ? undefined : await templates.find(who, request.template_id)
        const asked = askedOf(request, template)
        const { findings, waits } = await look(who, request, asked, template)
        const { at, problem } = scheduler.freshness()
        // What would be refused whatever the scheduler says is not worth a question.
        const hopeless = findings.some(({ check }) => check.level === 'error' && check.code.startsWith('partition'))
        const asking: Asking =
          problem !== undefined || hopeless || isWorkflow(template)
            ? { start: { state: 'unknown' } }
            : await ask(who.username, request, asked, template)
        const silent = problem === undefined ? [] : [doubtful('scheduler-silent', { since: at.toISOString() })]
        const checks = judge([...silent, ...findings], asking.problem)
        // A trial looks at the nodes alone: not at limits, nor at what the job waits for.
        const stuck = waits || findings.some(({ check, refusable }) => refusable || check.code === 'run-limit')
        const start = stuck && asking.start.state === 'known' ? ({ state: 'unknown' } as const) : asking.start
        return { checks, start, at: now().toISOString() }
      },

      async choices(who): Promise<JobChoices> {
        const [partitions, limits, licenses] = await Promise.all([
          told(scheduler.partitions()),
          told(scheduler.limits(who.username)),
          told(scheduler.licenses()),
        ])
        return {
          scheduler: scheduler.kind,
          partitions: (partitions ?? []).map(asChoice),
          accounts: accountsOf(limits ?? []),
          qos: qosOf(limits ?? []),
          licenses: (licenses ?? []).map(({ name, total, used }) => ({ name, total, used })),
        }
      },
    }),
  }
}

/** Each step of a workflow asks for figures of its own: what can be looked at for all of them is where they go. */
const placeOf = ({ resources: { partition }, options: { account, qos } }: Asked): Asked => ({
  resources: { nodes: 1, tasks: 1, timeMinutes: 1, ...(partition === undefined ? {} : { partition }) },
  options: { ...(account === undefined ? {} : { account }), ...(qos === undefined ? {} : { qos }) },
  cores: 1,
  adds: 1,
})

const isWorkflow = (template: Template | undefined): boolean => template?.steps !== undefined

/** A partition as it is answered, with lists of its own. */
function asChoice({ allowAccounts, allowQos, allowGroups, ...partition }: Partition): JobChoices['partitions'][number] {
  return {
    ...partition,
    ...(allowAccounts === undefined ? {} : { allowAccounts: [...allowAccounts] }),
    ...(allowQos === undefined ? {} : { allowQos: [...allowQos] }),
    ...(allowGroups === undefined ? {} : { allowGroups: [...allowGroups] }),
  }
}

/** Elements of an array that have not ended. */
function aliveIn({ total, states }: ArraySummary): number {
  return endedJobStates.reduce((rest, state) => rest - (states[state] ?? 0), total)
}

const gravity = { error: 0, warning: 1, ok: 2 }

/**
 * The checks as they are answered. Where the scheduler says that it would refuse the job, what may be the cause is an error;
 * where nothing explains it, its own sentence stands for itself.
 */
export function judge(findings: readonly Finding[], problem: string | undefined): Check[] {
  const explained = findings.some(({ refusable }) => refusable)
  const unexplained = problem !== undefined && !explained ? [refused('refused', { reason: problem })] : []
  return [...unexplained, ...findings]
    .map(({ check, refusable }) => (refusable && problem !== undefined ? { ...check, level: 'error' as const } : check))
    .sort((a, b) => gravity[a.level] - gravity[b.level])
}
