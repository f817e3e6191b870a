import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { LightMyRequestResponse } from 'fastify'
import { WebSocket } from 'ws'
import type { AgentEvent } from '../../../../contract/agent/events.ts'
import { type Job, jobHasEnded } from '../../../../contract/jobs.ts'
import { portalToken, startAgent, temporaryFolder, type TestAgent } from '../../../helpers/agent.ts'
import { uploadClient } from '../../../helpers/upload-client.ts'

/** The agent's own assets. */
export const assets = resolve(import.meta.dirname, '../../../../assets')

const tokenOf = (user: string) => portalToken({ sub: user, groups: user === 'admin' ? ['admin'] : [] })
const headersOf = async (user: string) => ({ authorization: `Bearer ${await tokenOf(user)}` })

export interface Answer {
  status: number
  body: string
  headers: Record<string, unknown>
  json: LightMyRequestResponse['json']
}

/** The whole agent in this process, with what tests of templates and jobs ask of it again and again. `kim` asks where nobody else is named. */
export interface Bench {
  agent: TestAgent
  /** What the user's own connection heard, in order. */
  events: AgentEvent[]
  /** Added to the agent's clock, milliseconds. */
  advance(ms: number): void
  /** Paths go out as they are written, `..` and all. */
  get(path: string, user?: string, headers?: Record<string, string>): Promise<Answer>
  send(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: object, user?: string): Promise<Answer>
  /** Submits a command. */
  run(command: string, more?: object, user?: string): Promise<Job>
  job(id: string): Promise<Job>
  ended(id: string, ms?: number): Promise<Job>
  upload(name: string, text: string): Promise<string>
  /** Absolute path in the folder of a job. */
  inRun(id: string, name: string): string
  /** A question to the database beside the agent. */
  sql(statement: string, ...values: string[]): Record<string, unknown>[]
  /** Ends the agent; its folder stays. */
  stop(): Promise<void>
  close(): Promise<void>
}

export async function workbench(
  options: { folder?: string; cores?: number; endJobs?: boolean; environment?: Record<string, string> } = {},
): Promise<Bench> {
  const folder = options.folder ?? temporaryFolder()
  let ahead = 0
  const agent = await startAgent({
    data: folder,
    environment: {
      HEADWAY_CORES: String(options.cores ?? 4),
      HEADWAY_END_JOBS: options.endJobs === true ? '1' : '0',
      RATE_LIMIT_ENABLED: '0',
      ...options.environment,
    },
    overrides: { now: () => new Date(Date.now() + ahead) },
  })
  const events: AgentEvent[] = []
  const socket = new WebSocket(`${agent.url.replace('http', 'ws')}/ws`, { headers: await headersOf('kim') })
  socket.on('message', (data: Buffer) => events.push(JSON.parse(data.toString()) as AgentEvent))
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))

  async function ask(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, user: string, more: object) {
    const { app } = agent
    const headers = { ...(await headersOf(user)), ...('headers' in more ? (more.headers as object) : {}) }
    const answer = await app.inject({ method, url: path, ...more, headers })
    const json: Answer['json'] = () => answer.json()
    return { status: answer.statusCode, body: answer.body, headers: answer.headers, json }
  }

  const bench: Bench = {
    agent,
    events,
    advance: (ms) => void (ahead += ms),
    get: (path, user = 'kim', headers = {}) => ask('GET', path, user, { headers }),
    send: (method, path, body, user = 'kim') => ask(method, path, user, body === undefined ? {} : { payload: body }),
    async run(command, more = {}, user = 'kim') {
      const answer = await bench.send('POST', '/api/jobs/submit', { name: 'test', command, ...more }, user)
      if (answer.status !== 201) throw new Error(answer.body)
      return answer.json<{ job: Job }>().job
    },
    job: async (id) => (await bench.get(`/api/v2/jobs/${id}`, 'admin')).json<{ job: Job }>().job,
    async ended(id, ms = 12_000) {
      for (const deadline = Date.now() + ms; Date.now() < deadline; await pause(30)) {
        const job = await bench.job(id)
        if (jobHasEnded(job.state)) return job
      }
      throw new Error(`job ${id} has not ended in ${ms} ms`)
    },
    async upload(name, text) {
      const done = await uploadClient(agent.url, await tokenOf('kim')).upload(Buffer.from(text), { name })
      if (done.body.status !== 'uploaded') throw new Error(JSON.stringify(done))
      return done.body.upload_id
    },
    inRun: (id, name) => join(agent.config.uploads, 'users/kim/runs', id, name),
    sql(statement, ...values) {
      const database = new DatabaseSync(join(agent.config.data, 'headway.db'), { timeout: 5000 })
      try {
        return database.prepare(statement).all(...values)
      } finally {
        database.close()
      }
    },
    async stop() {
      socket.terminate()
      await agent.close()
    },
    async close() {
      await bench.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return bench
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms))

/** Waits for something that comes by itself. */
export async function until(done: () => Promise<boolean> | boolean, what: string, ms = 8000): Promise<void> {
  for (const deadline = Date.now() + ms; !(await done()); await pause(20)) {
    if (Date.now() > deadline) throw new Error(`never: ${what}`)
  }
}
