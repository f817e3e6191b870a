import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createWebSocketStream, WebSocketServer } from 'ws'
import type { ConnectAnswer, DesktopEndpoint } from '../../../../contract/agent/desktops.ts'
import type { Desktop } from '../../../../contract/desktops.ts'
import { failureOf, startCore, until, type TestCore } from '../../../helpers/core.ts'
import { createDesktopList } from '../../../../src/core/desktops/list.ts'
import { openLastKnown } from '../../../../src/core/kit/last-known.ts'
import type { Snapshot, StreamEvent } from '../../../../contract/app.ts'
import { collected, signedIn, silent } from '../helpers/signed-in.ts'
import { sendJson, startSmallAgent, type SmallAgent } from '../helpers/small-agent.ts'

const closing: (() => unknown)[] = []
let agent: SmallAgent
let window: TestCore
let site: string
/** What the agent has. */
let there: Desktop[]
let endpoint: DesktopEndpoint

const desktop = (id: string, more: Partial<Desktop> = {}): Desktop => ({
  id,
  name: `Desktop ${id}`,
  user: 'jin',
  templateId: 'paraview',
  templateName: { en: 'ParaView' },
  state: 'ready',
  geometry: { width: 1600, height: 1000 },
  resources: { nodes: 1, tasks: 1, timeMinutes: 60 },
  node: 'viz1',
  timeMinutes: 60,
  submittedAt: '2026-11-20T00:00:00.000Z',
  viewers: 0,
  clipboard: true,
  ...more,
})
const picture = (text: string): string => `data:image/jpeg;base64,${Buffer.from(text).toString('base64')}`
const tell = (data: Desktop): void =>
  agent.sockets.forEach((socket) => socket.send(JSON.stringify({ type: 'desktop_update', data, timestamp: '' })))
const count = (line: string): number => agent.seen.filter((seen) => seen === line).length

beforeEach(async () => {
  agent = await startSmallAgent()
  closing.push(() => agent.close())
  there = [desktop('7')]
  endpoint = { host: 'viz1', here: true, socket: '/tmp/headway-12345678/rfb' }
  agent.routes.set('GET /api/v2/desktops', (_request, response) => sendJson(response, { desktops: there }))
  agent.routes.set('POST /api/v2/desktops/7/connect', (_request, response) => {
    const answer: ConnectAnswer = { desktop: desktop('7'), password: 'Passw0rd', viewOnly: false, endpoint }
    sendJson(response, answer)
  })
  window = await startCore()
  closing.push(() => window.close())
  site = (await window.signIn(agent.url)).id
})
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

const items = () => {
  const watched = window.watch('desktops', 'all', { site })
  return {
    watched,
    /** The list as a window has it. */
    now(): Desktop[] {
      const known = new Map(watched.snapshots.at(-1)?.items.map((item) => [item.id, item]))
      for (const { put, gone } of watched.events) {
        for (const item of put) known.set(item.id, item)
        for (const id of gone) known.delete(id)
      }
      return [...known.values()]
    },
  }
}

describe('the list', () => {
  it('follows what the agent tells, and is known again after a restart', async () => {
    const list = items()
    await until('the list', () => list.now().length === 1)
    tell(desktop('7', { state: 'connected', viewers: 1 }))
    tell(desktop('8', { state: 'queued' }))
    await until('the news', () => list.now().length === 2)
    expect(list.now().map(({ id, state }) => [id, state])).toEqual([
      ['7', 'connected'],
      ['8', 'queued'],
    ])
  })

  it('is known again after a restart without a network', async () => {
    const data = mkdtempSync(join(tmpdir(), 'headway-core-'))
    closing.push(() => rmSync(data, { recursive: true, force: true }))
    const before = await startCore({ data })
    const { id } = await before.signIn(agent.url)
    const watched = before.watch('desktops', 'all', { site: id })
    await until('the list', () => watched.snapshots[0]?.items.length === 1)
    await before.close()
    await agent.close()
    const after = await startCore({ data, secrets: before.secrets })
    closing.push(() => after.close())
    const again = after.watch('desktops', 'all', { site: id })
    await until('what was known', () => again.snapshots[0]?.items.length === 1)
  })

  it('asks again for those of others, of which the agent tells nobody else', async () => {
    const client = await signedIn(agent.url)
    closing.push(() => client.close())
    const folder = mkdtempSync(join(tmpdir(), 'headway-known-'))
    closing.push(() => rmSync(folder, { recursive: true, force: true }))
    const lastKnown = openLastKnown(join(folder, 'known.db'), silent)
    closing.push(() => lastKnown.close())
    const desktops = createDesktopList({
      user: 'jin',
      client: client.client,
      link: client.link,
      known: lastKnown.of('s', 'jin'),
      onGone: () => undefined,
      othersEveryMs: 50,
    })
    closing.push(() => desktops.close())
    const window = collected<Snapshot<'desktops', 'all'>, StreamEvent<'desktops', 'all'>>()
    const before = count('GET /api/v2/desktops')
    desktops.subscribe(window.sink)
    await until('the list', () => window.snapshots.length === 1)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(count('GET /api/v2/desktops') - before).toBe(1)
    there = [desktop('7'), desktop('9', { user: 'lee' })]
    await desktops.refresh()
    there = [desktop('7')]
    await until('the change', () => window.events.at(-1)?.gone.join() === '9')
  })

  it('is nothing for the next user of this machine, nor are the pictures', async () => {
    const all = [desktop('7'), desktop('9', { user: 'lee' })]
    agent.routes.set('GET /api/v2/desktops', ({ headers }, response) => {
      const owner = agent.owners.get((headers.authorization ?? '').replace('Bearer ', ''))
      sendJson(response, { desktops: all.filter(({ user }) => user === owner) })
    })
    const list = items()
    await until('the list', () => list.now().length === 1)
    await window.rpc.call('desktops', 'keepThumbnail', { site, id: '7', picture: picture('jin') })
    agent.username = 'lee'
    await window.rpc.call('sites', 'signIn', { site, username: 'lee', password: 'pw' })
    await until('the other list', () => list.now().every(({ id }) => id === '9') && list.now().length === 1)
    expect(await window.rpc.call('desktops', 'thumbnails', { site })).toEqual({})
    await window.rpc.call('desktops', 'keepThumbnail', { site, id: '9', picture: picture('lee') })
    const other = items()
    await until('the list', () => other.now().length === 1)
    expect(other.now()[0]?.id).toBe('9')
    agent.username = 'jin'
    await window.rpc.call('sites', 'signIn', { site, username: 'jin', password: 'pw' })
    await until('the first list', () => list.now().every(({ id }) => id === '7') && list.now().length === 1)
    expect(await window.rpc.call('desktops', 'thumbnails', { site })).toEqual({ 7: picture('jin') })
  })
})

describe('pictures', () => {
  it('go when their desktop ends, and are kept of no other', async () => {
    there = [desktop('7'), desktop('8'), desktop('9', { user: 'lee' })]
    const list = items()
    await until('the list', () => list.now().length === 3)
    for (const id of ['7', '8', '9', '10'])
      await window.rpc.call('desktops', 'keepThumbnail', { site, id, picture: picture(id) })
    const kept = () => window.rpc.call('desktops', 'thumbnails', { site })
    expect(await kept()).toEqual({ 7: picture('7'), 8: picture('8') })
    tell(desktop('7', { state: 'ended', end: { kind: 'logged-out' } }))
    await until('the end', () => list.now().some(({ state }) => state === 'ended'))
    expect(await kept()).toEqual({ 8: picture('8') })
    await window.rpc.call('desktops', 'keepThumbnail', { site, id: '7', picture: picture('late') })
    expect(await kept()).toEqual({ 8: picture('8') })
  })
})

describe('what is asked of the agent', () => {
  it('a new desktop has the key of its call, and comes once though its answer was lost', async () => {
    const bodies: Record<string, unknown>[] = []
    agent.routes.set('POST /api/v2/desktops', (_request, response, body) => {
      bodies.push(JSON.parse(body) as Record<string, unknown>)
      if (bodies.length === 1) response.destroy()
      else sendJson(response, { desktop: desktop('8', { state: 'queued' }) }, 201)
    })
    const wish = { templateId: 'paraview', name: 'Wing', geometry: { width: 800, height: 600 }, resources: { gpus: 1 } }
    const list = items()
    await until('the list', () => list.now().length === 1)
    expect((await window.rpc.call('desktops', 'create', { site, desktop: wish })).id).toBe('8')
    expect(bodies).toHaveLength(2)
    expect(bodies[0]).toEqual(bodies[1])
    const { idempotency_key: key, ...rest } = bodies[0] ?? {}
    expect(key).toMatch(/^[A-Za-z0-9._-]{1,128}$/)
    expect(rest).toEqual({ template_id: 'paraview', name: 'Wing', geometry: wish.geometry, resources: wish.resources })
    await until('it in the list', () => list.now().some(({ id }) => id === '8'))
  })

  it('a refusal is told as it is', async () => {
    agent.routes.set('POST /api/v2/desktops', (_request, response) =>
      sendJson(response, { error: 'You have 4 desktops.', code: 'CONFLICT' }, 409),
    )
    const wish = { templateId: 'paraview', name: 'Wing', resources: {} }
    const refused = await failureOf(window.rpc.call('desktops', 'create', { site, desktop: wish }))
    expect(refused).toMatchObject({ code: 'CONFLICT', data: { reason: 'You have 4 desktops.' } })
    expect(await failureOf(window.rpc.call('desktops', 'stop', { site, id: '99' }))).toMatchObject({
      code: 'NOT_FOUND',
      data: { what: 'desktop', id: '99' },
    })
  })

  it('stopping, extending, sharing and looking are the agent’s', async () => {
    const bodies: [string, string][] = []
    const answer = (name: string, more: object, extra: object = {}) =>
      agent.routes.set(name, (_request, response, body) => {
        bodies.push([name, body])
        sendJson(response, { desktop: desktop('7', more), ...extra })
      })
    answer('POST /api/v2/desktops/7/stop', { state: 'ended' })
    answer('POST /api/v2/desktops/7/extend', { timeMinutes: 90 })
    answer('POST /api/v2/desktops/7/share', { sharedSince: 'now' }, { code: '7-Abcdefg1' })
    answer('DELETE /api/v2/desktops/7/share', {})
    answer('POST /api/v2/desktops/7/seen', { viewers: 1 })
    const { rpc } = window
    const one = { site, id: '7' }
    expect((await rpc.call('desktops', 'extend', { ...one, minutes: 90 })).timeMinutes).toBe(90)
    expect((await rpc.call('desktops', 'share', one)).code).toBe('7-Abcdefg1')
    expect((await rpc.call('desktops', 'unshare', one)).sharedSince).toBeUndefined()
    expect(await rpc.call('desktops', 'seen', { ...one, idleSeconds: 12 })).toEqual({})
    expect((await rpc.call('desktops', 'stop', one)).state).toBe('ended')
    expect(bodies.filter(([, body]) => body !== '')).toEqual([
      ['POST /api/v2/desktops/7/extend', '{"minutes":90}'],
      ['POST /api/v2/desktops/7/seen', '{"idle_seconds":12}'],
    ])
  })
})

/** Carries the agent's side of each viewer's stream; an RFB server that says what it is given. */
function relaying(serve: (stream: Duplex, protocols: string) => void): void {
  const sockets = new WebSocketServer({ noServer: true })
  agent.onUpgrade = (request, socket, head) =>
    sockets.handleUpgrade(request, socket, head, (opened) => {
      const stream = createWebSocketStream(opened)
      stream.on('error', () => undefined)
      serve(stream, request.headers['sec-websocket-protocol'] ?? '')
    })
}
const open = () => window.rpc.call('desktops', 'open', { site, id: '7' })

describe('opening one', () => {
  it('gives a ticket for its bytes, which end with the sign-in', async () => {
    relaying((stream) => void stream.write('RFB 003.008\n'))
    const viewing = await open()
    const { ticket, ...shown } = viewing
    expect(shown).toEqual({ id: '7', name: 'Desktop 7', password: 'Passw0rd', viewOnly: false, clipboard: true })
    const viewer = await window.core.takeViewer(ticket)
    expect(String((await once(viewer, 'data'))[0])).toBe('RFB 003.008\n')
    await expect(window.core.takeViewer(ticket)).rejects.toMatchObject({ value: { code: 'NOT_FOUND' } })
    await window.rpc.call('sites', 'signOut', { site })
    await until('the end', () => viewer.destroyed)
    expect(window.lines.join('\n')).not.toMatch(/Passw0rd/)
    expect(window.lines.join('\n')).not.toContain(ticket)
  })

  it('a colleague’s is asked for by its code, whose secret stands in no address', async () => {
    const heard: string[] = []
    relaying((stream, protocols) => {
      heard.push(protocols)
      stream.write('RFB 003.008\n')
    })
    agent.routes.set('POST /api/v2/desktops/shared', (_request, response, body) => {
      if ((JSON.parse(body) as { code: string }).code !== '9-Abcdefg1')
        return sendJson(response, { error: 'Not shared.', code: 'NOT_FOUND' }, 404)
      sendJson(response, { desktop: desktop('9', { user: 'lee' }), password: 'Abcdefg1', viewOnly: true, endpoint })
    })
    const shared = await window.rpc.call('desktops', 'openShared', { site, code: '9-Abcdefg1' })
    expect(shared).toMatchObject({ id: '9', password: 'Abcdefg1', viewOnly: true })
    expect(heard).toEqual(['rfb.headway.v1,share.Abcdefg1'])
    expect(agent.seen.join(' ')).not.toContain('Abcdefg1')
    const list = items()
    await until('the list', () => list.now().length > 0)
    expect(list.now().map(({ id }) => id)).toEqual(['7'])
    const wrong = window.rpc.call('desktops', 'openShared', { site, code: 'x-y-Abcdefg1' })
    expect(await failureOf(wrong)).toMatchObject({ code: 'NOT_FOUND', data: { what: 'desktop', id: 'x-y' } })
  })

  it.each<[string, () => void, object]>([
    [
      'it does not run yet',
      () =>
        agent.routes.set('POST /api/v2/desktops/7/connect', (_request, response) =>
          sendJson(response, { error: 'It waits.', code: 'WRONG_STATE' }, 409),
        ),
      { host: 'here', reason: 'not-ready', detail: 'It waits.' },
    ],
    [
      'only SSH leads there',
      () => (endpoint = { host: 'viz1', here: false, socket: '/tmp/headway-12345678/rfb' }),
      { host: 'viz1', reason: 'needs-ssh' },
    ],
    [
      'the agent does not get there',
      () =>
        (agent.onUpgrade = (_request, socket) => {
          const body = JSON.stringify({ error: 'No.', code: 'CONFLICT', details: { reason: 'unreachable' } })
          socket.end(`HTTP/1.1 409 No\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
        }),
      { host: 'viz1', reason: 'unreachable', detail: 'No.' },
    ],
    [
      'something else answers',
      () => relaying((stream) => void stream.write('SSH-2.0-OpenSSH_9.9\r\n')),
      { host: 'viz1', reason: 'not-the-session' },
    ],
    ['it closes at once', () => relaying((stream) => void stream.end()), { host: 'viz1', reason: 'unreachable' }],
    [
      'it has no encryption though it should',
      () => {
        endpoint = { host: 'viz1', here: false, port: 5901, certificate: 'a'.repeat(64) }
        relaying((stream) => void stream.write(Buffer.from('RFB 003.008\n\u0001\u0002', 'latin1')))
      },
      { host: 'viz1', reason: 'not-the-session' },
    ],
  ])('says why where %s', async (name, make, data) => {
    make()
    const { host, ...rest } = data as { host: string }
    const where = host === 'here' ? (window.site(site)?.name ?? '') : host
    expect(await failureOf(open()), name).toMatchObject({ code: 'DESKTOP_UNREACHABLE', data: { host: where, ...rest } })
  })

  it('waits while the site comes back', async () => {
    relaying((stream) => void stream.write('RFB 003.008\n'))
    let lost = 0
    agent.routes.set('POST /api/v2/desktops/7/connect', (_request, response) => {
      lost += 1
      if (lost < 3) response.destroy()
      else sendJson(response, { desktop: desktop('7'), password: 'Passw0rd', viewOnly: false, endpoint })
    })
    expect((await open()).id).toBe('7')
    expect(count('POST /api/v2/desktops/7/connect')).toBe(3)
  })

  it('asks nothing of a site that is signed out', async () => {
    await window.rpc.call('sites', 'signOut', { site })
    expect(await failureOf(open())).toMatchObject({ code: 'SIGNED_OUT' })
  })

  it('is given up when nobody wants it any more', async () => {
    relaying(() => undefined)
    const wanted = new AbortController()
    const opening = window.rpc.call('desktops', 'open', { site, id: '7' }, { signal: wanted.signal })
    await until('that it is asked', () => count('POST /api/v2/desktops/7/connect') === 1)
    wanted.abort()
    await expect(opening).rejects.toThrow()
  })
})
