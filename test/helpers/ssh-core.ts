import { spawn, execFile } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { AppErrorValue } from '../../contract/errors.ts'
import type { SiteAnswer, SiteQuestion, SshOptions } from '../../contract/sites.ts'
import type { Platform } from '../../src/core/platform.ts'
import { RpcError } from '../../src/rpc/types.ts'
import { startCore, until, type TestCore } from './core.ts'
import type { TestSshd } from './sshd.ts'

/** The agent as it is put on head nodes, made by `scripts/build.mjs`. */
const builtPackage = resolve(import.meta.dirname, '../../dist/agent-package')
/** Under `CI=true` one that is missing makes its tests fail. */
export const hasAgentPackage = existsSync(join(builtPackage, 'manifest.json')) || process.env['CI'] === 'true'

/** The agent may have to be installed meanwhile, on a busy machine. */
const connectWithinMs = 60_000

/** A core whose user has a home folder of their own, and answers questions as the test says. */
export interface SshCore extends TestCore {
  /** Its `.ssh` is there, 0700. */
  home: string
  /** Every question that was asked, in order. */
  asked: SiteQuestion[]
  /** Those that wait for an answer. */
  open: Map<string, SiteQuestion>
  /** What the user says; undefined leaves the question open. At first: nothing. */
  answer: (question: SiteQuestion) => SiteAnswer | undefined
  /** Remembers the site, which connects by itself. Its id. */
  add(server: Pick<TestSshd, 'user' | 'port'>, ssh?: SshOptions): Promise<string>
  /** Connects. Undefined where the SSH session stands (also where there is no agent to put there), else why not. */
  connect(site: string): Promise<AppErrorValue | undefined>
  /** Whether the SSH session stands. */
  stands(site: string): boolean
  /** What a login shell prints for this, through a terminal. */
  inTerminal(site: string, command: string): Promise<string>
}

export async function startSshCore(
  options: {
    /** Keeps over a restart of the core. */
    home?: string
    data?: string
    secrets?: Map<string, string>
    environment?: Record<string, string | undefined>
    /** With the agent to install; else sessions are all there is. */
    agent?: boolean
    platform?: Partial<Platform>
  } = {},
): Promise<SshCore> {
  const home = options.home ?? makeHome()
  const data = options.data ?? mkdtempSync(join(tmpdir(), 'headway-core-'))
  const paths = {
    data,
    downloads: join(data, 'downloads'),
    ...(options.agent === true ? { agentPackage: builtPackage } : {}),
  }
  const environment = options.environment ?? { PATH: process.env['PATH'], HOME: home }
  const core = await startCore({
    data,
    ...(options.secrets === undefined ? {} : { secrets: options.secrets }),
    platform: { home, environment, paths, ...options.platform },
  })
  const ssh: SshCore = {
    ...core,
    home,
    asked: [],
    open: new Map(),
    answer: () => undefined,
    async add({ user, port }, how) {
      const url = `ssh://${user}@127.0.0.1:${port}`
      const { id } = await core.rpc.call('sites', 'add', how === undefined ? { url } : { url, ssh: how })
      return id
    },
    async connect(site) {
      const late = new AbortController()
      const timer = setTimeout(() => late.abort(), connectWithinMs)
      try {
        await core.rpc.call('sites', 'connect', { site }, { signal: late.signal })
        return undefined
      } catch (error) {
        if (late.signal.aborted) {
          const waits = JSON.stringify({ questions: [...ssh.open.values()], site: core.site(site) })
          throw new Error(`no connection came to be within ${connectWithinMs} ms: ${waits}`, { cause: error })
        }
        if (!(error instanceof RpcError)) throw error
        return isWithoutAgent(error.value) ? undefined : error.value
      } finally {
        clearTimeout(timer)
      }
    },
    stands(site) {
      const connection = core.site(site)?.connection
      return connection?.state === 'connected' || (connection !== undefined && isWithoutAgent(connection.error))
    },
    async inTerminal(site, command) {
      const { id } = await core.rpc.call('terminals', 'open', { site, size: { columns: 200, rows: 50 } })
      const all = core.watch('terminals', 'all', {})
      const output = core.watch('terminals', 'output', { id })
      try {
        await core.rpc.call('terminals', 'write', { id, data: `${command}\nexit\n` })
        const isOver = (): boolean =>
          [...all.snapshots.flatMap(({ items }) => items), ...all.events.flatMap(({ put }) => put)].some(
            (each) => each.id === id && each.state === 'closed',
          )
        await until(`the end of ${command}`, isOver, 20_000)
        const text = (output.snapshots.at(-1)?.data ?? '') + output.events.map(({ data: more }) => more).join('')
        await core.rpc.call('terminals', 'close', { id })
        return text
      } finally {
        all.end()
        output.end()
      }
    },
    async close() {
      await core.close()
      if (options.data === undefined) rmSync(data, { recursive: true, force: true })
      if (options.home === undefined) rmSync(home, { recursive: true, force: true })
    },
  }
  const take = (question: SiteQuestion): void => {
    if (ssh.open.has(question.id)) return
    ssh.asked.push(question)
    ssh.open.set(question.id, question)
    const answer = ssh.answer(question)
    if (answer !== undefined) void reply(ssh, question.id, answer)
  }
  core.rpc.subscribe(
    'sites',
    'questions',
    {},
    {
      snapshot: ({ items }) => items.forEach(take),
      event({ put, gone }) {
        put.forEach(take)
        for (const id of gone) ssh.open.delete(id)
      },
    },
  )
  return ssh
}

/** Withdrawn meanwhile: then nobody waits for the answer. */
const reply = ({ rpc }: TestCore, question: string, answer: SiteAnswer): Promise<unknown> =>
  rpc.call('sites', 'answer', { question, answer }).catch(() => undefined)

export const responses = (...given: string[]): SiteAnswer => ({ kind: 'responses', responses: given })

/** Yes to host keys and installing; passwords, passphrases and prompts as given. */
export function agreeable(
  say: { password?: string; passphrase?: string; prompts?: (text: string) => string } = {},
): SshCore['answer'] {
  return ({ ask }) => {
    switch (ask.kind) {
      case 'host-key':
      case 'install':
        return { kind: 'accept' }
      case 'password':
        return say.password === undefined ? undefined : responses(say.password)
      case 'passphrase':
        return say.passphrase === undefined ? undefined : responses(say.passphrase)
      case 'prompts': {
        const { prompts } = say
        return prompts === undefined ? undefined : responses(...ask.prompts.map(({ text }) => prompts(text)))
      }
      default:
        return undefined
    }
  }
}

/** The session stands; that there is nothing to put on the head node is another matter. */
const isWithoutAgent = (error: AppErrorValue | undefined): boolean =>
  error?.code === 'INSTALL_FAILED' && error.data.reason === 'not-packaged'

export function makeHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'headway-home-'))
  mkdirSync(join(home, '.ssh'), { mode: 0o700 })
  return home
}

/** Puts a file into `~/.ssh` of the core's user. */
export function writeSsh({ home }: Pick<SshCore, 'home'>, name: string, text: string): void {
  writeFileSync(join(home, '.ssh', name), text, { mode: 0o600 })
}

/** The account's own key as `~/.ssh/id_ed25519`, and the server's host keys as known. */
export async function knowServer(core: Pick<SshCore, 'home'>, ...servers: TestSshd[]): Promise<void> {
  const lines = await Promise.all(servers.map((server) => server.knownHostsLines()))
  writeSsh(core, 'known_hosts', lines.join(''))
  const [first] = servers
  if (first === undefined) return
  const file = join(core.home, '.ssh/id_ed25519')
  for (const end of ['', '.pub']) copyFileSync(`${first.userKey}${end}`, `${file}${end}`)
  chmodSync(file, 0o600)
  for (const server of servers.slice(1)) await server.authorize(`${file}.pub`)
}

/** An ssh-agent that holds these keys; none of them on disk is needed any more. */
export async function startKeyAgent(folder: string, ...keys: string[]): Promise<{ socket: string; close(): void }> {
  const socket = join(folder, 'key-agent.sock')
  const child = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  for (const key of keys)
    await promisify(execFile)('ssh-add', ['-q', key], { env: { ...process.env, SSH_AUTH_SOCK: socket } })
  return { socket, close: () => void child.kill() }
}
