import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import { SignJWT } from 'jose'
import type { LoginAnswer } from '../../contract/agent/auth.ts'
import { buildApp, type Overrides } from '../../agent/src/app.ts'
import { type Config, loadConfig } from '../../agent/src/config.ts'

export const secret = 'a-secret-shared-with-the-portal-of-the-tests'
export const admin = { username: 'admin', password: 'first-account-of-the-tests' }

type Claims = Record<string, unknown>

/** A token as the portal would issue it; `claims` override any of the usual ones, `undefined` takes one away. */
export function portalToken(claims: Claims = {}, key = secret): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const usual = { sub: 'jin', email: '', groups: [], permissions: ['dashboard'], iat: now, exp: now + 600 }
  return new SignJWT({ ...usual, ...claims }).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(key))
}

export interface TestAgent {
  url: string
  app: FastifyInstance
  config: Config
  /** An access token of this user; without permissions given it may use the dashboard. */
  token(user: string, permissions?: string[]): Promise<string>
  /** The first account, signed in. */
  signIn(): Promise<LoginAnswer>
  /** Fetch below the agent's address, with a token where one is given. */
  fetch(path: string, init?: { token?: string; method?: string; body?: unknown; headers?: object }): Promise<Response>
  close(): Promise<void>
}

/** Settings in a fresh temporary folder; `environment` as for the real agent. */
export function testConfig(environment: Record<string, string> = {}, folder = temporaryFolder()): Config {
  const base = {
    HEADWAY_DATA: folder,
    HEADWAY_PORT: '0',
    HEADWAY_LOG_LEVEL: 'silent',
    HEADWAY_END_JOBS: '1',
    // Not whatever Slurm this machine may have.
    HEADWAY_SCHEDULER: 'local',
    JWT_SECRET_KEY: secret,
    HEADWAY_ADMIN_PASSWORD: admin.password,
  }
  return loadConfig({ ...base, ...environment }).config
}

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'headway-agent-'))

/** The whole agent in this process, on a free port. `config` replaces settings; `data` keeps a folder over restarts. */
export async function startAgent(
  options: {
    config?: Partial<Config>
    environment?: Record<string, string>
    data?: string
    overrides?: Overrides
  } = {},
): Promise<TestAgent> {
  const folder = options.data ?? temporaryFolder()
  const config = { ...testConfig(options.environment, folder), ...options.config }
  const app = await buildApp(config, options.overrides)
  try {
    await app.listen({ host: config.host, port: config.port })
  } catch (error) {
    await app.close()
    throw error
  }
  const { port } = app.server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`

  const request: TestAgent['fetch'] = (path, { token, method, body, headers } = {}) =>
    fetch(url + path, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })

  return {
    url,
    app,
    config,
    fetch: request,
    token: (user, permissions = ['dashboard']) => portalToken({ sub: user, permissions }, config.jwt.secret),
    async signIn() {
      const answer = await request('/api/auth/login', { body: admin })
      if (!answer.ok) throw new Error(`sign-in failed: ${await answer.text()}`)
      return (await answer.json()) as LoginAnswer
    },
    async close() {
      await app.close()
      if (options.data === undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}

export interface SpawnedAgent {
  url: string
  process: ChildProcess
  /** The lines of standard output, parsed. */
  events: Record<string, unknown>[]
  /** Standard error so far. */
  log(): string
  /** Ends it with the signal; gives its exit code, null where the signal ended it. */
  end(signal?: NodeJS.Signals): Promise<number | null>
}

const program = fileURLToPath(new URL('../../agent/src/server.ts', import.meta.url))

/**
 * The agent as a process of its own, as `node agent/src/server.ts` or by another `command`; rejects with its standard error
 * where it does not listen.
 */
export async function spawnAgent(
  environment: Record<string, string>,
  command: readonly string[] = [process.execPath, program],
): Promise<SpawnedAgent> {
  const { PATH = '', HOME = '' } = process.env
  const [file = '', ...args] = command
  const child = spawn(file, args, {
    env: { PATH, HOME, NODE_COMPILE_CACHE: join(tmpdir(), 'headway-compile-cache'), HEADWAY_PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const events: Record<string, unknown>[] = []
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const event = JSON.parse(line) as Record<string, unknown>
      events.push(event)
      if (event['event'] === 'listening') resolve(String(event['url']))
    })
    void ended.then((code) => reject(new Error(`exit code ${code}: ${errors}`)))
  })
  return {
    url,
    process: child,
    events,
    log: () => errors,
    end(signal = 'SIGTERM') {
      child.kill(signal)
      return ended
    },
  }
}
