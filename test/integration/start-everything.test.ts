import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'

/** `npm start` and `npm run agent` as a user has them: real processes, a folder of their own for all data. */
const root = join(import.meta.dirname, '../..')
let folder: string
const started: Started[] = []

beforeAll(() => {
  const parts = ['agent', 'web', 'renderer'].flatMap((name) => ['--only', name])
  const build = spawnSync(process.execPath, ['scripts/build.mjs', ...parts], { cwd: root, encoding: 'utf8' })
  expect(build.status, build.stderr).toBe(0)
}, 120_000)
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-start-'))
})
afterEach(async () => {
  for (const { child } of started.splice(0)) {
    // What a failed test left behind: this process and all it started.
    for (const pid of descendants(child.pid ?? 0)) kill(pid)
    child.kill('SIGKILL')
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
})

interface Started {
  child: ChildProcess
  output: () => string
}
function start(script: string, env: Record<string, string> = {}): Started {
  const { DISPLAY: _x11, WAYLAND_DISPLAY: _wayland, ...inherited } = process.env
  const child = spawn(process.execPath, [join(root, 'scripts', script)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...inherited, XDG_DATA_HOME: folder, HEADWAY_NO_BROWSER: '1', HEADWAY_PORT: '0', ...env },
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (text += data.toString()))
  const one = { child, output: () => text }
  started.push(one)
  return one
}

const alive = (pid: number): boolean =>
  existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // Gone already.
  }
}
function descendants(pid: number): number[] {
  const path = `/proc/${pid}/task/${pid}/children`
  const children = existsSync(path) ? readFileSync(path, 'utf8').split(' ').filter(Boolean).map(Number) : []
  return children.flatMap((child) => [child, ...descendants(child)])
}
function found(pattern: RegExp, text: string): string {
  const value = pattern.exec(text)?.[1]
  if (value === undefined) throw new Error(`${pattern} is not in:\n${text}`)
  return value
}

async function until(output: () => string, pattern: RegExp): Promise<string> {
  await expect.poll(output, { timeout: 30_000, interval: 50 }).toMatch(pattern)
  return found(pattern, output())
}

async function signIn(agent: string, username: string, password: string): Promise<string> {
  const answer = await fetch(`${agent}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
  })
  expect(answer.status).toBe(200)
  return ((await answer.json()) as { access_token: string }).access_token
}

/** Submits a job that lasts, with a child of its own, and gives both process ids once they run. */
async function longJob(agent: string, token: string): Promise<number[]> {
  const mark = join(folder, 'pids')
  const answer = await fetch(`${agent}/api/jobs/submit`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({
      name: 'long',
      command: `sleep 600 & echo $$ $! > '${mark}.new'; mv '${mark}.new' '${mark}'; wait`,
    }),
  })
  expect(answer.status, await answer.clone().text()).toBe(201)
  await expect.poll(() => existsSync(mark), { timeout: 20_000 }).toBe(true)
  const pids = (await readFile(mark, 'utf8')).trim().split(' ').map(Number)
  expect(pids.map(alive)).toEqual([true, true])
  return pids
}

describe('npm start', () => {
  test('one command: account, agent, window; Ctrl-C ends it all, jobs too', async () => {
    const { child, output } = start('start.mjs')
    const agent = await until(output, /agent listens at (http:\S+)/)
    const window = await until(output, /Headway is ready: (http:\S+#token=\S+)/)
    const password = found(/password\s+(\S+)/, output())
    expect((await fetch(window)).status).toBe(200)
    const token = await signIn(agent, found(/user\s+(\S+)/, output()), password)
    const job = await longJob(agent, token)
    const all = descendants(child.pid ?? 0)
    expect(all.length).toBeGreaterThanOrEqual(2)

    child.kill('SIGINT')
    const began = Date.now()
    expect(await once(child, 'exit')).toEqual([0, null])
    expect(Date.now() - began).toBeLessThan(10_000)
    expect([...all, ...job].filter(alive)).toEqual([])

    // The password is on the screen and nowhere else.
    const logs = await readdir(join(folder, 'headway', 'logs'))
    for (const name of logs)
      expect(await readFile(join(folder, 'headway', 'logs', name), 'utf8')).not.toContain(password)

    const again = start('start.mjs')
    const second = await until(again.output, /agent listens at (http:\S+)/)
    expect(again.output()).not.toContain('password')
    await signIn(second, 'admin', password)
    again.child.kill('SIGTERM')
    expect(await once(again.child, 'exit')).toEqual([0, null])
  })

  test('an agent that crashes ends the rest with a sentence', async () => {
    const { child, output } = start('start.mjs')
    await until(output, /Headway is ready: (\S+)/)
    const all = descendants(child.pid ?? 0)
    const agent = all.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('dist/agent/agent.js'))
    process.kill(agent ?? 0, 'SIGKILL')
    expect(await once(child, 'exit')).toEqual([1, null])
    expect(output()).toMatch(/The agent ended unexpectedly \(SIGKILL\). Its log: \S+/)
    expect(all.filter(alive)).toEqual([])
  })

  test('a window’s host that crashes ends the rest with a sentence', async () => {
    const { child, output } = start('start.mjs')
    await until(output, /Headway is ready: (\S+)/)
    const all = descendants(child.pid ?? 0)
    const host = all.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('dist/web/headway-web.js'))
    process.kill(host ?? 0, 'SIGKILL')
    expect(await once(child, 'exit')).toEqual([1, null])
    expect(output()).toContain('Headway ended unexpectedly (SIGKILL).')
    expect(all.filter(alive)).toEqual([])
  })

  test('a wrong setting of the agent is told, and nothing stays', async () => {
    const { child, output } = start('start.mjs', { HEADWAY_PORT: 'many' })
    expect(await once(child, 'close')).toEqual([1, null])
    expect(output()).toContain('HEADWAY_PORT')
  })
})

test('npm run agent leaves running jobs to be found again', async () => {
  const env = { HEADWAY_ADMIN_PASSWORD: 'a password for this test' }
  const first = start('agent.mjs', env)
  const agent = await until(first.output, /"listening","url":"([^"]+)"/)
  const job = await longJob(agent, await signIn(agent, 'admin', env.HEADWAY_ADMIN_PASSWORD))
  first.child.kill('SIGTERM')
  expect(await once(first.child, 'exit')).toEqual([0, null])
  expect(job.map(alive)).toEqual([true, true])

  const second = start('agent.mjs', env)
  const next = await until(second.output, /"listening","url":"([^"]+)"/)
  const token = await signIn(next, 'admin', env.HEADWAY_ADMIN_PASSWORD)
  const headers = { authorization: `Bearer ${token}` }
  const { jobs } = (await (await fetch(`${next}/api/v2/jobs`, { headers })).json()) as {
    jobs: { id: string; state: string }[]
  }
  expect(jobs.map(({ state }) => state)).toEqual(['running'])
  const cancelled = await fetch(`${next}/api/v2/jobs/${jobs[0]?.id}/cancel`, { method: 'POST', headers })
  expect(cancelled.status).toBe(200)
  await expect.poll(() => job.some(alive), { timeout: 15_000 }).toBe(false)
})

test('the built agent runs alone, with no packages beside it', async () => {
  const place = join(folder, 'copied')
  await cp(join(root, 'dist/agent'), place, { recursive: true })
  const child = spawn(process.execPath, [join(place, 'agent.js')], {
    cwd: place,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HEADWAY_DATA: join(folder, 'data'), HEADWAY_PORT: '0' },
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (text += data.toString()))
  started.push({ child, output: () => text })
  const agent = await until(() => text, /"listening","url":"([^"]+)"/)
  const password = found(/"password":"([^"]+)"/, text)
  const headers = { authorization: `Bearer ${await signIn(agent, 'admin', password)}` }
  const templates = await fetch(`${agent}/api/v2/templates`, { headers })
  expect(((await templates.json()) as { templates: unknown[] }).templates.length).toBeGreaterThan(0)
  for (const path of ['/api/docs', '/openapi.json', '/metrics', '/health']) {
    expect((await fetch(`${agent}${path}`)).status, path).toBe(200)
  }
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})

test('without Node 24 a sentence says what to do', () => {
  const program = `
    Object.defineProperty(process.versions, 'node', { value: '20.20.0' })
    process.env.HEADWAY_NODE24_TRIED = '1'
    await import(${JSON.stringify(new URL('../../scripts/start.mjs', import.meta.url).href)})`
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
  expect(run.status).toBe(1)
  expect(run.stderr).toContain('Run `npm ci` (without --omit=optional)')
})
