import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { askSocket, buildAgent, type Home, isRunning, makeHome, ownerToken } from '../helpers/lifecycle.ts'

let built = ''
beforeAll(async () => {
  built = await buildAgent()
})
afterAll(() => rmSync(built, { recursive: true, force: true }))

const homes: Home[] = []
const home = (options: { installed?: boolean } = {}) => {
  const made = makeHome(built, options)
  homes.push(made)
  return made
}
afterEach(async () => {
  for (const made of homes.splice(0)) await made.close()
})

const socketOf = ({ runtime }: Home) => join(runtime, 'headway', 'agent.sock')
const everything = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' })
/** The agents of the built program that run now. */
const agents = () =>
  execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(join(built, 'agent.js')) && line.endsWith('serve'))
const modeOf = (path: string) => statSync(path).mode & 0o777

async function submit(socket: string, token: string, command: string): Promise<string> {
  const body = { name: 'x', command }
  const answer = await askSocket(socket, '/api/jobs/submit', { method: 'POST', token, body })
  return (answer.body as { job_id: string }).job_id
}
const stateOf = async (socket: string, token: string, job: string) =>
  ((await askSocket(socket, `/api/v2/jobs/${job}`, { token })).body as { job: { state: string } }).job.state

describe('headway-agent up', () => {
  it('starts an agent that outlives it, and finds it again', async () => {
    const at = home()
    const secret = { JWT_SECRET_KEY: 'a-secret-that-must-not-travel', SSH_AUTH_SOCK: '/nowhere' }
    const { code, said } = await at.run(['up'], { env: secret })
    expect({ code, said }).toEqual({
      code: 0,
      said: {
        event: 'ready',
        socket: socketOf(at),
        version: expect.any(String),
        protocol: expect.any(Number),
        pid: expect.any(Number),
        started: true,
      },
    })
    const pid = Number(said['pid'])
    expect(modeOf(socketOf(at))).toBe(0o600)
    expect(modeOf(join(at.runtime, 'headway'))).toBe(0o700)
    expect(modeOf(join(at.data, 'logs', 'agent.log'))).toBe(0o600)
    expect(readlinkSync(`/proc/${pid}/cwd`)).toBe('/')
    expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toMatch(/JWT_SECRET_KEY|SSH_AUTH_SOCK/)
    // A session of its own (field 6 of stat): no hang-up reaches it.
    expect(readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[5]).toBe(String(pid))

    expect((await at.run(['up'])).said).toEqual({ ...said, started: false })
    expect((await at.run(['status'])).said).toMatchObject({ running: true, pid, socket: socketOf(at), protocol: 1 })
    expect(readFileSync(join(at.data, 'logs', 'agent.log'), 'utf8')).not.toContain('first-account')
  })

  it('starts exactly one, however many ask at once, and all of them get it', async () => {
    const at = home()
    const all = await Promise.all(Array.from({ length: 5 }, () => at.run(['up'])))
    expect(all.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0])
    expect(new Set(all.map(({ said }) => said['pid'])).size).toBe(1)
    expect(all.filter(({ said }) => said['started'])).toHaveLength(1)
    // Those that came too late were told to end.
    await expect.poll(agents, { timeout: 500 }).toHaveLength(1)
  })

  it('takes the place of one that was killed', async () => {
    const at = home()
    const killed = Number((await at.run(['up'])).said['pid'])
    process.kill(killed, 'SIGKILL')
    await expect.poll(() => isRunning(killed)).toBe(false)
    expect((await at.run(['status'])).said).toEqual({ running: false })
    const { said } = await at.run(['up'])
    expect(said).toMatchObject({ event: 'ready', started: true })
    expect(said['pid']).not.toBe(killed)
  })

  it('replaces the running one when told to; its jobs live on', async () => {
    const at = home()
    const { said } = await at.run(['up'])
    const token = await ownerToken(socketOf(at))
    const job = await submit(socketOf(at), token, 'sleep 300')
    await expect.poll(() => stateOf(socketOf(at), token, job), { timeout: 15_000 }).toBe('running')
    const next = (await at.run(['up', '--replace'])).said
    expect(next).toMatchObject({ event: 'ready', started: true })
    expect(next['pid']).not.toBe(said['pid'])
    expect(await stateOf(socketOf(at), token, job)).toBe('running')
    const change = { ids: [job], change: { action: 'cancel' } }
    await askSocket(socketOf(at), '/api/v2/jobs/change', { method: 'POST', token, body: change })
    await expect.poll(() => stateOf(socketOf(at), token, job), { timeout: 15_000 }).toBe('cancelled')
  })

  it('puts a long log aside', async () => {
    const at = home()
    await at.run(['up'])
    await at.run(['stop'])
    const log = join(at.data, 'logs', 'agent.log')
    truncateSync(log, 11 * 1_048_576)
    await at.run(['up'])
    expect(statSync(log).size).toBeLessThan(10_000)
    expect(statSync(`${log}.1`).size).toBe(11 * 1_048_576)
    // And while it runs.
    appendFileSync(log, Buffer.alloc(12 * 1_048_576))
    await expect.poll(() => statSync(log).size, { timeout: 30_000, interval: 500 }).toBeLessThan(1_000_000)
    expect(statSync(`${log}.1`).size).toBeGreaterThan(12 * 1_048_576)
  })
})

describe('a socket that has vanished', () => {
  it('is made anew; what was open goes on', async () => {
    const at = home()
    await at.run(['up'])
    const token = await ownerToken(socketOf(at))
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const overOpen = () =>
      new Promise<{ status: number | undefined; reused: boolean }>((resolve, reject) => {
        const headers = { authorization: `Bearer ${token}` }
        const asked = request({ socketPath: socketOf(at), path: '/api/v2/jobs', agent, headers }, (answer) => {
          answer.resume().once('end', () => resolve({ status: answer.statusCode, reused: asked.reusedSocket }))
        })
        asked.once('error', reject).end()
      })
    expect(await overOpen()).toEqual({ status: 200, reused: false })
    const keep = setInterval(() => void overOpen().catch(() => undefined), 1000)
    try {
      for (const lost of [socketOf(at), join(at.runtime, 'headway')]) {
        rmSync(lost, { recursive: true })
        await expect.poll(() => existsSync(socketOf(at)), { timeout: 30_000, interval: 200 }).toBe(true)
        await expect.poll(async () => (await at.run(['up'])).said, { timeout: 5000 }).toMatchObject({ started: false })
        expect(await overOpen()).toEqual({ status: 200, reused: true })
        // The new socket stands for the owner as the first one did.
        expect(await ownerToken(socketOf(at))).toBeTypeOf('string')
        expect(modeOf(socketOf(at))).toBe(0o600)
      }
    } finally {
      clearInterval(keep)
      agent.destroy()
    }
    expect((await at.run(['stop'])).said).toMatchObject({ stopped: true })
    expect(existsSync(socketOf(at))).toBe(false)
  })
})

describe('headway-agent stop and uninstall', () => {
  it('stop ends it, and says so where none runs', async () => {
    const at = home()
    expect(await at.run(['stop'])).toMatchObject({ code: 0, said: { stopped: false, reason: 'not-running' } })
    const { pid } = (await at.run(['up'])).said
    expect(await at.run(['stop'])).toMatchObject({ code: 0, said: { stopped: true, pid } })
    expect(isRunning(Number(pid))).toBe(false)
    expect((await at.run(['status'])).said).toEqual({ running: false })
  })

  it('uninstall leaves the data, and with --data nothing', async () => {
    const at = home({ installed: true })
    await at.run(['up'])
    const { code, said } = await at.run(['uninstall'])
    expect(code).toBe(0)
    for (const name of ['versions', 'node', 'bin']) expect(said['removed']).toContain(join(at.base, name))
    expect(readdirSync(at.base)).toEqual(['agent'])
    expect(existsSync(join(at.data, 'headway.db'))).toBe(true)
    expect(everything(at.runtime)).toEqual([])

    const other = home({ installed: true })
    await other.run(['up'])
    const pid = other.pid()
    const whole = await other.run(['uninstall', '--data'])
    expect(whole).toMatchObject({ code: 0, errors: '' })
    expect(whole.said['removed']).toContain(other.data)
    expect(everything(other.folder)).toEqual([])
    expect(everything(other.runtime)).toEqual([])
    expect(isRunning(pid)).toBe(false)
  })

  it('uninstall keeps the data of jobs that run, unless forced', async () => {
    const at = home()
    await at.run(['up'])
    const token = await ownerToken(socketOf(at))
    const job = await submit(socketOf(at), token, 'sleep 5')
    await expect.poll(() => stateOf(socketOf(at), token, job), { timeout: 15_000 }).toBe('running')
    const refused = await at.run(['uninstall', '--data'])
    expect(refused).toMatchObject({ code: 1, said: { removed: [], reason: 'jobs-run', jobs: 1 } })
    expect((await at.run(['status'])).said, 'the agent was left alone').toMatchObject({ running: true, answers: true })
    expect(await at.run(['uninstall', '--data', '--force'])).toMatchObject({ code: 0 })
    expect(existsSync(at.data)).toBe(false)
  })

  it('what is no command is answered with those there are', async () => {
    const at = home()
    for (const args of [['dance'], ['up', '--data'], ['constructor'], ['--help']]) {
      const { code, errors, said } = await at.run(args)
      expect({ code, said }).toEqual({ code: 2, said: {} })
      expect(errors).toContain('headway-agent up')
    }
    expect(everything(at.folder)).toEqual([])
  })
})
