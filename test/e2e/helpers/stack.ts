import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** What `npm start` gives a newcomer, started for real: agent, Node host, first account. */
export interface Stack {
  /** Address of the window, with its one-time token in the fragment. */
  address: string
  /** A fresh address, as pressing Enter in the terminal gives. */
  freshAddress(): Promise<string>
  username: string
  password: string
  data: string
  output(): string
  /** Ctrl-C; gives the exit code. */
  interrupt(): Promise<number | null>
  stop(): Promise<void>
}

const addressPattern = /http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]+/g

/** `environment`: settings of the agent, for example which scheduler it uses. */
export async function startStack(
  options: { data?: string; environment?: Record<string, string> } = {},
): Promise<Stack> {
  const data = options.data ?? mkdtempSync(join(tmpdir(), 'headway-e2e-'))
  const environment: NodeJS.ProcessEnv = {
    ...process.env,
    ...options.environment,
    XDG_DATA_HOME: data,
    XDG_CONFIG_HOME: data,
    HEADWAY_PORT: '0',
    HEADWAY_NO_BROWSER: '1',
    LANG: 'C.UTF-8',
  }
  delete environment['DISPLAY']
  delete environment['WAYLAND_DISPLAY']
  const child = spawn(process.execPath, [join(root, 'scripts/start.mjs')], {
    cwd: root,
    env: environment,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let printed = ''
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()))

  const seen = (): string[] => printed.match(addressPattern) ?? []
  await waitFor(
    () => seen().length > 0,
    180_000,
    () => `npm start printed no address:\n${printed}`,
    child,
  )
  const user = /user(?:name)?\W+(\S+)/i.exec(printed)?.[1] ?? 'admin'
  const password = /password\s+(\S+)/i.exec(printed)?.[1] ?? ''

  return {
    address: seen()[0] ?? '',
    async freshAddress() {
      const before = seen().length
      child.stdin.write('\n')
      await waitFor(
        () => seen().length > before,
        10_000,
        () => `no fresh address:\n${printed}`,
        child,
      )
      return seen().at(-1) ?? ''
    },
    username: user,
    password,
    data,
    output: () => printed,
    async interrupt() {
      if (child.exitCode === null) child.kill('SIGINT')
      return exited(child)
    },
    async stop() {
      if (child.exitCode === null) child.kill('SIGTERM')
      await exited(child)
      if (options.data === undefined) rmSync(data, { recursive: true, force: true })
    },
  }
}

function exited(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode)
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)))
}

/** Waits for a condition, bounded; fails early when the process has ended. */
async function waitFor(
  condition: () => boolean,
  milliseconds: number,
  message: () => string,
  child: ChildProcess,
): Promise<void> {
  const end = Date.now() + milliseconds
  while (!condition()) {
    if (Date.now() > end || child.exitCode !== null) throw new Error(message())
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
