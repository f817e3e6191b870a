import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type AgentPackage,
  findOrInstallAgent,
  type FindParts,
  type FoundAgent,
  openAgentPackage,
  openRemoteShell,
  type RemoteSh,
  uninstallAgent,
} from '../../src/core/agent-install/index.ts'
import { AppError } from '../../src/core/kit/app-error.ts'
import { type LocalShell, shellProcess } from './shell-process.ts'

const root = join(import.meta.dirname, '../..')
const packageFolder = join(root, 'dist/agent-package')

/** Of this process; removed by `leave`. */
export const work = mkdtempSync(join(tmpdir(), 'headway-install-'))
/** Commands of the system without Node and quota, whatever this machine has. */
export const commands = join(work, 'bin')
/** The same with the Node that runs this. */
export const commandsWithNode = `${join(root, 'node_modules/.bin')}:${commands}`

/** Builds the package where it is stale. */
export async function buildPackage(): Promise<AgentPackage> {
  execFileSync(process.execPath, [join(root, 'scripts/build.mjs'), '--only', 'agent-package'])
  mkdirSync(commands)
  for (const folder of ['/usr/bin', '/bin', '/usr/sbin']) {
    for (const name of readdirSync(folder)) {
      const isWanted = !/^(node|quota)/.test(name) && !existsSync(join(commands, name))
      if (isWanted) symlinkSync(join(folder, name), join(commands, name))
    }
  }
  return openAgentPackage(packageFolder)
}

/** The same agent as another version: a package of its own, its manifest changed. */
export async function packageOf(version: string, protocol: number): Promise<AgentPackage> {
  const folder = mkdtempSync(join(work, 'package-'))
  for (const name of readdirSync(packageFolder)) symlinkSync(join(packageFolder, name), join(folder, name))
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as object
  rmSync(join(folder, 'manifest.json'))
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, version, protocol }))
  return openAgentPackage(folder)
}

/** An account of a head node: a folder of this machine, and a shell in it. */
export interface HeadNode {
  home: string
  /** Where Headway puts what is its own. */
  base: string
  process(): LocalShell
  shell(): Promise<RemoteSh>
  /** Says yes to what is offered; `told` are the states, `offers` how often it was asked. */
  find(parts: Partial<FindParts> & { package: AgentPackage }): Promise<FoundAgent & { told: string[]; offers: number }>
  /** Runs the installed command; its answer. */
  command(name: string): Record<string, unknown>
  launcher(): string
}

const nodes: HeadNode[] = []
const shells: RemoteSh[] = []
let count = 0

/** `path`: its PATH. `setUp`: what root does in a mount namespace of its own before the shell begins. */
export function headNode(
  options: { home?: string; path?: string; setUp?: string; env?: Record<string, string> } = {},
): HeadNode {
  count += 1
  const home = options.home ?? join(work, `home ${count} of kim's`)
  const runtime = join(work, `run${count}`)
  mkdirSync(home, { recursive: true })
  mkdirSync(runtime, { mode: 0o700 })
  const path = options.path ?? commands
  const env = { HOME: home, PATH: path, XDG_RUNTIME_DIR: runtime, HEADWAY_SCHEDULER: 'local', ...options.env }
  const base = join(home, '.local/share/headway')
  const start = (): LocalShell =>
    options.setUp === undefined
      ? shellProcess('/bin/sh', [], env)
      : shellProcess('/usr/bin/unshare', ['-m', '/bin/sh', '-c', `${options.setUp} && exec /bin/sh`], env)
  const node: HeadNode = {
    home,
    base,
    process: start,
    async shell() {
      const shell = await openRemoteShell(start(), { host: 'login1' })
      shells.push(shell)
      return shell
    },
    async find(parts) {
      const told: string[] = []
      let offers = 0
      const found = await findOrInstallAgent({
        host: 'login1',
        shell: parts.shell ?? (await node.shell()),
        confirm: () => Promise.resolve(++offers > 0),
        tell: ({ state }) => void (told.at(-1) !== state && told.push(state)),
        log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
        signal: new AbortController().signal,
        siteFile: '/nowhere',
        ...parts,
      })
      return { ...found, told, offers }
    },
    command: (name) =>
      JSON.parse(execFileSync(join(base, 'bin/headway-agent'), [name], { env }).toString()) as Record<string, unknown>,
    launcher: () => readFileSync(join(base, 'bin/headway-agent'), 'utf8'),
  }
  nodes.push(node)
  return node
}

/** After each test: ends the agents and shells that it left. */
export async function tidyUp(): Promise<void> {
  for (const node of nodes.splice(0)) {
    if (!existsSync(node.base)) continue
    const shell = await node.shell()
    await uninstallAgent({ shell, data: true }).catch(() => undefined)
  }
  for (const shell of shells.splice(0)) shell.end()
}
/** After all. */
export const leave = (): void => rmSync(work, { recursive: true, force: true })

/** The agent that is the user's own; any other fails the test. */
export function own(found: FoundAgent): Extract<FoundAgent, { mode: 'user' }> {
  if (found.mode !== 'user') throw new Error(`found ${found.mode}`)
  return found
}

/** The AppError that something fails with, as it crosses the boundary. */
export async function failure(asked: Promise<unknown>): Promise<unknown> {
  const error: unknown = await asked.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  )
  if (!(error instanceof AppError)) throw error
  return error.value
}

export function health(socketPath: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path: '/health' }, (answer) => {
      let text = ''
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()))
      answer.on('end', () => resolve(JSON.parse(text)))
    })
    asked.on('error', reject)
    asked.end()
  })
}
