import { type ChildProcess, spawn } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { LoginAnswer } from '../../contract/agent/auth.ts'
import type { Job, JobDetail } from '../../contract/jobs.ts'
import type { OutboxEntry } from '../../contract/outbox.ts'
import type { Upload } from '../../contract/uploads.ts'
import { admin, secret, spawnAgent, temporaryFolder, type SpawnedAgent } from '../helpers/agent.ts'
import { until } from '../helpers/core.ts'

const program = fileURLToPath(new URL('../../src/cli/index.ts', import.meta.url))
const heat = fileURLToPath(new URL('../../assets/examples/heat/', import.meta.url))
const files = ['--file', `${heat}plate.msh`, '--file', `${heat}settings.yaml`]

interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

const lines = ({ stdout }: Ended): Record<string, unknown>[] =>
  stdout
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
const line = (ended: Ended): Record<string, unknown> => lines(ended)[0] ?? {}

/** Once it has printed that. */
const said = (child: ChildProcess, what: string): Promise<void> =>
  new Promise((resolve) => {
    let heard = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      heard += chunk.toString()
      if (heard.includes(what)) resolve()
    })
  })

describe('the outbox in the terminal', { timeout: 180_000 }, () => {
  const home = mkdtempSync(join(tmpdir(), 'headway-cli-outbox-'))
  const terminal = join(home, 'headway/terminal')
  const data = temporaryFolder()
  let agent: SpawnedAgent | undefined
  let url = ''

  function start(args: string[], input = ''): { child: ChildProcess; ended: Promise<Ended> } {
    const env = {
      ...process.env,
      XDG_DATA_HOME: home,
      HOME: home,
      NODE_COMPILE_CACHE: join(tmpdir(), 'headway-compile-cache'),
    }
    delete (env as NodeJS.ProcessEnv)['HEADWAY_PASSWORD']
    const child = spawn(process.execPath, [program, ...args], { env, cwd: home })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    child.stdin.end(input)
    return { child, ended: new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr }))) }
  }
  const headway = (...args: string[]): Promise<Ended> => start(args).ended
  /** Keeps a submission; gives its id. */
  async function keep(name: string, ...more: string[]): Promise<string> {
    const kept = await headway(
      '--json',
      'submit',
      'heat-triangle',
      '--offline',
      '--name',
      name,
      '--set',
      'refine=0',
      ...files,
      ...more,
    )
    expect(kept).toMatchObject({ code: 0, stderr: '' })
    return String(line(kept)['outbox_id'])
  }
  const listed = async () =>
    line(await headway('--json', 'outbox')) as unknown as { entries: OutboxEntry[]; uploads: Upload[] }
  const shown = async (id: string) => line(await headway('--json', 'outbox', 'show', id)) as unknown as OutboxEntry

  async function agentUp(): Promise<void> {
    agent = await spawnAgent({
      HEADWAY_DATA: data,
      HEADWAY_PORT: url === '' ? '0' : new URL(url).port,
      HEADWAY_LOG_LEVEL: 'silent',
      HEADWAY_END_JOBS: '1',
      HEADWAY_SCHEDULER: 'local',
      JWT_SECRET_KEY: secret,
      HEADWAY_ADMIN_PASSWORD: admin.password,
    })
    url = agent.url
  }
  async function agentDown(): Promise<void> {
    await agent?.end()
    agent = undefined
  }
  async function asked<T>(path: string): Promise<T> {
    const headers = { 'content-type': 'application/json' }
    const login = await fetch(`${url}/api/auth/login`, { method: 'POST', headers, body: JSON.stringify(admin) })
    const { access_token } = (await login.json()) as LoginAnswer
    const answer = await fetch(url + path, { headers: { authorization: `Bearer ${access_token}` } })
    return (await answer.json()) as T
  }
  const jobsNamed = async (name: string): Promise<Job[]> =>
    (await asked<{ jobs: Job[] }>('/api/v2/jobs?limit=500')).jobs.filter((job) => job.name === name)

  beforeAll(async () => {
    await agentUp()
    const signed = await start(['sign-in', url, '-u', admin.username, '--password-stdin'], `${admin.password}\n`).ended
    expect(signed.code, signed.stderr).toBe(0)
    expect((await headway('templates')).code).toBe(0)
  })
  /** Whatever a test has left. */
  afterEach(async () => {
    const { entries, uploads } = await listed()
    const ids = [...entries.map(({ id }) => id), ...new Set(uploads.map(({ label }) => label))]
    if (ids.length > 0) await headway('outbox', 'remove', ...ids)
  })
  afterAll(async () => {
    await agentDown()
    rmSync(home, { recursive: true, force: true })
    rmSync(data, { recursive: true, force: true })
  })

  it('keeps a job and files while the site is away, and sends both once it is back', async () => {
    await agentDown()
    const now = await headway('submit', 'heat-triangle', ...files)
    expect(now.code).toBe(3)
    expect(now.stderr).toContain('--offline')
    expect((await headway('templates', '--offline')).stdout).toContain('heat-triangle')

    const id = await keep('on the train')
    const kept = await headway('upload', `${heat}plate.msh`, '--offline', '--label', 'meshes')
    expect(kept.stdout).toMatch(/^Kept in the outbox as meshes: 1 file, .*`headway outbox send`/)

    const before = await headway('outbox')
    expect(before.stdout).toMatch(
      new RegExp(`^ID +STATE +WHY +TITLE +SITE +AGE\n${id.slice(0, 4)} +waiting .*on the train`),
    )
    expect(before.stdout).toMatch(/\nmeshes +waiting .*plate\.msh/)
    const tried = await headway('outbox', 'send')
    expect(tried.code, tried.stderr).toBe(3)
    const waiting = await listed()
    expect(waiting.entries).toMatchObject([{ id, state: 'waiting', wait: 'files', title: 'on the train' }])
    expect(waiting.uploads).toMatchObject([{ label: 'meshes', name: 'plate.msh', state: 'waiting', wait: 'network' }])
    expect((await headway('outbox')).stdout).toMatch(/waiting +for the network +on the train/)

    await agentUp()
    const sent = await headway('--json', 'outbox', 'send')
    expect(sent, sent.stderr).toMatchObject({ code: 0, stderr: '' })
    const [job, ...others] = await jobsNamed('on the train')
    expect(others).toEqual([])
    expect(lines(sent)).toContainEqual({ outbox_id: id, state: 'done', job_id: job?.id })
    expect(lines(sent)).toContainEqual(
      expect.objectContaining({ name: 'plate.msh', digest: expect.stringMatching(/^[0-9a-f]{64}$/) }),
    )
    expect(lines(sent).at(-1)).toEqual({ done: 2, waiting: 0, held: 0, needs_you: 0, failed: 0 })
    const { inputs } = (await asked<{ job: JobDetail }>(`/api/v2/jobs/${job?.id}`)).job
    expect(inputs.map(({ name, slot }) => `${slot} ${name}`).toSorted()).toEqual([
      'mesh plate.msh',
      'settings settings.yaml',
    ])

    const { story, result } = await shown(id)
    expect(result).toEqual({ jobId: job?.id })
    expect(story.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['queued', 'waiting', 'files-ready', 'sending', 'done']),
    )
    const told = await headway('outbox', 'show', id.slice(0, 4))
    expect(told.stdout).toMatch(/\n\d\d:\d\d {2}waits for its files\n/)
    expect(told.stdout).toMatch(/\n\d\d:\d\d {2}done\n$/)
    // What was sent needs its files here no more.
    expect((await listed()).uploads).toMatchObject([{ label: 'meshes', state: 'uploaded' }])
    expect((await headway('outbox', 'remove', id, 'mesh')).code).toBe(0)
    expect(await listed()).toEqual({ entries: [], uploads: [] })
  })

  it('sends one job after another, by --after and by a dependency, though the later one is first in line', async () => {
    const first = await keep('first')
    const second = await keep('second', '--after', first.slice(0, 8))
    const third = await keep('third', '--dependency', `afterany:@${second}`)
    expect((await headway('outbox', 'move', third, '--before', first)).code).toBe(0)
    expect((await listed()).entries.map(({ title }) => title)).toEqual(['third', 'first', 'second'])
    expect((await headway('outbox')).stdout).toContain(`for ${first.slice(0, 4)}`)
    const sent = await headway('--json', 'outbox', 'send')
    expect(sent.code, sent.stderr).toBe(0)
    const done = lines(sent).flatMap((each) => (each['state'] === 'done' ? [each['outbox_id']] : []))
    expect(done).toEqual([first, second, third])
    const [job] = await jobsNamed('first')
    const [dependent] = await jobsNamed('second')
    expect(dependent?.options?.dependencies).toMatchObject([{ type: 'afterok', job: job?.id }])
  })

  it('holds, releases, edits, and gives up', async () => {
    const held = await headway('submit', 'heat-triangle', '--hold', '--name', 'held', '--set', 'refine=0', ...files)
    expect(held.stdout).toMatch(/^Kept in the outbox as .*It is held: `headway outbox release/)
    const later = await keep('later', '--not-before', 'now+2hours')
    const gone = await keep('gone')
    const [entry] = (await listed()).entries
    const id = entry?.id ?? ''
    expect(entry).toMatchObject({ state: 'held', title: 'held' })
    expect((await headway('--json', 'outbox', 'remove', gone, 'zzzz')).code).toBe(5)

    const sent = await headway('--json', 'outbox', 'send')
    expect(sent.code, sent.stderr).toBe(0)
    expect(lines(sent).at(-1)).toMatchObject({ done: 0, waiting: 1, held: 1 })

    const edit = ['--time', '3', '--set', 'refine=1', '--name', 'edited', '--file', `mesh=${heat}plate.msh`]
    expect(await headway('outbox', 'edit', id, ...edit)).toMatchObject({ code: 0, stdout: `${id}: edited, held\n` })
    expect((await headway('outbox', 'edit', id, '--set', 'colour=red')).code).toBe(2)
    expect((await headway('outbox', 'edit', later, '--not-before', 'none', '--network', '203.0.113.0/24')).code).toBe(0)
    const { entries, uploads } = await listed()
    expect(entries).toMatchObject([
      {
        action: {
          submission: { name: 'edited', parameters: { refine: 1 }, resources: { timeMinutes: 3 } },
          uploads: [{ slot: 'settings' }, { slot: 'mesh' }],
        },
      },
      { id: later, when: { network: '203.0.113.0/24' }, wait: 'place' },
    ])
    // The mesh that was replaced, and the files of what was given up, are not uploaded any more.
    expect(uploads).toEqual([])
    expect(line(await headway('--json', 'outbox', 'release', id))).toEqual({ outbox_id: id, state: 'waiting' })
    expect((await headway('--json', 'outbox', 'accept', id)).code).toBe(5)
    expect((await headway('outbox', 'hold', later)).code).toBe(0)
    expect((await headway('outbox', 'send', '--wait')).code).toBe(0)
    expect(await jobsNamed('edited')).toMatchObject([{ resources: { timeMinutes: 3 } }])
    expect((await jobsNamed('gone')).concat(await jobsNamed('later'))).toEqual([])
  })

  it('tells by its exit code and in a sentence what needs the user', async () => {
    const folder = join(home, 'changing')
    mkdirSync(folder)
    copyFileSync(`${heat}plate.msh`, join(folder, 'plate.msh'))
    const own = ['--file', join(folder, 'plate.msh'), '--file', `${heat}settings.yaml`]
    const kept = await headway('--json', 'submit', 'heat-triangle', '--offline', '--name', 'missing', ...own)
    const id = String(line(kept)['outbox_id'])
    rmSync(join(folder, 'plate.msh'))
    const sent = await headway('outbox', 'send')
    expect(sent.code, sent.stdout).toBe(7)
    expect(sent.stdout).toContain('needs you')
    expect((await headway('outbox', 'show', id)).stdout).toMatch(
      /could not be uploaded:\n {2}plate\.msh: .*\n`headway outbox retry/,
    )
    writeFileSync(join(folder, 'plate.msh'), readFileSync(`${heat}plate.msh`))
    expect((await headway('outbox', 'retry', id)).code).toBe(0)
    const again = await headway('outbox', 'send')
    expect(again.code, again.stdout + again.stderr).toBe(0)
    expect(await jobsNamed('missing')).toHaveLength(1)

    const refused = await keep('refused', '--set', 'refine=99')
    expect((await headway('outbox', 'send')).code).toBe(7)
    expect(['failed', 'needs-you']).toContain((await shown(refused)).state)
  })

  it('is held by one process at a time, which is named', async () => {
    const ids = await Promise.all(['a', 'b', 'c'].map((name) => keep(name, '--hold')))
    expect((await listed()).entries.map(({ id }) => id).toSorted()).toEqual(ids.toSorted())
    const waiting = await keep('waits', '--network', '203.0.113.0/24')
    const sender = start(['--json', 'outbox', 'send', '--wait'])
    await said(sender.child, waiting)
    const other = await headway('--json', 'outbox')
    expect(other.code).toBe(8)
    expect(line(other)).toMatchObject({ code: 'IN_USE' })
    expect(String(line(other)['error'])).toMatch(new RegExp(`process ${sender.child.pid}\\..*Ctrl-C`))
    sender.child.kill('SIGINT')
    expect((await sender.ended).code).toBe(130)
  })

  it('makes one job of each entry, however often its sending is killed', async () => {
    const names = ['killed 1', 'killed 2', 'killed 3', 'killed 4']
    const ids: string[] = []
    for (const name of names) ids.push(await keep(name))
    for (const state of ['waiting', 'sending', 'done']) {
      const sender = start(['--json', 'outbox', 'send'])
      await Promise.race([said(sender.child, `"state":"${state}"`), sender.ended])
      sender.child.kill('SIGKILL')
      await sender.ended
    }
    const sent = await headway('outbox', 'send')
    expect(sent.code, sent.stdout + sent.stderr).toBe(0)
    for (const name of names) expect(await jobsNamed(name)).toHaveLength(1)
    expect((await listed()).entries.map(({ state }) => state)).toEqual(names.map(() => 'done'))
  })

  it('says that a submission which was interrupted was not sent, and how it is kept', async () => {
    const big = join(home, 'big.msh')
    writeFileSync(big, '')
    truncateSync(big, 4_000_000_000)
    const own = ['--file', big, '--file', `${heat}settings.yaml`]
    const folder = join(data, 'uploads/users/admin/jobs')
    const labels = (): string[] => (existsSync(folder) ? readdirSync(folder) : [])
    const before = labels().length
    const sender = start(['submit', 'heat-triangle', '--name', 'interrupted', ...own])
    await until('its files to be on their way', () => labels().length > before, 30_000)
    sender.child.kill('SIGINT')
    const { code, stderr } = await sender.ended
    expect({ code, stderr }).toEqual({
      code: 130,
      stderr: expect.stringMatching(/the job was not sent\. With --offline/),
    })
    expect(await jobsNamed('interrupted')).toEqual([])
  })

  it('takes an interruption at any moment', async () => {
    const upload = start(['upload', `${heat}plate.msh`])
    await until('it to begin', () => readdirSync(terminal).some((name) => name.startsWith('run-')), 30_000)
    upload.child.kill('SIGINT')
    expect([0, 130]).toContain((await upload.ended).code)
  })
})
