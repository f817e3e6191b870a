import { spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { buildAgent, type Home, isRunning, makeHome } from '../helpers/lifecycle.ts'

const isRoot = process.getuid?.() === 0
const root = resolve(import.meta.dirname, '../..')
let built = ''
beforeAll(async () => {
  built = await buildAgent()
})
afterAll(() => rmSync(built, { recursive: true, force: true }))

const homes: Home[] = []
const children: number[] = []
const home = () => {
  const made = makeHome(built)
  homes.push(made)
  return made
}
afterEach(async () => {
  for (const pid of children.splice(0)) if (isRunning(pid)) process.kill(pid, 'SIGKILL')
  for (const made of homes.splice(0)) await made.close()
})
const socketOf = ({ runtime }: Home) => join(runtime, 'headway', 'agent.sock')

/** The answer of an `up` that fails. */
const failure = async (at: Home, options: Parameters<Home['run']>[1]) => {
  const { code, said } = await at.run(['up'], options)
  expect({ code, event: said['event'] }).toEqual({ code: 1, event: 'failed' })
  return said as { reason: string; message: string }
}

/** Something that has the folder and the socket as an agent of an older protocol would; ends by SIGTERM. */
async function olderAgent(at: Home): Promise<number> {
  const file = join(at.folder, 'older.mjs')
  mkdirSync(join(at.runtime, 'headway'), { mode: 0o700 })
  writeFileSync(
    file,
    `import { createServer } from 'node:http'
import { takeFolder } from '${root}/agent/src/db/lease.ts'
const release = takeFolder('${at.data}', '${socketOf(at)}')
const health = { status: 'ok', product: 'headway-agent', version: '0.0.1', protocol: 0, scheduler: 'local', time: '' }
createServer((_request, answer) => answer.end(JSON.stringify(health))).listen('${socketOf(at)}', () => console.log('on'))
process.on('SIGTERM', () => { release(); process.exit(0) })`,
  )
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise((done) => child.stdout.once('data', done))
  children.push(child.pid ?? 0)
  return child.pid ?? 0
}

describe('an agent of an older protocol', () => {
  it('makes place for this one', async () => {
    const at = home()
    const older = await olderAgent(at)
    const { code, said } = await at.run(['up'])
    expect({ code, said }).toMatchObject({ code: 0, said: { event: 'ready', started: true, protocol: 1 } })
    expect(said['pid']).not.toBe(older)
    expect(isRunning(older)).toBe(false)
  })

  it('makes place once, however many ask', async () => {
    const at = home()
    await olderAgent(at)
    const all = await Promise.all([1, 2, 3].map(() => at.run(['up'])))
    expect(all.map(({ said }) => said['protocol'])).toEqual([1, 1, 1])
    expect(new Set(all.map(({ said }) => said['pid'])).size).toBe(1)
  })
})

describe('a lease that names a process which is another by now', () => {
  it('is not believed: that process is left alone', async () => {
    const at = home()
    const other = spawn('sleep', ['60'])
    const pid = other.pid ?? 0
    children.push(pid)
    mkdirSync(at.data, { recursive: true, mode: 0o700 })
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const started = new Date().toISOString()
    const lease = { host: hostname(), pid, boot, start: '1', started, socket: socketOf(at) }
    writeFileSync(join(at.data, 'agent.lease'), JSON.stringify(lease))
    expect((await at.run(['stop'])).said).toEqual({ stopped: false, reason: 'not-running' })
    expect((await at.run(['up', '--replace'])).said).toMatchObject({ event: 'ready', started: true })
    expect(isRunning(pid)).toBe(true)
  })
})

describe.skipIf(!isRoot)('a session whose end takes its folder away', () => {
  it('leaves the agent, which listens below /tmp from then on', async () => {
    const at = home()
    // The account `nobody`: nobody else's agent has its folder below /tmp.
    const uid = 65_534
    const before = ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--']
    chmodSync(built, 0o755)
    for (const folder of [at.folder, at.runtime]) chownSync(folder, uid, uid)
    const { said } = await at.run(['up'], { before })
    expect(said).toMatchObject({ event: 'ready', socket: socketOf(at) })
    rmSync(at.runtime, { recursive: true })
    const now = `/tmp/headway-${uid}/agent.sock`
    await expect
      .poll(async () => (await at.run(['up'], { before })).said, { timeout: 30_000, interval: 500 })
      .toEqual({ ...said, socket: now, started: false })
    expect(statSync(now).mode & 0o777).toBe(0o600)
    expect(await at.run(['uninstall', '--data'], { before })).toMatchObject({ code: 0 })
    expect(existsSync(`/tmp/headway-${uid}`)).toBe(false)
    expect(readdirSync(at.folder)).toEqual([])
  })
})

describe("a user's manager that outlives the session", () => {
  it('holds the agent in a scope; how it ended is known all the same', async () => {
    const at = home()
    const bin = join(at.folder, 'bin')
    mkdirSync(bin)
    mkdirSync(join(at.runtime, 'systemd', 'private'), { recursive: true })
    // As `systemd-run --scope` does: it becomes the command.
    const scope = `#!/bin/sh\necho "$*" >>'${at.folder}/scopes'\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n`
    writeFileSync(join(bin, 'systemd-run'), scope, { mode: 0o755 })
    writeFileSync(join(bin, 'loginctl'), '#!/bin/sh\necho KillUserProcesses=yes\n', { mode: 0o755 })
    const env = { PATH: `${bin}:${process.env['PATH'] ?? ''}` }
    expect(await failure(at, { env: { ...env, HEADWAY_SCHEDULER: 'pbs' } })).toMatchObject({ reason: 'settings' })
    const { said } = await at.run(['up'], { env })
    expect(said).toMatchObject({ event: 'ready', started: true })
    const started = readFileSync(join(at.folder, 'scopes'), 'utf8')
      .split('\n')
      .filter((line) => line.endsWith('serve'))
    expect(started).toHaveLength(2)
    expect(started[1]).toMatch(/^--user --scope .*--unit=headway-agent-\d+ -- .*agent\.js serve$/)
  })
})

describe.skipIf(!isRoot)("another host's agent", () => {
  const login2 = ['unshare', '-u', 'sh', '-c', 'hostname login2; exec "$@"', 'sh']

  it('is named, and neither replaced, stopped nor uninstalled from here', async () => {
    const at = home()
    expect((await at.run(['up'], { before: login2 })).said).toMatchObject({ event: 'ready', started: true })
    const pid = at.pid()
    const since = (JSON.parse(readFileSync(join(at.data, 'agent.lease'), 'utf8')) as { started: string }).started
    for (const args of [['up'], ['up', '--replace']]) {
      expect(await at.run(args)).toMatchObject({ code: 3, said: { event: 'elsewhere', host: 'login2', since } })
    }
    expect((await at.run(['status'])).said).toMatchObject({ running: true, host: 'login2', pid })
    expect(await at.run(['stop'])).toMatchObject({ code: 3, said: { stopped: false, host: 'login2' } })
    const uninstalled = await at.run(['uninstall', '--data', '--force'])
    expect(uninstalled).toMatchObject({ code: 1, said: { removed: [], reason: 'elsewhere', host: 'login2' } })
    expect(isRunning(pid)).toBe(true)
    expect(existsSync(join(at.data, 'headway.db'))).toBe(true)
    // On its own host it is one like any other.
    expect((await at.run(['stop'], { before: login2 })).said).toMatchObject({ stopped: true, pid })
  })

  it('gives way when it has died', async () => {
    const at = home()
    await at.run(['up'], { before: login2 })
    const pid = at.pid()
    process.kill(pid, 'SIGKILL')
    await expect.poll(() => isRunning(pid)).toBe(false)
    expect((await at.run(['status'])).said).toEqual({ running: false })
    expect((await at.run(['up'])).said).toMatchObject({ event: 'ready', started: true })
    expect(await at.run(['up'], { before: login2 })).toMatchObject({ code: 3, said: { host: hostname() } })
  })
})

/** Put before a command: a mount of its own, which ends with it. */
const mounted = (how: string) => ['unshare', '-m', 'sh', '-c', `${how}; exec "$@"`, 'sh']

describe('an agent that cannot start says why', () => {
  it('a setting', async () => {
    const { reason, message } = await failure(home(), { env: { HEADWAY_SCHEDULER: 'pbs' } })
    expect(reason).toBe('settings')
    expect(message).toMatch(/^HEADWAY_SCHEDULER: /)
  })

  it('a file of settings', async () => {
    const at = home()
    mkdirSync(at.data, { recursive: true })
    writeFileSync(join(at.data, 'agent.yaml'), 'port: [')
    expect((await failure(at, {})).reason).toBe('settings')
  })

  it('a folder for the socket that is a link, or open to others', async () => {
    const at = home()
    const folder = join(at.runtime, 'headway')
    mkdirSync(join(at.folder, 'elsewhere'), { mode: 0o700 })
    symlinkSync(join(at.folder, 'elsewhere'), folder)
    const { reason, message } = await failure(at, {})
    expect(reason).toBe('runtime-folder')
    expect(message).toContain(folder)
    rmSync(folder)
    mkdirSync(folder)
    chmodSync(folder, 0o755)
    expect((await failure(at, {})).reason).toBe('runtime-folder')
  })

  it('an agent of the same data that listens on an address', async () => {
    const at = home()
    const environment = { PATH: process.env['PATH'] ?? '', HOME: at.folder, HEADWAY_PORT: '0' }
    const child = spawn(process.execPath, [join(built, 'agent.js')], { env: environment })
    children.push(child.pid ?? 0)
    await new Promise((done) => child.stdout.once('data', done))
    const { reason, message } = await failure(at, {})
    expect(reason).toBe('other')
    expect(message).toContain(String(child.pid))
    expect(isRunning(child.pid ?? 0)).toBe(true)
  })

  it.skipIf(!isRoot)('a disk without space', async () => {
    const at = home()
    const fill = `mount -t tmpfs -o size=64k tmpfs '${at.folder}' && mkdir -p '${at.data}/logs' && dd if=/dev/zero of='${at.folder}/x' 2>/dev/null`
    expect((await failure(at, { before: mounted(fill) })).reason).toBe('no-space')
  })

  it.skipIf(!isRoot)('a disk with space for the log alone', async () => {
    const at = home()
    expect((await failure(at, { before: mounted(`mount -t tmpfs -o size=96k tmpfs '${at.folder}'`) })).reason).toBe(
      'no-space',
    )
  })

  it.skipIf(!isRoot)('a disk that cannot be written', async () => {
    const at = home()
    expect((await failure(at, { before: mounted(`mount -t tmpfs -o ro tmpfs '${at.folder}'`) })).reason).toBe(
      'read-only',
    )
  })
})
