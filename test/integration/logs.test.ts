import { readFileSync, rmSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JobOptions } from '../../contract/resources.ts'
import { admin, secret, spawnAgent, temporaryFolder, type SpawnedAgent } from '../helpers/agent.ts'
import { failureOf, startCore, until, type TestCore, type Watched } from '../helpers/core.ts'
import { startFaultProxy, type FaultProxy } from '../helpers/fault-proxy.ts'
import { logText } from '../helpers/log-text.ts'

const gibibyte = 1024 ** 3

let data: string
let agent: SpawnedAgent
let proxy: FaultProxy
let core: TestCore
let site: string

beforeAll(async () => {
  data = temporaryFolder()
  agent = await spawnAgent({
    HEADWAY_DATA: data,
    HEADWAY_ADMIN_PASSWORD: admin.password,
    HEADWAY_LOG_LEVEL: 'warn',
    HEADWAY_CORES: '8',
    HEADWAY_END_JOBS: '1',
    JWT_SECRET_KEY: secret,
    RATE_LIMIT_ENABLED: '0',
  })
  proxy = await startFaultProxy(agent.url)
  core = await startCore()
  site = (await core.signIn(proxy.url)).id
})
afterAll(async () => {
  await core?.close()
  await proxy?.close()
  await agent?.end()
  rmSync(data, { recursive: true, force: true })
})

async function submit(command: string, options?: JobOptions): Promise<string> {
  const taskId = await core.submit({
    site,
    submission: {
      name: 'log',
      command,
      resources: { nodes: 1, tasks: 1, timeMinutes: 10 },
      ...(options === undefined ? {} : { options }),
    },
    uploads: [],
  })
  return until('the job', () => core.task(taskId)?.result?.jobId)
}
const pathOf = (id: string, name = 'job.log') => join(data, 'uploads/users/admin/runs', id, name)
const textOf = (bytes: string) => Buffer.from(bytes, 'base64').toString()
type Log = Watched<'logs', 'follow'>
/** A window that could not keep up ends with a snapshot. */
const isOver = ({ events, snapshots }: Log) => events.at(-1)?.complete === true || snapshots.at(-1)?.complete === true

describe('the log of a job', () => {
  it('goes on at the byte where the connection was cut, however often', async () => {
    const id = await submit('for i in $(seq 1 60); do echo "line $i 한글"; sleep 0.05; done')
    const log = core.watch('logs', 'follow', { site, id })
    for (let cuts = 1; cuts <= 4; cuts += 1) {
      const before = log.events.length
      await until('more of it', () => log.events.length > before || isOver(log), 20_000)
      proxy.cut()
    }
    await until('its end', () => isOver(log), 40_000)
    expect(log.snapshots).toHaveLength(1)
    expect(logText(log)).toBe(Array.from({ length: 60 }, (_, index) => `line ${index + 1} 한글\n`).join(''))
  }, 60_000)

  it('of an element of an array is its own, and every text file of the folder can be followed', async () => {
    const id = await submit('echo "element $SLURM_ARRAY_TASK_ID"; echo more > "solver-$SLURM_ARRAY_TASK_ID.msg"', {
      array: '3-4',
    })
    const element = core.watch('logs', 'follow', { site, id: `${id}_4` })
    await until('its end', () => isOver(element), 20_000)
    expect(logText(element)).toBe('element 4\n')
    const { files } = await core.rpc.call('logs', 'files', { site, id })
    expect(files.slice(0, 2).map(({ path }) => path)).toEqual(['job-3.log', 'job-4.log'])
    expect(files.map(({ path }) => path).toSorted()).toEqual(['job-3.log', 'job-4.log', 'solver-3.msg', 'solver-4.msg'])
    const other = core.watch('logs', 'follow', { site, id, file: 'solver-3.msg' })
    await until('the other file', () => isOver(other), 20_000)
    expect(logText(other)).toBe('more\n')
  }, 60_000)

  it('may be a file that appears late, and one that is started over', async () => {
    const id = await submit(
      'sleep 1.5; echo one > out.txt; sleep 2; echo anew > out.txt; sleep 2; echo more >> out.txt',
    )
    const log = core.watch('logs', 'follow', { site, id, file: 'out.txt' })
    await until('its end', () => isOver(log), 40_000)
    const last = log.snapshots.at(-1)
    expect(log.snapshots).toHaveLength(2)
    expect(textOf(last?.bytes ?? '')).toMatch(/^anew\n/)
    const came = log.events.map(({ bytes }) => textOf(bytes)).join('')
    expect(`${textOf(last?.bytes ?? '')}${came.replace('one\n', '')}`).toBe('anew\nmore\n')
    const never = core.watch('logs', 'follow', { site, id, file: 'never.txt' })
    await until('the refusal', () => never.errors[0], 20_000)
    expect(never.errors[0]).toMatchObject({ code: 'NOT_FOUND', data: { what: 'file', id: 'never.txt' } })
  }, 60_000)

  it('is read at any place of 10 GB and searched from both ends, with little memory', async () => {
    const id = await submit(
      `printf 'first line\\nthe needle\\n' > big.txt; truncate -s ${10 * gibibyte} big.txt; printf '\\nlast needle\\nlast line\\n' >> big.txt; echo done`,
    )
    const done = core.watch('logs', 'follow', { site, id })
    await until('the end of the job', () => isOver(done), 20_000)
    const before = memoryOf(agent)
    const log = core.watch('logs', 'follow', { site, id, file: 'big.txt' })
    const { bytes, end: size } = await until('its end', () => log.snapshots[0], 20_000)
    expect(textOf(bytes)).toMatch(/last needle\nlast line\n$/)
    expect(size).toBe(10 * gibibyte + 23)

    const at = (offset: number, length: number) =>
      core.rpc.call('logs', 'read', { site, id, file: 'big.txt', offset, length })
    expect(textOf((await at(0, 10)).bytes)).toBe('first line')
    expect(textOf((await at(size - 10, 256 * 1024)).bytes)).toBe('last line\n')
    const middle = await at(5 * gibibyte, 256 * 1024)
    expect(middle).toMatchObject({ start: 5 * gibibyte, size })
    expect(Buffer.from(middle.bytes, 'base64')).toHaveLength(256 * 1024)

    const query = { text: 'NEEDLE', regex: false, caseSensitive: false, encoding: 'utf-8' as const }
    const search = (from: number, direction: 'forward' | 'backward', more: object = {}) =>
      core.rpc.call('logs', 'search', {
        site,
        id,
        file: 'big.txt',
        query: { ...query, ...more },
        from,
        direction,
        limit: 10,
      })
    const backward = await search(size, 'backward')
    expect(backward.matches).toEqual([{ at: size - 17, text: 'last needle' }])
    expect(backward).toMatchObject({ done: false, size })
    expect(backward.next).toBeGreaterThan(9 * gibibyte)
    const forward = await search(0, 'forward', { text: '^the n..dle$', regex: true })
    expect(forward.matches).toEqual([{ at: 11, text: 'the needle' }])
    expect(await failureOf(search(0, 'forward', { text: '(', regex: true }))).toMatchObject({
      code: 'PARAMETER_INVALID',
    })
    expect(memoryOf(agent) - before).toBeLessThan(150 * 1024 * 1024)
  }, 60_000)

  it('costs an agent nothing where a reader is slow, and one look for many readers', async () => {
    const id = await submit('seq 1 30000000; echo end')
    await until('much of it', () => (statSync(pathOf(id), { throwIfNoEntry: false })?.size ?? 0) > 100e6, 60_000)
    const token = await signIn()
    const before = memoryOf(agent)
    const open = Array.from({ length: 30 }, () => {
      const asking = request(`${agent.url}/api/v2/jobs/${id}/log?offset=0&follow=1`, {
        headers: { authorization: `Bearer ${token}` },
      })
      const answered = new Promise<void>((resolve) => void asking.once('response', () => resolve()))
      asking.on('error', () => undefined).end()
      return { asking, answered }
    })
    // Nobody reads: what the connections hold is all that has been read.
    await Promise.all(open.map(({ answered }) => answered))
    const metrics = await (await fetch(`${agent.url}/metrics`)).text()
    expect(/^log_files_watched (\d+)$/m.exec(metrics)?.[1]).toBe('1')
    const pouring = core.watch('logs', 'follow', { site, id })
    await until('the end', () => isOver(pouring), 60_000)
    expect(memoryOf(agent) - before).toBeLessThan(150 * 1024 * 1024)
    for (const { asking } of open) asking.destroy()
    // What came last is what the file ends with, whatever was skipped on the way.
    const last = textOf(pouring.snapshots.at(-1)?.bytes ?? '')
    const added = pouring.events.map(({ bytes }) => textOf(bytes)).join('')
    expect([last, last + added].some((text) => text.endsWith('30000000\nend\n'))).toBe(true)
  }, 180_000)
})

async function signIn(): Promise<string> {
  const answer = await fetch(`${agent.url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(admin),
  })
  return ((await answer.json()) as { access_token: string }).access_token
}

/** Bytes of memory that the agent holds now. */
function memoryOf({ process: { pid } }: SpawnedAgent): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024
}
