import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SubmitRequest } from '../../../../contract/agent/jobs.ts'
import type { Site } from '../../../../contract/sites.ts'
import type { SiteAgent } from '../../../../src/core/agent-client/index.ts'
import { createSubmissions, type Submissions, type SubmissionsParts } from '../../../../src/core/jobs/submissions.ts'
import { appError } from '../../../../src/core/kit/app-error.ts'
import { openJournal } from '../../../../src/core/kit/journal.ts'
import { taskMigrations } from '../../../../src/core/tasks/index.ts'
import { until } from '../../../helpers/core.ts'
import { agentsOf, signedIn, silent } from '../helpers/signed-in.ts'
import { sendJson, startSmallAgent, type SmallAgent } from '../helpers/small-agent.ts'

let agent: SmallAgent
let site: SiteAgent
let folder: string
let requests: SubmitRequest[]
let answers: ((response: ServerResponse) => void)[]
let whenUploaded: SubmissionsParts['whenUploaded']
const ends: (() => unknown)[] = []
const nothing = (): void => undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-submissions-'))
  agent = await startSmallAgent()
  requests = []
  answers = []
  whenUploaded = () => Promise.resolve([])
  agent.routes.set('POST /api/jobs/submit', (_request, response, body) => {
    requests.push(JSON.parse(body) as SubmitRequest)
    const answer = answers.shift()
    if (answer === undefined) sendJson(response, { job_id: '7', job: { id: '7', name: 'try' } }, 201)
    else answer(response)
  })
  site = await signedIn(agent.url)
})
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
  site.close()
  await agent.close()
  await rm(folder, { recursive: true, force: true })
})

function open(): Submissions {
  const database = openJournal({ path: join(folder, 'tasks.db'), migrations: taskMigrations, log: silent })
  const submissions = createSubmissions({
    database,
    agents: agentsOf(site),
    sites: {
      site: (id): Site => ({ id, name: 'here', url: agent.url, connection: site.connection, user: jin }),
      userOf: () => 'jin',
      onChange: (listener) => site.onConnection(() => listener('s', undefined)),
    },
    whenUploaded: (ids, signal) => whenUploaded(ids, signal),
    onJob: nothing,
    log: silent,
  })
  ends.push(async () => {
    await submissions.close()
    if (database.isOpen) database.close()
  })
  return submissions
}
const jin = { username: 'jin', email: '', groups: [], permissions: [] }
const input = {
  site: 's',
  submission: {
    name: 'try',
    templateId: 'bracket',
    templateVersion: 2,
    parameters: { load: 5 },
    resources: { nodes: 1, tasks: 2, timeMinutes: 30, memoryMb: 100, partition: 'compute' },
  },
  uploads: [{ id: 'u1', slot: 'mesh' }, { id: 'u2' }],
}
const task = (submissions: Submissions, id: string) => submissions.source.list().find((item) => item.id === id)
const refusal =
  (code: string, status: number, more: object = {}, headers: Record<string, string> = {}) =>
  (response: ServerResponse): void =>
    sendJson(response, { error: 'No.', code, ...more }, status, headers)
const ended = (submissions: Submissions, id: string) =>
  until('the end', () => {
    const now = task(submissions, id)
    return now?.state === 'done' || now?.state === 'failed' ? now : undefined
  })
const keys = () => new Set(requests.map(({ idempotency_key }) => idempotency_key))

describe('a submission', () => {
  it('waits for its files and then says everything the agent needs', async () => {
    const { promise, resolve } = Promise.withResolvers<Awaited<ReturnType<SubmissionsParts['whenUploaded']>>>()
    whenUploaded = () => promise
    const submissions = open()
    const id = submissions.submit(input, 'c1')
    expect(task(submissions, id)).toMatchObject({
      kind: 'submit',
      title: 'try',
      state: 'waiting',
      wait: 'files',
      can: { cancel: true },
    })
    resolve([
      { id: 'u1', agentUploadId: 'a1' },
      { id: 'u2', agentUploadId: 'a2', slot: 'settings' },
    ])
    expect(await ended(submissions, id)).toMatchObject({
      state: 'done',
      result: { jobId: '7' },
      can: { cancel: false },
    })
    expect(requests).toEqual([
      {
        name: 'try',
        partition: 'compute',
        nodes: 1,
        tasks: 2,
        time: 30,
        memory_mb: 100,
        template_id: 'bracket',
        template_version: 2,
        parameters: { load: 5 },
        files: [
          { uploadId: 'a1', slot: 'mesh' },
          { uploadId: 'a2', slot: 'settings' },
        ],
        idempotency_key: expect.stringMatching(/^[\w.-]{8,128}$/) as string,
      },
    ])
  })

  it('fails with the upload that failed', async () => {
    whenUploaded = () => Promise.reject(appError('FILE_CHANGED', { name: 'a.msh' }, 'It changed.'))
    const submissions = open()
    const now = await ended(submissions, submissions.submit(input, 'c1'))
    expect(now).toMatchObject({ state: 'failed', error: { code: 'FILE_CHANGED' }, can: { retry: true } })
    expect(requests).toEqual([])
  })

  it('sends the same key again after a lost answer, a fault over there and too many requests', async () => {
    answers = [
      (response) => response.destroy(),
      refusal('SCHEDULER_UNAVAILABLE', 503, {}, { 'retry-after': '0' }),
      refusal('INTERNAL', 500),
      refusal('RATE_LIMITED', 429, {}, { 'retry-after': '1' }),
    ]
    const submissions = open()
    const id = submissions.submit(input, 'c1')
    await until('the scheduler', () => task(submissions, id)?.wait === 'scheduler')
    await until('the limit', () => task(submissions, id)?.wait === 'server-limit')
    const at = Date.now()
    expect(task(submissions, id)?.can.cancel).toBe(false)
    expect((await ended(submissions, id)).result).toEqual({ jobId: '7' })
    expect(Date.now() - at).toBeGreaterThanOrEqual(900)
    expect(requests).toHaveLength(5)
    expect(keys().size).toBe(1)
  })

  it('ends with a refusal that no waiting mends, and a retry uses the same key', async () => {
    answers = [refusal('PARAMETER_INVALID', 400, { details: { parameter: 'load', reason: 'is above 3' } })]
    const submissions = open()
    const id = submissions.submit(input, 'c1')
    expect(await ended(submissions, id)).toMatchObject({
      state: 'failed',
      error: { code: 'PARAMETER_INVALID', data: { parameter: 'load', reason: 'is above 3' } },
    })
    await submissions.source.retry(id)
    expect((await ended(submissions, id)).state).toBe('done')
    expect(keys().size).toBe(1)
  })

  it('is taken back while it waits for files', async () => {
    whenUploaded = (_ids, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
    const submissions = open()
    const id = submissions.submit(input, 'c1')
    await submissions.source.cancel(id)
    expect(task(submissions, id)?.state).toBe('cancelled')
    expect(requests).toEqual([])
  })

  it('goes on after a crash between sending and hearing the answer, with the same key', async () => {
    answers = [nothing]
    const first = open()
    const id = first.submit(input, 'c1')
    await until('the request', () => requests.length === 1)
    await ends.pop()?.()
    const second = open()
    second.start()
    expect((await ended(second, id)).result).toEqual({ jobId: '7' })
    expect(requests).toHaveLength(2)
    expect(keys().size).toBe(1)
  })
})
