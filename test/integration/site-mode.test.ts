import { execFileSync } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Job, jobHasEnded } from '../../contract/jobs.ts'
import type { AgentUpload } from '../../contract/agent/uploads.ts'
import { portalToken, secret, spawnAgent, type SpawnedAgent } from '../helpers/agent.ts'
import { type Cluster, hasCluster, sharedCluster } from '../helpers/cluster.ts'
import { becoming, canBeSite, setUpSite, type Site } from '../helpers/site.ts'
import { cut, treeDigest, uploadClient } from '../helpers/upload-client.ts'

const MIB = 1 << 20

const uidOf = (user: string) => Number(execFileSync('id', ['-u', user], { encoding: 'utf8' }))

const bearer = async (user: string) => ({
  authorization: `Bearer ${await portalToken({ sub: user, permissions: ['dashboard'] }, secret)}`,
})

describe.skipIf(!canBeSite || !hasCluster)('one agent for many users, with an account of its own', () => {
  let cluster: Cluster
  let site: Site
  let agent: SpawnedAgent
  let environment: Record<string, string>

  const command = () => [...becoming(site.agent), join(site.folder, 'node'), join(site.folder, 'agent.js')]
  const home = (user: string) => join(site.homeOf(user), '.headway')
  const client = async (user: string) =>
    uploadClient(agent.url, await portalToken({ sub: user, permissions: ['dashboard'] }, secret))

  const start = (changes: Record<string, string>, as = command()) =>
    spawnAgent({ ...environment, HEADWAY_DATA: join(site.folder, 'data', randomUUID()), ...changes }, as)

  beforeAll(async () => {
    cluster = await sharedCluster()
    site = await setUpSite({ users: ['alice', 'bob'], slurmConf: cluster.conf })
    const data = join(site.folder, 'data')
    await mkdir(data, { mode: 0o700 })
    execFileSync('chown', [`${site.agent}:`, data])
    environment = {
      HOME: data,
      HEADWAY_DATA: data,
      HEADWAY_RUN_AS: 'sudo',
      HEADWAY_HELPER: join(site.folder, 'headway-helper'),
      HEADWAY_SCHEDULER: 'slurm',
      HEADWAY_ENV: 'production',
      ALLOWED_ORIGINS: 'https://portal.example.com',
      HEADWAY_LOG_LEVEL: 'info',
      HEADWAY_ADMIN_PASSWORD: 'first-account-of-the-tests',
      JWT_SECRET_KEY: secret,
      RATE_LIMIT_ENABLED: '0',
      SLURM_CONF: cluster.conf,
      NODE_COMPILE_CACHE: '',
    }
    agent = await spawnAgent(environment, command())
  }, 180_000)
  afterAll(async () => {
    await agent?.end()
    await site?.close()
    await cluster?.close()
  }, 60_000)

  /** What `account` may not do, as the system says it. */
  const refused = (account: string, ...args: [string, ...string[]]) =>
    expect(site.as(account, args[0], args.slice(1))).rejects.toThrow('Permission denied')

  async function ended(user: string, id: string): Promise<Job> {
    const { call } = await client(user)
    const ask = async () => (await call<{ job: Job }>('GET', `/api/v2/jobs/${id}`)).body.job
    await expect.poll(async () => jobHasEnded((await ask()).state), { timeout: 50_000, interval: 100 }).toBe(true)
    return ask()
  }

  test('an upload becomes the user’s own file, which the agent’s account and other users cannot read', async () => {
    const alice = await client('alice')
    const data = randomBytes(3 * MIB + 17)
    const { status, body } = await alice.upload(data, { name: 'mesh.msh', chunk_size: MIB })
    expect([status, body.status]).toEqual([200, 'uploaded'])
    const path = String(body.file_path)
    expect(path).toBe(join(home('alice'), 'jobs/unassigned/mesh/mesh.msh'))
    const there = await stat(path)
    expect([there.uid, there.mode & 0o777, there.size]).toEqual([uidOf('alice'), 0o600, data.length])
    expect((await readFile(path)).equals(data)).toBe(true)
    for (const account of [site.agent, 'bob']) {
      await refused(account, 'cat', path)
      await refused(account, 'ls', home('alice'))
      await refused(account, 'touch', join(home('alice'), 'x'))
    }
    const bob = await client('bob')
    expect((await bob.get(body.upload_id)).status).toBe(403)
    expect((await bob.put(body.upload_id, 0, data.subarray(0, MIB))).status).toBe(403)
  })

  test('a job runs as its user, reads their file, and its log and results come back', async () => {
    const alice = await client('alice')
    const { body: mesh } = await alice.upload(Buffer.from('42\n'), { name: 'input.dat' })
    const submitted = await alice.json<{ job: Job }>('POST', '/api/jobs/submit', {
      name: 'whoami',
      partition: 'compute',
      time: '00:05:00',
      command: '#!/bin/bash\nid -un\nid -un > who.txt\ncat input.dat > copy.dat\nenv | grep -c JWT_SECRET || true\n',
      files: [{ uploadId: mesh.upload_id }],
    })
    expect([submitted.status, submitted.body.error]).toEqual([201, undefined])
    const { id } = submitted.body.job
    const job = await ended('alice', id)
    expect([job.state, job.exitCode]).toEqual(['completed', 0])
    const log = await fetch(`${agent.url}/api/v2/jobs/${id}/log`, { headers: await bearer('alice') })
    expect(await log.text()).toBe('alice\n0\n')
    const read = async (user: string, name: string) =>
      fetch(`${agent.url}/api/v2/jobs/${id}/files/${name}`, { headers: await bearer(user) })
    expect(await (await read('alice', 'who.txt')).text()).toBe('alice\n')
    expect(await (await read('alice', 'copy.dat')).text()).toBe('42\n')
    expect((await read('bob', 'who.txt')).status).toBeGreaterThanOrEqual(403)
    const found = execFileSync('find', [home('alice'), '-name', 'who.txt'], { encoding: 'utf8' }).trim()
    expect((await stat(found)).uid).toBe(uidOf('alice'))
    await refused(site.agent, 'cat', found)
    const bob = await client('bob')
    expect((await bob.json('POST', `/api/v2/jobs/${id}/cancel`, {})).status).toBeGreaterThanOrEqual(403)
  })

  test('a user’s job is cancelled as that user', async () => {
    const bob = await client('bob')
    const { body } = await bob.json<{ job: Job }>('POST', '/api/jobs/submit', {
      name: 'long',
      partition: 'compute',
      time: '00:05:00',
      command: '#!/bin/bash\nexec sleep 300\n',
    })
    const { id } = body.job
    const state = async () => (await bob.call<{ job: Job }>('GET', `/api/v2/jobs/${id}`)).body.job.state
    await expect.poll(state, { timeout: 30_000, interval: 100 }).toBe('running')
    expect(await cluster.run('squeue', ['--noheader', '--user=bob', '--format=%j'])).toContain('long')
    expect((await bob.json('POST', `/api/v2/jobs/${id}/cancel`, {})).status).toBeLessThan(300)
    expect((await ended('bob', id)).state).toBe('cancelled')
  })

  test.each([
    ['an account outside of the group', () => site.stranger, /group of Headway's users/],
    ['a user without an account on the cluster', () => 'nobody-of-that-name', /no account/],
    ['root', () => 'root', /accounts of the system/],
    ['the agent’s own account', () => site.agent, /accounts of the system/],
  ])('%s is refused with a sentence', async (_what, user, sentence) => {
    const someone = await client(user())
    const upload = await someone.open({ size: 10 })
    expect([upload.status, upload.body.code]).toEqual([403, 'ACCOUNT_REFUSED'])
    expect(upload.body.error).toMatch(sentence)
    const job = await someone.json('POST', '/api/jobs/submit', {
      name: 'never-accepted',
      partition: 'compute',
      time: '1',
      command: '#!/bin/sh\n:',
    })
    expect(job.status).toBeGreaterThanOrEqual(400)
    expect(await cluster.run('squeue', ['--noheader', '--states=all', '--format=%j'])).not.toContain('never-accepted')
  })

  test('a helper killed in the middle of an upload: it goes on, and what is stored is what was sent', async () => {
    const alice = await client('alice')
    const data = randomBytes(24 * MIB)
    const { body } = await alice.open({ size: data.length, chunk_size: MIB, name: 'killed.msh' })
    const id = body.upload_id
    let killed = 0
    const chunks = cut(data, MIB)
    await Promise.all([
      ...chunks.map(async (chunk, index) => {
        // One that failed is sent again, as the app does.
        for (let status = 0; status !== 200;) ({ status } = await alice.put(id, index, chunk))
      }),
      (async () => {
        while (killed < 3) {
          for (const pid of await helpersOf('alice')) {
            process.kill(pid, 'SIGKILL')
            killed++
          }
          await new Promise((resolve) => setTimeout(resolve, 30))
        }
      })(),
    ])
    let done = await alice.complete(id, treeDigest(data, MIB))
    while (done.body.status === 'verifying') done = await alice.get(id)
    expect([done.body.status, done.body.error]).toEqual(['uploaded', undefined])
    expect((await readFile(String(done.body.file_path))).equals(data)).toBe(true)
    expect((await readdir(join(home('alice'), 'jobs/unassigned/mesh'))).filter((n) => n.endsWith('.part'))).toEqual([])
  })

  test('an upload goes on after the agent was killed', async () => {
    const data = randomBytes(4 * MIB)
    const { body } = await (await client('bob')).open({ size: data.length, chunk_size: MIB, name: 'on.msh' })
    const chunks = cut(data, MIB)
    const send = async (from: number, to: number) => {
      const bob = await client('bob')
      for (const [index, chunk] of chunks.entries()) {
        if (index >= from && index < to) expect((await bob.put(body.upload_id, index, chunk)).status).toBe(200)
      }
    }
    await send(0, 2)
    await agent.end('SIGKILL')
    for (const user of site.users) {
      await expect.poll(() => helpersOf(user), { timeout: 15_000 }).toEqual([])
    }
    agent = await spawnAgent(environment, command())
    await send(2, 4)
    const bob = await client('bob')
    let done = (await bob.complete(body.upload_id, treeDigest(data, MIB))).body as AgentUpload
    while (done.status === 'verifying') done = (await bob.get(body.upload_id)).body
    expect(done.status).toBe('uploaded')
    expect((await readFile(String(done.file_path))).equals(data)).toBe(true)
  })

  /** Helper processes of a user; others of theirs are jobs. */
  async function helpersOf(user: string): Promise<number[]> {
    const pids = await site.processesOf(user)
    const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
    return pids.filter((_, index) => lines[index]?.includes(site.folder))
  }

  describe('settings that would be unsafe stop the agent', () => {
    test('run as root', async () => {
      await expect(start({}, command().slice(becoming(site.agent).length))).rejects.toThrow(/HEADWAY_RUN_AS.*as root/)
    })

    test('the embedded scheduler', async () => {
      await expect(start({ HEADWAY_SCHEDULER: 'local' })).rejects.toThrow(/HEADWAY_RUN_AS.*embedded scheduler/)
    })

    test('open registration', async () => {
      await expect(start({ HEADWAY_REGISTRATION: '1' })).rejects.toThrow(/HEADWAY_REGISTRATION.*site mode/)
    })

    test('a helper that is not there, or that others could change', async () => {
      await expect(start({ HEADWAY_HELPER: '/usr/lib/none' })).rejects.toThrow(/HEADWAY_HELPER.*not there/)
      const loose = join(site.folder, 'loose')
      execFileSync('cp', [join(site.folder, 'headway-helper'), loose])
      await chmod(loose, 0o777)
      await expect(start({ HEADWAY_HELPER: loose })).rejects.toThrow(/HEADWAY_HELPER.*writable by nobody else/)
    })

    test('several users without site mode', async () => {
      const one = await start({ HEADWAY_RUN_AS: 'self' })
      const headers = await bearer('alice')
      const answer = await fetch(`${one.url}/api/v2/jobs`, { headers })
      await one.end()
      expect(answer.status).toBe(403)
    })
  })
})
