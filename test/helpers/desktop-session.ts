import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { chown, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { connect as connectSocket, type Socket } from 'node:net'
import { hostname, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { hasPart } from './parts.ts'
import { connectVnc, type VncClient } from './vnc-client.ts'

const script = resolve(import.meta.dirname, '../../assets/desktop/session.sh')

/** What a session's script needs of this machine for a session that says something; a missing part is a failure elsewhere under `CI=true`. */
export const canRunDesktops = ['Xvnc', 'xsetroot', 'xterm', 'openssl'].every(hasPart)

export interface DesktopSessionOptions {
  /** What runs inside; by default it waits to be ended. */
  script?: string
  way?: 'socket' | 'loopback' | 'network' | 'near'
  title?: string
  geometry?: string
  dpi?: string
  head?: string
  clipboard?: boolean
  openGl?: boolean
  /** Further variables of the job. */
  environment?: Record<string, string>
  /** A command and its arguments that the job's script is put behind, and that execs it as `$0`. */
  before?: readonly string[]
  /** Whose processes and files they are; else those of the test. */
  account?: { uid: number; gid: number }
}

/** `session.json`: where the server listens. */
export interface SessionFile {
  host: string
  display: number
  socket?: string
  port?: number
  certificate?: string
}

export interface SessionEnd {
  /** The script's own end. */
  code: number | null
  signal: NodeJS.Signals | null
  /** `ended.json`, where there is one. */
  kind?: string
  detail?: string
}

export interface DesktopSession {
  /** The job's. */
  folder: string
  /** Of the job's script. */
  pid: number
  /** A file of the session's, as text; undefined while it is not there. */
  file(name: string): string | undefined
  /** Once the RFB server answers. Fails with what the session said where it ends before. */
  session(): Promise<SessionFile>
  password(): string
  stats(): { at: number; viewers: number; gpu?: { percent: number; memoryMb: number }[] } | undefined
  /** The folder it has made in /tmp. */
  runtime(): string
  /** Processes that belong to it, wherever they are. */
  processes(): number[]
  /** The X server's pid. */
  server(): number
  /** Signals the job's script alone. */
  kill(signal: NodeJS.Signals): void
  /** A connection to the server that nobody has spoken on. */
  stream(): Promise<Socket>
  connect(password?: string): Promise<VncClient>
  /** Runs an X client inside, to its end; gives its standard output. */
  run(command: string, args: readonly string[], input?: string): Promise<string>
  ended(): Promise<SessionEnd>
  /** Ends it and removes the job's folder. */
  close(): Promise<void>
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** A job's script as the agent makes it. */
async function jobScript(options: DesktopSessionOptions): Promise<string> {
  const variables = {
    HEADWAY_TITLE: options.title ?? 'Test',
    HEADWAY_GEOMETRY: options.geometry ?? '800x600',
    HEADWAY_DPI: options.dpi ?? '',
    HEADWAY_WAY: options.way ?? 'socket',
    HEADWAY_HEAD: options.head ?? hostname(),
    HEADWAY_CLIPBOARD: options.clipboard === false ? '0' : '1',
    HEADWAY_OPENGL: options.openGl === true ? 'virtualgl' : '',
  }
  return [
    '#!/bin/bash',
    ...Object.entries(variables).map(([name, value]) => `export ${name}=${quoted(value)}`),
    'umask 077',
    'mkdir -p .headway/desktop',
    "cat >.headway/desktop/script <<'END-6f1c2a'",
    options.script ?? 'exec sleep 600',
    'END-6f1c2a',
    await readFile(script, 'utf8'),
  ].join('\n')
}

/** Polls until there is something. Fails with `what` after 40 s: dozens may start at once on a small machine. */
async function wanted<T>(what: () => string, find: () => T | undefined): Promise<T> {
  for (const end = Date.now() + 40_000; ;) {
    const found = find()
    if (found !== undefined) return found
    if (Date.now() > end) throw new Error(what())
    await new Promise((next) => setTimeout(next, 20))
  }
}

/** A desktop without a scheduler: the job's script as a process of this machine, leader of its own group. */
export async function startDesktopSession(options: DesktopSessionOptions = {}): Promise<DesktopSession> {
  const folder = await mkdtemp(join(tmpdir(), 'headway-desktop-'))
  const { account } = options
  const home = join(folder, 'home')
  await mkdir(home)
  await writeFile(join(folder, 'job'), await jobScript(options), { mode: 0o700 })
  if (account !== undefined)
    for (const path of [folder, home, join(folder, 'job')]) await chown(path, account.uid, account.gid)
  const [program, ...args] = [...(options.before ?? []), join(folder, 'job')]
  const child = spawn(program, args, {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', HOME: home, LC_ALL: 'C', ...options.environment },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...account,
  })
  const said: Buffer[] = []
  for (const output of [child.stdout, child.stderr]) output.on('data', (piece: Buffer) => void said.push(piece))
  const exited = new Promise<Pick<SessionEnd, 'code' | 'signal'>>((done, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => done({ code, signal }))
  })
  const { pid } = child
  if (pid === undefined) throw await exited.catch((error: unknown) => error)

  const file = (name: string): string | undefined => {
    const path = join(folder, '.headway/desktop', name)
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined
  }
  const parsed = (name: string): unknown => {
    const text = file(name)
    return text === undefined ? undefined : JSON.parse(text)
  }
  const story = () => [...said.map(String), file('Xvnc.log'), file('session.log')].join('\n')
  const over = () => child.exitCode !== null || child.signalCode !== null

  async function session(): Promise<SessionFile> {
    const found = await wanted(
      () => `The session says nothing: ${story()}`,
      () => (parsed('session.json') as SessionFile | undefined) ?? (over() ? 'over' : undefined),
    )
    if (found === 'over') throw new Error(`The session ended at once: ${file('ended.json') ?? ''} ${story()}`)
    runtime()
    return found
  }
  let inTmp = ''
  function runtime(): string {
    if (inTmp === '') {
      const found = readdirSync('/tmp').find(
        (name) => /^headway-\w{8}$/.test(name) && markOf(name)?.[3] === String(pid),
      )
      if (found === undefined) throw new Error('The session has no folder in /tmp.')
      inTmp = join('/tmp', found)
    }
    return inTmp
  }
  async function stream(): Promise<Socket> {
    const { socket, port } = await session()
    const opened = socket === undefined ? connectSocket(port ?? 0, '127.0.0.1') : connectSocket(socket)
    await new Promise((done, reject) => void opened.once('connect', done).once('error', reject))
    return opened
  }
  const password = (): string => (file('password') ?? '').trim()
  const kill = (signal: NodeJS.Signals): void => void process.kill(pid, signal)

  return {
    folder,
    pid,
    file,
    session,
    password,
    stats: () => parsed('stats.json') as ReturnType<DesktopSession['stats']>,
    runtime,
    processes: () => processesOf(runtime()),
    server: () => Number(readFileSync(join(runtime(), 'server'), 'utf8')),
    kill,
    stream,
    async connect(word) {
      const { certificate } = await session()
      return connectVnc({
        stream: await stream(),
        password: word ?? password(),
        ...(certificate === undefined ? {} : { certificate }),
      })
    },
    async run(command, args, input = '') {
      const { display } = await session()
      const env = {
        ...process.env,
        LC_ALL: 'C.UTF-8',
        DISPLAY: `:${display}`,
        XAUTHORITY: join(runtime(), 'Xauthority'),
      }
      const client = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'ignore'] })
      // Most read nothing of it.
      client.stdin.on('error', () => undefined).end(input)
      let text = ''
      client.stdout.on('data', (piece: Buffer) => (text += piece.toString()))
      await new Promise((done, reject) => void client.once('exit', done).once('error', reject))
      return text
    },
    async ended() {
      await wanted(
        () => `The session does not end: ${story()}`,
        () => over() || undefined,
      )
      return { ...(await exited), ...(parsed('ended.json') as Pick<SessionEnd, 'kind' | 'detail'> | undefined) }
    },
    async close() {
      if (!over()) kill('SIGTERM')
      await exited
      if (inTmp !== '')
        await wanted(
          () => `${inTmp} stays: ${story()}`,
          () => (existsSync(inTmp) ? undefined : true),
        )
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What a session's folder in /tmp says of it: host, boot, pid namespace, pid, start. */
function markOf(name: string): string[] | undefined {
  try {
    return readFileSync(join('/tmp', name, 'desktop'), 'utf8')
      .split('\n')[0]
      ?.split(' ')
  } catch {
    return undefined
  }
}

/** The living processes in whose environment that folder stands as their desktop's. */
export function processesOf(runtime: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        // Nothing of one that has ended and waits for its parent can be read.
        return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(`HEADWAY_DESKTOP=${runtime}`)
      } catch {
        return false
      }
    })
    .map(Number)
}

/** What tells the socket of an X display from a later one in its place; undefined where there is none. */
export function displaySocket(display: number): string | undefined {
  const found = statSync(`/tmp/.X11-unix/X${display}`, { throwIfNoEntry: false })
  return found === undefined ? undefined : `${found.ino} ${found.mtimeMs}`
}
