import { randomUUID } from 'node:crypto'
import { basename } from 'node:path'
import { endedJobStates, type Job } from '../../../contract/jobs.ts'
import type { ParameterValues, Template } from '../../../contract/templates.ts'
import type { WorkflowRun } from '../../../contract/workflows.ts'
import { RpcError, type RpcClient } from '../../rpc/types.ts'
import { CommandFailure } from '../failure.ts'
import { exitCode } from '../exit-codes.ts'
import type { Output } from '../output.ts'
import { chooseSite, whileReachable, withSession } from '../session.ts'
import { first, until } from '../streams.ts'
import { jobOptionsOf, resourcesOf, type SchedulerOptions } from './submit-options.ts'
import { followUploads, startUploads, type NamedPath } from './upload.ts'

export interface SubmitOptions extends SchedulerOptions {
  site?: string
  set: string[]
  file: string[]
  name?: string
  wait?: boolean
}

/** `headway submit TEMPLATE --set k=v --file [slot=]path`: uploads, then submits exactly once. */
export async function submit(
  templateId: string,
  options: SubmitOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  await withSession(async ({ rpc }) => {
    const site = await chooseSite(rpc, options.site)
    const { items } = await whileReachable(rpc, site, first(rpc, 'templates', 'all', { site: site.id }))
    const template = items.find((item) => item.id === templateId)
    if (template === undefined)
      throw new CommandFailure(`No template "${templateId}". See \`headway templates\`.`, exitCode.usage)
    const parameters = parseParameters(template, options.set)
    const paths = parseFiles(template, options.file)
    const jobOptions = jobOptionsOf(options)
    const resources = { ...template.resources, ...resourcesOf(options) }

    const label = `cli-${randomUUID().slice(0, 8)}`
    const uploads = paths.length === 0 ? [] : await startUploads(rpc, site.id, label, paths, output)
    if (uploads.length > 0)
      await followUploads(
        rpc,
        uploads.map((item) => item.id),
        output,
        signal,
      )

    const { taskId } = await rpc.call('jobs', 'submit', {
      site: site.id,
      submission: {
        name: options.name ?? template.name.en,
        templateId: template.id,
        templateVersion: template.version,
        parameters,
        resources,
        ...(jobOptions === undefined ? {} : { options: jobOptions }),
        ...(template.steps === undefined ? {} : { workflow: true as const }),
      },
      uploads: uploads.map((item) => (item.slot === undefined ? { id: item.id } : { id: item.id, slot: item.slot })),
    })
    const made = await submitted(rpc, taskId, output, signal)
    if (made.runId !== undefined) return reportRun(rpc, site.id, made.runId, options.wait === true, output, signal)
    const { jobId = '' } = made
    if (options.wait !== true)
      return output.result({ job_id: jobId }, `Job ${jobId} submitted. Follow it with \`headway log -f ${jobId}\`.`)
    const job = await ended(rpc, site.id, jobId, output, signal)
    output.result(
      { job_id: jobId, state: job.state, reason: job.reason },
      `Job ${jobId}: ${job.state}${job.reason === undefined ? '' : ` (${job.reason})`}`,
    )
    if (job.state !== 'completed')
      throw new CommandFailure(`Job ${jobId} ended as ${job.state}. See \`headway log ${jobId}\`.`, exitCode.jobFailed)
  })
}

/** What the submission task made: a job, or a run of a workflow. */
async function submitted(
  rpc: RpcClient,
  taskId: string,
  output: Output,
  signal: AbortSignal,
): Promise<{ jobId?: string; runId?: string }> {
  const outcome = await until(
    rpc,
    'tasks',
    'all',
    {},
    { snapshot: ({ items }) => look(items), event: ({ put }) => look(put) },
    signal,
  )
  if (outcome.error !== undefined) throw new RpcError(outcome.error)
  if (outcome.result === undefined) throw new CommandFailure(`The submission was ${outcome.state}.`)
  return outcome.result

  function look(items: Awaited<ReturnType<typeof listTasks>>): (typeof items)[number] | undefined {
    const task = items.find((item) => item.id === taskId)
    if (task?.state === 'waiting') output.progress(`waiting for ${task.wait ?? 'its turn'}`)
    return task !== undefined && ['done', 'failed', 'cancelled'].includes(task.state) ? task : undefined
  }
}
const listTasks = async (rpc: RpcClient) => (await first(rpc, 'tasks', 'all', {})).items

function ended(rpc: RpcClient, site: string, id: string, output: Output, signal: AbortSignal): Promise<Job> {
  const look = (items: Job[]): Job | undefined => {
    const job = items.find((item) => item.id === id)
    if (job !== undefined) output.progress(`job ${id}: ${job.state}`)
    return job !== undefined && endedJobStates.includes(job.state) ? job : undefined
  }
  return until(
    rpc,
    'jobs',
    'all',
    { site },
    { snapshot: ({ items }) => look(items), event: ({ put }) => look(put) },
    signal,
  )
}

/** Says which jobs a run of a workflow has; with `wait` once all of them have ended. */
async function reportRun(
  rpc: RpcClient,
  site: string,
  id: string,
  wait: boolean,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const look = (items: readonly WorkflowRun[]): WorkflowRun | undefined => {
    const run = items.find((item) => item.id === id)
    if (run !== undefined) {
      output.progress(`workflow ${id}: ${run.steps.map(({ key, state }) => `${key} ${state}`).join(', ')}`)
    }
    return !wait || run?.state !== 'running' ? run : undefined
  }
  const run = await until(
    rpc,
    'workflows',
    'all',
    { site },
    { snapshot: ({ items }) => look(items), event: ({ put }) => look(put) },
    signal,
  )
  const steps = run.steps.map(({ key, state, jobId = '-' }) => ({ step: key, state, job_id: jobId }))
  const lines = steps.map(({ step, state, job_id }) => `  ${step}: ${state} (job ${job_id})`)
  output.result({ run_id: id, state: run.state, steps }, [`Workflow ${id}: ${run.state}`, ...lines].join('\n'))
  if (wait && run.state !== 'completed') {
    throw new CommandFailure(`Workflow ${id} ended as ${run.state}.`, exitCode.jobFailed)
  }
}

/** `k=v` pairs as values of the template's types. */
export function parseParameters(template: Pick<Template, 'parameters'>, pairs: string[]): ParameterValues {
  const values: ParameterValues = {}
  for (const pair of pairs) {
    const equals = pair.indexOf('=')
    const key = equals < 0 ? pair : pair.slice(0, equals)
    const text = equals < 0 ? 'true' : pair.slice(equals + 1)
    const parameter = template.parameters.find((item) => item.key === key)
    if (parameter === undefined) {
      throw new CommandFailure(
        `No parameter "${key}". Known: ${template.parameters.map((item) => item.key).join(', ')}.`,
        exitCode.usage,
      )
    }
    if (parameter.type === 'number' || parameter.type === 'integer') {
      const number = Number(text)
      if (text.trim() === '' || !Number.isFinite(number))
        throw new CommandFailure(`${key} must be a number, not "${text}".`, exitCode.usage)
      values[key] = number
    } else if (parameter.type === 'boolean') {
      if (!['true', 'false'].includes(text))
        throw new CommandFailure(`${key} must be true or false, not "${text}".`, exitCode.usage)
      values[key] = text === 'true'
    } else values[key] = text
  }
  return values
}

/** `slot=path` or a path whose extension only one slot accepts. */
export function parseFiles(template: Pick<Template, 'files'>, given: string[]): NamedPath[] {
  return given.map((entry) => {
    const equals = entry.indexOf('=')
    const named = equals > 0 ? template.files.find((slot) => slot.key === entry.slice(0, equals)) : undefined
    if (named !== undefined) return { slot: named.key, path: entry.slice(equals + 1) }
    const fitting = template.files.filter((slot) =>
      slot.accept.some((extension) => basename(entry).toLowerCase().endsWith(extension)),
    )
    const slot = fitting[0]
    if (slot === undefined || fitting.length > 1) {
      throw new CommandFailure(
        `Say which slot ${entry} is for: --file SLOT=${entry}, with SLOT one of ${template.files.map((item) => item.key).join(', ')}.`,
        exitCode.usage,
      )
    }
    return { slot: slot.key, path: entry }
  })
}
