import { endedJobStates, type Job } from '../../../contract/jobs.ts'
import type { OutboxEntry } from '../../../contract/outbox.ts'
import type { Site } from '../../../contract/sites.ts'
import type { WorkflowRun } from '../../../contract/workflows.ts'
import { RpcError, type RpcClient } from '../../rpc/types.ts'
import { exitCode } from '../exit-codes.ts'
import { CommandFailure, orOffline } from '../failure.ts'
import { listTemplates } from '../outbox/catalogue.ts'
import { questionText, waitWords } from '../outbox/words.ts'
import type { Output } from '../output.ts'
import { chooseSite, whileReachable, withSession } from '../session.ts'
import { until } from '../streams.ts'
import { filesAt, followUploads, newLabel, startUploads } from '../uploads.ts'
import { keepSubmission } from './keep.ts'
import { parseFiles, submissionOf, templateIn, type SubmitOptions } from './submission.ts'
import { isKept } from './when-options.ts'

/** `headway submit TEMPLATE --set k=v --file [slot=]path`: uploads, then submits exactly once; or keeps it for later. */
export async function submit(
  templateId: string,
  options: SubmitOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  if (isKept(options)) return keepSubmission(templateId, options, output)
  await withSession(async ({ rpc }) => {
    const { site, made } = await orOffline(sendNow(rpc, templateId, options, output, signal))
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

type Made = NonNullable<OutboxEntry['result']>

async function sendNow(
  rpc: RpcClient,
  templateId: string,
  options: SubmitOptions,
  output: Output,
  signal: AbortSignal,
): Promise<{ site: Site; made: Made }> {
  const site = await chooseSite(rpc, options.site)
  const { catalogue } = await listTemplates(rpc, site)
  const template = templateIn(catalogue.items, templateId)
  const submission = submissionOf(template, options)
  const paths = parseFiles(template, options.file)
  const uploads = await startUploads(rpc, site.id, newLabel(), await filesAt(rpc, paths, output))
  await followUploads(rpc, uploads, output, signal).catch((error: unknown) => {
    throw signal.aborted ? notSent() : error
  })
  const bound = uploads.map(({ id, slot }) => (slot === undefined ? { id } : { id, slot }))
  const action = { kind: 'submit', submission, uploads: bound } as const
  const { id } = await rpc.call('outbox', 'add', { site: site.id, action })
  return { site, made: await sent(rpc, { site, id }, output, signal) }
}

/** What the submission has made. It does not outlive this process: where that ends first, it says what has become of it. */
async function sent(
  rpc: RpcClient,
  { site, id }: { site: Site; id: string },
  output: Output,
  signal: AbortSignal,
): Promise<Made> {
  const look = (items: readonly OutboxEntry[]): OutboxEntry | undefined => {
    const entry = items.find((item) => item.id === id)
    if (entry?.wait !== undefined && entry.wait !== 'turn') output.progress(`waiting for ${waitWords[entry.wait]}`)
    return entry !== undefined && ['done', 'failed', 'needs-you'].includes(entry.state) ? entry : undefined
  }
  const handle = {
    snapshot: ({ items }: { items: OutboxEntry[] }) => look(items),
    event: ({ put }: { put: OutboxEntry[] }) => look(put),
  }
  const work = until(rpc, 'outbox', 'all', {}, handle, signal)
  try {
    return resultOf(await whileReachable(rpc, site, work, true))
  } catch (error) {
    if (!(error instanceof RpcError) || !['CANCELLED', 'SIGNED_OUT'].includes(error.value.code)) throw error
    const taken = await takeBack(rpc, id)
    if (taken === undefined) throw signal.aborted ? notSent() : error
    if (taken.state === 'done' || taken.state === 'failed') return resultOf(taken)
    throw new CommandFailure(
      `Interrupted while it was being sent: ${site.name} may have it. See \`headway jobs\` before you submit it again.`,
      exitCode.interrupted,
    )
  }
}

function resultOf({ id, result, error, question }: OutboxEntry): Made {
  if (result !== undefined) return result
  if (error !== undefined) throw new RpcError(error)
  const files = question?.kind === 'files' ? question.files : []
  const bad = files.find((file) => file.error !== undefined)?.error
  if (bad !== undefined) throw new RpcError(bad)
  const [first, ...facts] = question === undefined ? ['It was not sent.'] : questionText(question, id).slice(0, -1)
  throw new CommandFailure([first, ...facts].join('\n'), exitCode.refused)
}

/** From now on it is not sent any more; where it is too late for that, the entry as it is. */
async function takeBack(rpc: RpcClient, id: string): Promise<OutboxEntry | undefined> {
  try {
    await rpc.call('outbox', 'hold', { ids: [id] })
    return undefined
  } catch {
    return until(rpc, 'outbox', 'all', {}, { snapshot: ({ items }) => items.find((item) => item.id === id) })
  }
}

const notSent = () =>
  new CommandFailure(
    'Interrupted: the job was not sent. With --offline it is kept in the outbox instead, whatever happens.',
    exitCode.interrupted,
  )

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
