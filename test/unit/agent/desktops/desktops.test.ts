import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { ConnectAnswer } from '../../../../contract/agent/desktops.ts'
import type { Desktop } from '../../../../contract/desktops.ts'
import { obfuscated } from '../../../../agent/src/desktops/vnc-password.ts'
import { until } from '../jobs/workbench.ts'
import { type Desk, desk, file } from './desk.ts'

// A job, and an agent with it, takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let at: Desk
let socket: string
beforeAll(async () => {
  at = await desk({ environment: { HEADWAY_DESKTOPS_PER_USER: '100' } })
  socket = await at.listen(() => {})
})
afterAll(() => at.close())

const code = (answer: { json(): { code: string } }) => answer.json().code
const stop = (id: string, user = 'kim') => at.bench.send('POST', `/api/v2/desktops/${id}/stop`, undefined, user)

const connect = (given: string, user = 'lee') => at.bench.send('POST', '/api/v2/desktops/shared', { code: given }, user)

describe('a new desktop', () => {
  it('is a job of its template, with the screen that was asked for', async () => {
    const resources = { tasks: 2, timeMinutes: 45 }
    const screen = { geometry: { width: 1234, height: 777 }, dpi: 144 }
    const answer = await at.create({ name: "it's 내 것", ...screen, resources })
    expect(answer.status, answer.body).toBe(201)
    const { desktop } = answer.json<{ desktop: Desktop }>()
    expect(desktop).toMatchObject({
      name: "it's 내 것",
      user: 'kim',
      templateId: 'desk',
      templateName: { en: 'Test desktop' },
      ...screen,
      resources: { nodes: 1, ...resources },
      timeMinutes: 45,
      viewers: 0,
      clipboard: true,
    })
    await at.when(desktop.id, 'starting', ({ state }) => state === 'starting')
    const job = await at.bench.job(desktop.id)
    expect(job).toMatchObject({ name: "it's 내 것", templateId: 'desk', state: 'running' })
    const { script } = (await at.bench.get(`/api/v2/jobs/${desktop.id}`)).json<{ job: { script: string } }>().job
    expect(script).toContain(
      "export HEADWAY_GEOMETRY='1234x777'\nexport HEADWAY_DPI='144'\nexport HEADWAY_WAY='near'\n",
    )
    expect(script).toContain(`export HEADWAY_TITLE='it'\\''s 내 것'\n`)
    expect((await stop(desktop.id)).status).toBe(200)
    expect(await at.when(desktop.id, 'over', ({ end }) => end !== undefined)).toMatchObject({
      state: 'ended',
      end: { kind: 'stopped' },
    })
    expect(code(await stop(desktop.id))).toBe('WRONG_STATE')
  })

  it('takes the template’s screen where none is asked for, also by the ordinary way to submit jobs', async () => {
    const answer = await at.bench.send('POST', '/api/jobs/submit', { name: 'by hand', template_id: 'desk' })
    expect(answer.status, answer.body).toBe(201)
    const { job_id: id } = answer.json<{ job_id: string }>()
    const desktop = await at.when(id, 'there', ({ state }) => state === 'starting')
    expect(desktop).toMatchObject({ name: 'by hand', geometry: { width: 800, height: 600 } })
    expect(desktop.dpi).toBeUndefined()
    await stop(id)
  })

  it('is the same for the same key', async () => {
    const key = { idempotency_key: 'desk-once' }
    const [one, two] = await Promise.all([at.create(key), at.create(key)])
    expect(new Set([one.status, two.status])).toEqual(new Set([200, 201]))
    const ids = [one, two].map((answer) => answer.json<{ desktop: Desktop }>().desktop.id)
    expect(ids[0]).toBe(ids[1])
    const late = await at.create(key)
    expect([late.status, late.json<{ desktop: Desktop }>().desktop.id]).toEqual([200, ids[0]])
    await stop(ids[0] ?? '')
    await at.bench.send('POST', '/api/jobs/submit', { name: 'x', command: 'true', idempotency_key: 'a-job' })
    const taken = await at.create({ idempotency_key: 'a-job' })
    expect([taken.status, code(taken)]).toEqual([409, 'CONFLICT'])
  })

  it.each([
    ['a template of a job', { template_id: 'plain' }, 400, 'VALIDATION_FAILED'],
    ['no template', { template_id: 'nothing' }, 404, 'NOT_FOUND'],
    ['a screen too small', { geometry: { width: 100, height: 100 } }, 400, 'VALIDATION_FAILED'],
    ['a name with a line break', { name: 'a\nb' }, 400, 'VALIDATION_FAILED'],
    ['another user’s name', { user: 'lee' }, 400, 'VALIDATION_FAILED'],
    ['more nodes than there are', { resources: { nodes: 3 } }, 400, 'VALIDATION_FAILED'],
  ])('is none of %s', async (_what, body, status, expected) => {
    const answer = await at.create(body)
    expect([answer.status, code(answer)]).toEqual([status, expected])
  })

  it('is no element of an array', async () => {
    const body = { name: 'x', template_id: 'desk', options: { array: '0-3' } }
    const answer = await at.bench.send('POST', '/api/jobs/submit', body)
    expect(answer.status).toBe(400)
    expect(answer.json<{ error: string }>().error).toContain('cannot be desktops')
  })
})

describe('what a session says', () => {
  it('makes it ready, and what it writes last its end', async () => {
    const { id, state } = await at.ready(socket)
    expect(state).toBe('ready')
    const gpu = [{ percent: 40, memoryMb: 2 }]
    at.put(id, 'stats.json', JSON.stringify({ at: 1, viewers: 2, gpu }))
    const seen = await at.when(id, 'seen', ({ viewers }) => viewers === 2)
    expect(seen).toMatchObject({ state: 'connected', gpu: { percent: 40, memoryBytes: 2_097_152 } })
    expect(seen.lastUsedAt).toBeDefined()
    const metrics = (await at.bench.get('/metrics')).body
    expect(metrics).toContain(`vnc_session_gpu_percent{desktop="${id}"} 40`)
    expect(metrics).toContain(`vnc_session_gpu_memory_bytes{desktop="${id}"} 2097152`)
    expect(metrics).toMatch(/^vnc_sessions_total [1-9]/m)
    at.put(id, 'stats.json', JSON.stringify({ at: 2, viewers: 0 }))
    await at.when(id, 'left', (desktop) => desktop.state === 'idle')
    at.put(id, 'ended.json', JSON.stringify({ kind: 'server-failed', detail: 'Xvnc ended: (EE) no\n' }))
    at.finish(id, 1)
    const over = await at.when(id, 'over', ({ end }) => end !== undefined)
    expect(over).toMatchObject({
      state: 'ended',
      viewers: 0,
      end: { kind: 'server-failed', detail: 'Xvnc ended: (EE) no' },
    })
    await until(() => !existsSync(file(at, id, '.headway/desktop/password')), 'the password gone')
    await until(() => !existsSync(file(at, id, '.headway/desktop/session.json')), 'the session gone')
    expect(existsSync(file(at, id, '.headway/desktop/passwd'))).toBe(false)
    expect((await at.bench.get('/metrics')).body).toMatch(/^vnc_sessions_failed_total [1-9]/m)
    const states = at.bench.events.flatMap((event) =>
      event.type === 'desktop_update' && event.data.id === id ? [event.data.state] : [],
    )
    const inOrder = states.filter((each, index) => each !== states[index - 1])
    expect(inOrder.join(' ')).toMatch(/^(queued )?starting ready connected idle ended$/)
    expect(at.bench.events.at(-1)).toMatchObject({ type: 'desktop_update' })
  })

  it('logging out is its end, without a word of the session too', async () => {
    const { id } = await at.begun()
    at.finish(id, 0)
    expect((await at.when(id, 'over', ({ end }) => end !== undefined)).end).toEqual({ kind: 'logged-out' })
  })

  it('however hostile, harms nobody', async () => {
    const { id } = await at.begun()
    const place = file(at, id, '.headway/desktop/session.json')
    const hostile: [string, () => void][] = [
      ['huge', () => at.put(id, 'session.json', Buffer.alloc(30_000_000, '['))],
      ['no JSON', () => at.put(id, 'session.json', '\u0000{"host":')],
      ['another machine', () => at.put(id, 'session.json', '{"host":"127.0.0.1","port":5432}')],
      ['a socket of the system', () => at.put(id, 'session.json', '{"host":"localhost","socket":"/run/docker.sock"}')],
    ]
    for (const [what, write] of hostile) {
      write()
      await new Promise((resolve) => setTimeout(resolve, 600))
      expect((await at.desktop(id)).state, what).toBe('starting')
    }
    // Links and folders in the place of files.
    rmSync(place)
    symlinkSync('/etc/passwd', place)
    const connect = await at.bench.send('POST', `/api/v2/desktops/${id}/connect`)
    expect([connect.status, code(connect)]).toEqual([409, 'WRONG_STATE'])
    rmSync(place)
    mkdirSync(place)
    at.put(id, 'ended.json', `{"kind":"session-failed","detail":"${'\\u001b[2J'.repeat(1500)}end"}`)
    at.finish(id, 5)
    const { end } = await at.when(id, 'over', (desktop) => desktop.end !== undefined)
    expect(end?.kind).toBe('session-failed')
    expect(end?.detail).toMatch(/end$/)
    expect(end?.detail).not.toContain('\u001b')
    expect(end?.detail?.length).toBeLessThanOrEqual(2000)
  })
})

describe('connecting', () => {
  it('gives its owner the password and the place, and says before why not', async () => {
    const { id } = await at.begun()
    const early = await at.bench.send('POST', `/api/v2/desktops/${id}/connect`)
    expect([early.status, code(early)]).toEqual([409, 'WRONG_STATE'])
    expect(early.json<{ error: string }>().error).toContain('still starting')
    await stop(id)
    const shown = await at.ready(socket)
    const answer = await at.bench.send('POST', `/api/v2/desktops/${shown.id}/connect`)
    expect(answer.status).toBe(200)
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.json<ConnectAnswer>()).toMatchObject({
      password: 'Secret12',
      viewOnly: false,
      endpoint: { here: true, socket },
      desktop: { id: shown.id },
    })
    const logs = JSON.stringify(at.bench.sql('SELECT * FROM audit_logs'))
    expect(logs).toContain('desktop.connect')
    expect(logs).not.toContain('Secret12')
    for (const path of ['/api/v2/desktops', `/api/v2/desktops/${shown.id}`]) {
      expect((await at.bench.get(path)).body).not.toContain('Secret12')
    }
    at.put(shown.id, 'password', 'not a password at all\n')
    expect(code(await at.bench.send('POST', `/api/v2/desktops/${shown.id}/connect`))).toBe('WRONG_STATE')
    await stop(shown.id)
  })

  it('is another user’s in no way, and an admin’s only to see in the list and to stop', async () => {
    const { id } = await at.ready(socket)
    const routes: ['GET' | 'POST' | 'DELETE', string, object?][] = [
      ['GET', ''],
      ['POST', '/stop'],
      ['POST', '/extend', { minutes: 5 }],
      ['POST', '/seen', { idle_seconds: 0 }],
      ['POST', '/connect'],
      ['POST', '/share'],
      ['DELETE', '/share'],
    ]
    for (const [method, path, body] of routes) {
      for (const [which, expected] of [
        [id, 403],
        ['999', 404],
        ['..%2f', 404],
      ] as const) {
        const url = `/api/v2/desktops/${which}${path}`
        const answer = method === 'GET' ? await at.bench.get(url, 'lee') : await at.bench.send(method, url, body, 'lee')
        expect(answer.status, `${method} ${url} ${answer.body}`).toBe(expected)
      }
    }
    for (const path of ['/connect', '/share', '/seen']) {
      const body = path === '/seen' ? { idle_seconds: 0 } : undefined
      const answer = await at.bench.send('POST', `/api/v2/desktops/${id}${path}`, body, 'admin')
      expect([answer.status, code(answer)], path).toEqual([403, 'FORBIDDEN'])
    }
    const listed = async (user: string) =>
      (await at.bench.get('/api/v2/desktops', user)).json<{ desktops: Desktop[] }>().desktops.map((each) => each.id)
    expect(await listed('lee')).toEqual([])
    expect(await listed('kim')).toContain(id)
    expect(await listed('admin')).toContain(id)
    // A job that is none is no desktop, its owner's neither.
    const job = await at.bench.run('sleep 5')
    expect(code(await at.bench.get(`/api/v2/desktops/${job.id}`))).toBe('NOT_FOUND')
    expect((await stop(id, 'admin')).status).toBe(200)
    expect((await at.when(id, 'over', ({ end }) => end !== undefined)).end?.kind).toBe('stopped')
  })
})

describe('sharing', () => {
  it('lets a colleague watch with a password of their own, until it is taken back', async () => {
    const { id } = await at.ready(socket)
    const passwd = () => readFileSync(file(at, id, '.headway/desktop/passwd'))
    const shared = await at.bench.send('POST', `/api/v2/desktops/${id}/share`)
    expect(shared.status, shared.body).toBe(200)
    const { code: given, desktop } = shared.json<{ code: string; desktop: Desktop }>()
    expect(desktop.sharedSince).toBeDefined()
    expect(given).toMatch(new RegExp(`^${id}-[A-Za-z0-9]{8}$`))
    const password = given.slice(-8)
    expect(passwd().equals(Buffer.concat([Buffer.from('12345678'), obfuscated(password)]))).toBe(true)
    expect(statSync(file(at, id, '.headway/desktop/passwd')).mode & 0o777).toBe(0o600)

    const answer = await connect(given)
    expect(answer.status, answer.body).toBe(200)
    expect(answer.json<ConnectAnswer>()).toMatchObject({ password, viewOnly: true, desktop: { id, user: 'kim' } })
    const stored = JSON.stringify([at.bench.sql('SELECT * FROM desktops'), at.bench.sql('SELECT * FROM audit_logs')])
    expect(stored).not.toContain(password)

    const wrong = await connect(`${id}-${password.split('').toReversed().join('')}`)
    const unknown = await connect(`777-${password}`)
    expect([wrong.status, unknown.status]).toEqual([404, 404])
    expect(wrong.body).toBe(unknown.body)
    expect((await connect('nothing')).status).toBe(400)

    const again = (await at.bench.send('POST', `/api/v2/desktops/${id}/share`)).json<{ code: string }>().code
    expect((await connect(given)).status).toBe(404)
    expect((await connect(again)).status).toBe(200)
    const taken = await at.bench.send('DELETE', `/api/v2/desktops/${id}/share`)
    expect(taken.status).toBe(200)
    expect(taken.json<{ desktop: Desktop }>().desktop.sharedSince).toBeUndefined()
    expect(passwd().toString()).toBe('12345678')
    expect((await connect(again)).status).toBe(404)
    expect((await at.bench.send('DELETE', `/api/v2/desktops/${id}/share`)).status).toBe(200)

    const last = (await at.bench.send('POST', `/api/v2/desktops/${id}/share`)).json<{ code: string }>().code
    await stop(id)
    await at.when(id, 'over', ({ end }) => end !== undefined)
    expect((await connect(last)).status).toBe(404)
  })
})

describe('use', () => {
  it('is what viewers tell; the time limit can be another one', async () => {
    const { id } = await at.ready(socket)
    at.put(id, 'stats.json', JSON.stringify({ at: 1, viewers: 1 }))
    await at.when(id, 'connected', ({ state }) => state === 'connected')
    const seen = (seconds: number) => at.bench.send('POST', `/api/v2/desktops/${id}/seen`, { idle_seconds: seconds })
    expect((await seen(3)).json<{ desktop: Desktop }>().desktop.state).toBe('connected')
    at.bench.advance(60_000)
    expect((await seen(0)).json<{ desktop: Desktop }>().desktop.state).toBe('connected')
    for (let minute = 0; minute < 5; minute++) {
      at.bench.advance(60_000)
      await seen(60 * (minute + 1))
    }
    expect((await seen(301)).json<{ desktop: Desktop }>().desktop.state).toBe('idle')
    expect((await seen(-1)).status).toBe(400)
    const longer = await at.bench.send('POST', `/api/v2/desktops/${id}/extend`, { minutes: 90 })
    expect(longer.json<{ desktop: Desktop }>().desktop.timeMinutes).toBe(90)
    expect((await at.bench.send('POST', `/api/v2/desktops/${id}/extend`, { minutes: 0 })).status).toBe(400)
    await stop(id)
    await at.when(id, 'over', ({ state }) => state === 'ended')
    const late = await at.bench.send('POST', `/api/v2/desktops/${id}/extend`, { minutes: 99 })
    expect([late.status, code(late)]).toEqual([409, 'WRONG_STATE'])
  })

  it('put back into the queue it begins anew', async () => {
    const { id } = await at.ready(socket)
    await at.bench.send('POST', `/api/v2/desktops/${id}/seen`, { idle_seconds: 0 })
    at.put(id, 'ended.json', JSON.stringify({ kind: 'server-failed', detail: 'x' }))
    at.finish(id, 1)
    await at.when(id, 'over', ({ end }) => end?.kind === 'server-failed')
    await until(() => !existsSync(file(at, id, '.headway/desktop/session.json')), 'cleaned')
    writeFileSync(file(at, id, 'end'), '')
    await at.bench.send('POST', `/api/v2/jobs/${id}/change`, { action: 'requeue' })
    const anew = await at.when(id, 'again', ({ state }) => state === 'starting')
    expect(anew.end).toBeUndefined()
    expect(anew.lastUsedAt).toBeUndefined()
    expect(existsSync(dirname(file(at, id, '.headway/desktop/script')))).toBe(true)
    await stop(id)
    expect((await at.when(id, 'over', ({ end }) => end !== undefined)).end?.kind).toBe('stopped')
  })
})
