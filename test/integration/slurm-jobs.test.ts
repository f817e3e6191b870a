import { chmodSync, chownSync, rmSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Runner } from '../../agent/src/runner/index.ts'
import { portalToken, secret, spawnAgent, startAgent, temporaryFolder } from '../helpers/agent.ts'
import { type Cluster, hasCluster, sharedCluster } from '../helpers/cluster.ts'
import { becoming } from '../helpers/site.ts'
import { type SlurmBench, slurmBench } from '../helpers/slurm.ts'

const patience = { timeout: 40_000, interval: 100 }
const program = fileURLToPath(new URL('../../agent/src/server.ts', import.meta.url))
/** Allocates 600 MB within a second or so. */
const greedy = `python3 -c 'import time; a = bytearray(600_000_000); a[::4096] = b"x" * len(a[::4096]); time.sleep(20)'`

describe.runIf(hasCluster)('jobs on a real Slurm', () => {
  let cluster: Cluster
  let bench: SlurmBench
  const data = temporaryFolder()
  beforeAll(async () => {
    cluster = await sharedCluster()
    bench = await slurmBench(cluster.conf, { data })
  })
  afterAll(async () => {
    await bench?.close()
    await cluster?.close()
    rmSync(data, { recursive: true, force: true })
  })
  const jobOf = async (id: string) => (await bench.scheduler.jobs([id]))[0]

  test('killed for its memory, and named so', async () => {
    const resources = { nodes: 1, tasks: 1, timeMinutes: 5, memoryMb: 100 }
    const id = await bench.scheduler.submit(await bench.spec('greedy', greedy, { resources }))
    await expect.poll(async () => (await jobOf(id))?.state, patience).toBe('out_of_memory')
    expect((await jobOf(id))?.reason).toMatch(/^It used \d+ MiB of memory and had asked for 100 MiB$/)
    // Nobody was told first that it had failed.
    expect(bench.told.get(id)?.map(({ state }) => state)).not.toContain('failed')
  })

  test('an element that is cancelled before it began, and one that its user holds and releases', async () => {
    const spec = await bench.spec('withdrawn', 'while [ ! -e go ]; do sleep 0.1; done', { options: { array: '0-2%1' } })
    const id = await bench.scheduler.submit(spec)
    const states = async () => (await jobOf(id))?.elements?.map(({ state }) => state)
    await expect.poll(states, patience).toEqual(['running', 'pending', 'pending'])
    await bench.scheduler.change('jin', id, { action: 'cancel' }, [2])
    await expect.poll(states, patience).toEqual(['running', 'pending', 'cancelled'])
    // Also where the agent is root, whose own holds only an admin may release.
    await bench.scheduler.change('jin', id, { action: 'hold' })
    await expect.poll(async () => (await jobOf(id))?.elements?.[1]?.reason, patience).toBe('JobHeldUser')
    await bench.scheduler.change('jin', id, { action: 'release' })
    await writeFile(`${spec.folder}/go`, '')
    await expect.poll(states, patience).toEqual(['completed', 'completed', 'cancelled'])
    expect((await jobOf(id))?.state).toBe('cancelled')
  })

  test('a sentence of the script says more than its exit code', async () => {
    const script = 'echo "the mesh has no volume" > "$HEADWAY_REASON"; exit 2'
    const id = await bench.scheduler.submit(await bench.spec('sentence', script))
    await expect.poll(async () => (await jobOf(id))?.state, patience).toBe('failed')
    expect(await jobOf(id)).toMatchObject({ reason: 'the mesh has no volume', exitCode: 2 })
  })

  test('numbers of a job while it runs and after it', async () => {
    const script = 'timeout 4 python3 -c "a = bytearray(50_000_000)\nwhile True: pass"; exit 0'
    const id = await bench.scheduler.submit(await bench.spec('numbers', script))
    await expect.poll(async () => (await bench.scheduler.usage(id))?.memoryBytes, patience).toBeGreaterThan(30_000_000)
    await expect.poll(async () => (await jobOf(id))?.state, patience).toBe('completed')
    const usage = await bench.scheduler.usage(id)
    expect(usage?.elapsedSeconds).toBeGreaterThanOrEqual(3)
    expect(usage?.cpuSeconds).toBeGreaterThan(0.1)
    expect(usage?.memoryBytes).toBeGreaterThan(30_000_000)
    expect(usage?.memoryLimitBytes).toBe(256 * 1024 ** 2)
  })

  test('when it would start, where not, and what there is', async () => {
    const { number: _number, key: _key, ...spec } = await bench.spec('estimate', 'true')
    const estimate = await bench.scheduler.estimate(spec)
    expect(estimate.startsAt).toBeInstanceOf(Date)
    expect(estimate.nodes).toMatch(/^[cv]/)
    const large = { ...spec, resources: { ...spec.resources, nodes: 9, tasks: 9 } }
    expect((await bench.scheduler.estimate(large)).problem).toMatch(/node/i)
    expect(await bench.scheduler.licenses()).toEqual([
      expect.objectContaining({ name: 'abaqus', total: 5 }),
      expect.objectContaining({ name: 'ansys', total: 2 }),
    ])
    expect((await bench.scheduler.partitions()).map(({ name, up }) => [name, up])).toEqual([
      ['compute', true],
      ['viz', true],
    ])
  })

  test('an environment of its own: values of any kind, nothing of the agent', async () => {
    process.env['HEADWAY_SECRET_OF_THE_AGENT'] = 'x'
    const environment = { ODD: 'a,b "c"\n$d', LD_LIBRARY_PATH: '/nowhere' }
    const spec = await bench.spec('environment', 'env -0 > env.txt; printf %s "$ODD" > odd.txt', {
      options: { environment },
    })
    const id = await bench.scheduler.submit(spec)
    await expect.poll(async () => (await jobOf(id))?.state, patience).toBe('completed')
    const read = async (name: string) => readFile(`${spec.folder}/${name}`, 'utf8')
    expect(await read('odd.txt')).toBe(environment.ODD)
    const names = (await read('env.txt')).split('\0').map((pair) => pair.split('=')[0] ?? '')
    expect(names).toEqual(expect.arrayContaining(['PATH', 'HOME', 'HEADWAY_USER', 'SLURM_JOB_ID', 'LD_LIBRARY_PATH']))
    const allowed =
      /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_ALL|TMPDIR|TZ|PWD|SHLVL|_|ODD|LD_LIBRARY_PATH|HOSTNAME|ENVIRONMENT|OMP_NUM_THREADS|(HEADWAY_(JOB_NAME|USER|TASKS|REASON))|SLURM.*)$/
    expect(names.filter((name) => name !== '' && !allowed.test(name))).toEqual([])
  })

  test("5,000 elements cost one line while they wait, and their lines do not hold up the agent's other work", async () => {
    const spec = await bench.spec('many', 'true', { options: { array: '0-4999%1', begin: '2030-01-01T00:00:00Z' } })
    const id = await bench.scheduler.submit(spec)
    await expect.poll(async () => (await jobOf(id))?.elements?.length, patience).toBe(5000)
    let rows = 0
    // The same queue with a line for each element, as when all of them run; each look differs from the one before.
    let look = 0
    const wrap = (runner: Runner): Runner => ({
      mode: runner.mode,
      homeOf: (user) => runner.homeOf(user),
      has: (command) => runner.has(command),
      runAs: (...given) => runner.runAs(...given),
      async run(command, args, options) {
        const more = command === 'squeue' ? ['--array'] : []
        const finished = await runner.run(command, [...args, ...more], options)
        if (command !== 'squeue') return finished
        look += 1
        const lines = finished.stdout.replaceAll(
          '\u001FBeginTime\u001F',
          `\u001F${look % 2 === 0 ? 'Priority' : 'Resources'}\u001F`,
        )
        rows = lines.split('\n').length
        return { ...finished, stdout: lines }
      },
    })
    await bench.close()
    const wide = await slurmBench(cluster.conf, { data, wrap })
    try {
      await expect.poll(async () => (await wide.scheduler.jobs([id]))[0]?.elements?.length, patience).toBe(5000)
      // On a machine that is busy with other things anybody waits now and then: what counts is that some looks hold up nothing.
      const longest: number[] = []
      for (let n = 0; n < 8 && Math.min(...longest) >= 50; n += 1) {
        const delay = monitorEventLoopDelay({ resolution: 1 })
        const before = look
        delay.enable()
        await expect.poll(() => look, patience).toBeGreaterThan(before + 1)
        delay.disable()
        longest.push(delay.max / 1e6)
      }
      expect(rows).toBeGreaterThan(5000)
      expect(Math.min(...longest)).toBeLessThan(50)
      await wide.scheduler.change('jin', id, { action: 'cancel' })
      await expect.poll(async () => (await wide.scheduler.jobs([id]))[0]?.state, patience).toBe('cancelled')
    } finally {
      await cluster.run('scancel', ['--name=job many'])
      await wide.close()
      bench = await slurmBench(cluster.conf, { data })
    }
  })

  test('fifty look on, the queue is asked once per interval', { timeout: 60_000 }, async () => {
    const agent = await startAgent({ environment: { HEADWAY_SCHEDULER: 'slurm', RATE_LIMIT_ENABLED: '0' } })
    const sockets: WebSocket[] = []
    try {
      const token = await agent.token('jin')
      expect(await (await agent.fetch('/health')).json()).toMatchObject({ scheduler: 'slurm' })
      const answer = await agent.fetch('/api/jobs/submit', { token, body: { name: 'watched', command: 'sleep 60' } })
      const { job_id: id } = (await answer.json()) as { job_id: string }
      let heard = 0
      for (let n = 0; n < 50; n += 1) {
        const socket = new WebSocket(`${agent.url.replace('http', 'ws')}/ws?token=${token}`)
        sockets.push(socket)
        socket.on('message', (bytes: Buffer) => {
          if (bytes.toString().includes('job_update')) heard += 1
        })
        await new Promise((resolve) => socket.once('open', resolve))
        socket.send(JSON.stringify({ type: 'subscribe', channel: 'jobs', topic: 'jobs' }))
      }
      const asked = async () => {
        const metrics = await (await agent.fetch('/metrics', { token })).text()
        return Number(/slurm_commands_total\{command="squeue"\} (\d+)/.exec(metrics)?.[1])
      }
      const before = await asked()
      const began = performance.now()
      while (performance.now() - began < 6000) {
        const looks = sockets.map(() => agent.fetch(`/api/v2/jobs/${id}`, { token }))
        expect((await Promise.all(looks)).every(({ status }) => status === 200)).toBe(true)
        await Promise.all(['/api/v2/scheduler', '/api/nodes/status'].map((path) => agent.fetch(path, { token })))
      }
      const seconds = (performance.now() - began) / 1000
      expect((await asked()) - before).toBeLessThanOrEqual(Math.ceil(seconds / 2) + 1)
      // One look serves them all: each hears what it has seen.
      heard = 0
      await agent.fetch(`/api/v2/jobs/${id}/cancel`, { token, body: {} })
      await expect.poll(() => heard, patience).toBeGreaterThanOrEqual(50)
    } finally {
      for (const socket of sockets) socket.terminate()
      await agent.close()
    }
  })

  test('the agent of an ordinary user: their limits, what they may not change', { timeout: 60_000 }, async () => {
    const folder = temporaryFolder()
    const [uid, gid] = (await cluster.run('id', ['-u', 'bob']))
      .trim()
      .concat(' ', await cluster.run('id', ['-g', 'bob']))
      .split(' ')
      .map(Number)
    chownSync(folder, uid ?? -1, gid ?? -1)
    chmodSync(folder, 0o700)
    const agent = await spawnAgent(
      {
        HOME: folder,
        SLURM_CONF: cluster.conf,
        HEADWAY_DATA: folder,
        HEADWAY_SCHEDULER: 'auto',
        HEADWAY_LOG_LEVEL: 'silent',
        RATE_LIMIT_ENABLED: '0',
        JWT_SECRET_KEY: secret,
        // A cache of another user's.
        NODE_COMPILE_CACHE: '',
      },
      [...becoming('bob'), process.execPath, program],
    )
    const { url } = agent
    try {
      const authorization = `Bearer ${await portalToken({ sub: 'bob' })}`
      const ask = async (path: string, body: unknown) => {
        const headers = { authorization, 'content-type': 'application/json' }
        const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
        return {
          status: answer.status,
          body: (await answer.json()) as { job_id?: string; error?: string; code?: string },
        }
      }
      expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ scheduler: 'slurm' })
      const job = { name: 'of bob', command: 'sleep 300', time: 10 }
      const wrong = await ask('/api/jobs/submit', { ...job, options: { account: 'nope' } })
      expect(wrong).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } })
      expect(wrong.body.error).toMatch(/Choose one of your accounts/)
      const ids: string[] = []
      for (let n = 0; n < 3; n += 1) {
        const { status, body } = await ask('/api/jobs/submit', job)
        expect(status).toBe(201)
        ids.push(body.job_id ?? '')
      }
      const fourth = await ask('/api/jobs/submit', job)
      expect(fourth).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } })
      expect(fourth.body.error).toMatch(/wait until some have ended/)
      await expect
        .poll(async () => (await cluster.run('squeue', ['-h', '-o', '%T', '-j', ids[0] ?? ''])).trim(), patience)
        .toBe('RUNNING')
      const change = (id: string | undefined, what: object) => ask(`/api/v2/jobs/${id}/change`, what)
      const longer = await change(ids[0], { action: 'time-limit', minutes: 600 })
      expect(longer).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } })
      expect(longer.body.error).toMatch(/only shorten/)
      expect((await change(ids[0], { action: 'time-limit', minutes: 5 })).status).toBe(200)
      expect(await change(ids[2], { action: 'nice', value: -100 })).toMatchObject({ status: 403 })
      expect((await cluster.run('squeue', ['-h', '-o', '%l', '-j', ids[0] ?? ''])).trim()).toBe('5:00')
      for (const id of ids) expect((await change(id, { action: 'cancel' })).status).toBe(200)
    } finally {
      await cluster.run('scancel', ['--user=bob'])
      await agent.end()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
