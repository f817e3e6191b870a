import { execFile, spawn } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { LoginAnswer } from '../../contract/agent/auth.ts'
import { OWNER_SIGN_IN } from '../../contract/agent/start.ts'

const root = resolve(import.meta.dirname, '../..')

export interface Ran {
  code: number | null
  /** The last line of standard output, parsed. */
  said: Record<string, unknown>
  errors: string
}

/** A throw-away home with the agent installed as Headway's bootstrap leaves it. */
export interface Home {
  folder: string
  /** `~/.local/share/headway`. */
  base: string
  data: string
  runtime: string
  /** Runs `headway-agent` as this home's user; `before` is put before the command. */
  run(args: readonly string[], more?: { env?: Record<string, string>; before?: readonly string[] }): Promise<Ran>
  /** The pid in the lease. */
  pid(): number
  close(): Promise<void>
}

/** Builds the agent once; gives its folder. */
export async function buildAgent(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'headway-built-'))
  await promisify(execFile)(process.execPath, [join(root, 'scripts/build.mjs'), '--agent-into', folder], { cwd: root })
  return folder
}

export const isRunning = (pid: number): boolean => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
  } catch {
    return false
  }
}

/** As the bootstrap writes it: a version, a Node, and a script that puts them together. */
function install(base: string, built: string): void {
  const version = join(base, 'versions', '0.0.1-0a1b2c3d')
  const node = join(base, 'node', 'test')
  cpSync(built, version, { recursive: true })
  mkdirSync(node, { recursive: true })
  mkdirSync(join(base, 'bin'), { recursive: true })
  cpSync(process.execPath, join(node, 'node'))
  const script = `#!/bin/sh\nexec '${node}/node' '${version}/agent.js' "$@"\n`
  writeFileSync(join(base, 'bin', 'headway-agent'), script, { mode: 0o700 })
}

export function makeHome(built: string, { installed = false } = {}): Home {
  const folder = mkdtempSync(join(tmpdir(), 'hw-home-'))
  const runtime = mkdtempSync(join(tmpdir(), 'hw-xdg-'))
  chmodSync(runtime, 0o700)
  const base = join(folder, '.local/share/headway')
  const data = join(base, 'agent')
  if (installed) install(base, built)
  const program = installed ? [join(base, 'bin', 'headway-agent')] : [process.execPath, join(built, 'agent.js')]
  const environment = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    XDG_RUNTIME_DIR: runtime,
    HEADWAY_SCHEDULER: 'local',
  }
  const pid = () => (JSON.parse(readFileSync(join(data, 'agent.lease'), 'utf8')) as { pid: number }).pid

  return {
    folder,
    base,
    data,
    runtime,
    pid,
    run: (args, { env = {}, before = [] } = {}) =>
      new Promise((done, reject) => {
        const [file = '', ...rest] = [...before, ...program, ...args]
        const child = spawn(file, rest, { env: { ...environment, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
        let out = ''
        let errors = ''
        child.stdout.on('data', (piece: Buffer) => (out += piece.toString()))
        child.stderr.on('data', (piece: Buffer) => (errors += piece.toString()))
        child.once('error', reject)
        // `close` waits for the pipes: an agent that had kept them would be noticed here.
        child.once('close', (code) => {
          const line = out.trim().split('\n').at(-1) ?? ''
          done({ code, said: line === '' ? {} : (JSON.parse(line) as Ran['said']), errors })
        })
      }),
    async close() {
      if (existsSync(join(data, 'agent.lease'))) {
        const last = pid()
        if (isRunning(last) && readFileSync(`/proc/${last}/cmdline`, 'utf8').includes('agent.js')) {
          process.kill(last, 'SIGKILL')
          while (isRunning(last)) await new Promise((next) => setTimeout(next, 20))
        }
      }
      for (const path of [folder, runtime]) rmSync(path, { recursive: true, force: true })
    },
  }
}

/** A request to an agent's socket. */
export function askSocket(
  socket: string,
  path: string,
  { method = 'GET', token, body }: { method?: string; token?: string; body?: unknown } = {},
): Promise<{ status: number; body: unknown }> {
  return new Promise((done, reject) => {
    const headers = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    }
    const asked = request({ socketPath: socket, path, method, headers, agent: false })
    asked.once('error', reject)
    asked.once('response', (answer) => {
      let text = ''
      answer.on('data', (piece: Buffer) => (text += piece.toString()))
      answer.once('end', () => done({ status: answer.statusCode ?? 0, body: JSON.parse(text) as unknown }))
    })
    asked.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

/** An access token of the owner. */
export async function ownerToken(socket: string): Promise<string> {
  const { body } = await askSocket(socket, OWNER_SIGN_IN, { method: 'POST' })
  return (body as LoginAnswer).access_token
}
