import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { directTransport, openSiteAgent, probe } from '../../src/core/agent-client/index.ts'
import { createHttp } from '../../src/core/agent-client/http.ts'
import type { WayOptions } from '../../src/core/agent-client/https/way.ts'
import { admin } from '../helpers/agent.ts'
import { shortTimes, until } from '../helpers/core.ts'
import { failure, tlsSites } from '../helpers/tls-sites.ts'

const nothing = (): void => undefined
const log = { debug: nothing, info: nothing, warn: nothing, error: nothing }
const signal = (): AbortSignal => AbortSignal.timeout(30_000)
const site = tlsSites()

const probed = (url: string, options: WayOptions = {}) => probe(url, shortTimes, signal(), options)

describe('the certificate of a site', () => {
  it('is accepted from an authority in a file, and refused without it', async () => {
    const port = await site.behindTls()
    const url = `https://127.0.0.1:${port}`
    expect(await failure(probed(url))).toMatchObject({
      code: 'TLS_FAILED',
      data: { host: `127.0.0.1:${port}`, reason: 'unknown-authority' },
    })
    expect(await probed(url, { caFile: site.certificates.caFile })).toMatchObject({ product: 'headway-agent' })
  })
  it.each([
    ['self-signed', () => site.certificates.selfSigned('127.0.0.1'), /DEPTH_ZERO_SELF_SIGNED_CERT/],
    ['expired', () => site.certificates.signed(['127.0.0.1'], { from: -3, to: -1 }), /expired/],
    ['not-yet-valid', () => site.certificates.signed(['127.0.0.1'], { from: 1, to: 3 }), /not yet valid/],
    ['wrong-name', () => site.certificates.signed(['other.test']), /other\.test/],
  ])('%s: is refused in words', async (reason, make, detail) => {
    const url = `https://127.0.0.1:${await site.behindTls(await make())}`
    expect(await failure(probed(url, { caFile: site.certificates.caFile }))).toMatchObject({
      code: 'TLS_FAILED',
      data: { reason, detail: expect.stringMatching(detail) },
    })
  })
  it('is refused for bulk too', async () => {
    const url = `https://127.0.0.1:${await site.behindTls()}`
    const transport = directTransport(url, {})
    site.later(() => transport.close())
    const told: string[] = []
    const http = createHttp(transport, 'here', shortTimes, (outcome) => told.push(outcome))
    const opened = http.open({ method: 'PUT', path: '/x', body: new Uint8Array(10) })
    expect(await failure(opened)).toMatchObject({ code: 'TLS_FAILED', data: { reason: 'unknown-authority' } })
    expect(told).toEqual(['unreachable'])
  })
  it('must have the pinned key, whoever signed it', async () => {
    const url = `https://127.0.0.1:${await site.behindTls()}`
    const { caFile } = site.certificates
    await probed(url, { caFile, pin: site.good.pin })
    await probed(url, { caFile, pin: `${site.good.pin}=` })
    const other = await site.certificates.signed(['127.0.0.1'])
    expect(await failure(probed(url, { caFile, pin: other.pin }))).toMatchObject({
      code: 'TLS_FAILED',
      data: { reason: 'pin', detail: expect.stringContaining(site.good.pin) },
    })
    // A pin is no substitute for an authority.
    expect(await failure(probed(url, { pin: site.good.pin }))).toMatchObject({ data: { reason: 'unknown-authority' } })
  })
  it('cannot be checked with a file that is none', async () => {
    const url = `https://127.0.0.1:${await site.behindTls()}`
    const caFile = join(site.certificates.folder, 'wrong.pem')
    const wrong = async () => failure(probed(url, { caFile }))
    expect(await wrong()).toMatchObject({
      code: 'TLS_FAILED',
      data: { reason: 'ca-file', detail: expect.stringContaining(caFile) },
    })
    await writeFile(caFile, 'no certificate')
    expect(await wrong()).toMatchObject({ data: { reason: 'ca-file' } })
    await writeFile(caFile, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n')
    expect(await wrong()).toMatchObject({ data: { reason: 'ca-file', detail: expect.stringContaining('damaged') } })
  })
  it('a file that was mended counts at the next connection', async () => {
    const caFile = join(site.certificates.folder, 'later.pem')
    const transport = directTransport(`https://127.0.0.1:${await site.behindTls()}`, { caFile })
    site.later(() => transport.close())
    const http = createHttp(transport, 'here', shortTimes, nothing)
    const ask = () => http.ask({ method: 'GET', path: '/health' })
    expect(await failure(ask())).toMatchObject({ data: { reason: 'ca-file' } })
    await writeFile(caFile, `# ours\n${await readFile(site.certificates.caFile, 'utf8')}`)
    expect((await ask()).status).toBe(200)
  })
  it('is looked for where no TLS is spoken', async () => {
    expect(await failure(probed(site.agent.url.replace('http:', 'https:')))).toMatchObject({
      code: 'TLS_FAILED',
      data: { reason: 'protocol' },
    })
  })
  it('says OFFLINE where nothing is at all', async () => {
    expect(await failure(probed(`https://127.0.0.1:${await site.freePort()}`))).toMatchObject({ code: 'OFFLINE' })
  })
})

describe('a proxy on the way', () => {
  it('carries https and http, by the name that it alone knows, and keeps its tunnel', async () => {
    const port = await site.behindTls()
    const proxy = await site.proxyFor(port)
    const transport = directTransport(`https://site.test:${port}`, {
      proxy: proxy.url,
      caFile: site.certificates.caFile,
    })
    site.later(() => transport.close())
    const http = createHttp(transport, 'here', shortTimes, nothing)
    for (let time = 0; time < 3; time += 1) {
      expect((await http.ask({ method: 'GET', path: '/health' })).status).toBe(200)
    }
    expect(proxy.asked).toEqual([`site.test:${port}`])
    const plain = new URL(site.agent.url)
    await probed(site.agent.url, { proxy: proxy.url })
    expect(proxy.asked.at(-1)).toBe(plain.host)
  })
  it('may be an encrypted one', async () => {
    const port = await site.behindTls()
    const proxy = await site.proxyFor(port, site.good)
    await probed(`https://site.test:${port}`, { proxy: proxy.url, caFile: site.certificates.caFile })
    expect(proxy.asked).toEqual([`site.test:${port}`])
    expect(await failure(probed(`https://site.test:${port}`, { proxy: proxy.url }))).toMatchObject({
      code: 'PROXY_FAILED',
      data: { proxy: proxy.url, reason: 'unreachable' },
    })
  })
  it('comes from the environment, with its name and password', async () => {
    const port = await site.behindTls()
    const proxy = await site.proxyFor(port)
    const https_proxy = proxy.url.replace('//', '//jin:secret@')
    const options = { caFile: site.certificates.caFile, hostProxy: { environment: { https_proxy } } }
    await probed(`https://site.test:${port}`, options)
    expect(proxy.authorization).toBe(`Basic ${Buffer.from('jin:secret').toString('base64')}`)
    expect(await failure(probed(`https://site.test:${port}`, { ...options, proxy: 'none' }))).toMatchObject({
      code: 'OFFLINE',
    })
  })
  it('is left for the next one of a PAC file when it is dead', async () => {
    const port = await site.behindTls()
    const proxy = await site.proxyFor(port)
    const dead = await site.freePort()
    const hostProxy = {
      environment: {},
      resolve: () => Promise.resolve(`PROXY 127.0.0.1:${dead}; PROXY 127.0.0.1:${proxy.port}; DIRECT`),
    }
    await probed(`https://site.test:${port}`, { caFile: site.certificates.caFile, hostProxy })
    expect(proxy.asked).toEqual([`site.test:${port}`])
  })
  it.each([
    ['407 Proxy Authentication Required\r\nProxy-Authenticate: Negotiate', 'authentication', /Negotiate/],
    ['403 Forbidden', 'refused', /403 Forbidden/],
    ['nonsense', 'refused', /./],
  ])('%s: is told in words', async (answer, reason, detail) => {
    const proxy = await site.proxyFor(1)
    proxy.answer = answer
    expect(await failure(probed('https://site.test', { proxy: proxy.url }))).toMatchObject({
      code: 'PROXY_FAILED',
      data: { proxy: proxy.url, reason, detail: expect.stringMatching(detail) },
    })
  })
  it('is unreachable when nothing listens there; the site is when the proxy says so', async () => {
    const proxy = `http://127.0.0.1:${await site.freePort()}`
    expect(await failure(probed('https://site.test', { proxy }))).toMatchObject({
      code: 'PROXY_FAILED',
      data: { proxy, reason: 'unreachable' },
    })
    const alive = await site.proxyFor(await site.freePort())
    const gone = [...alive.hosts.keys()][0]
    expect(await failure(probed(`https://${gone}`, { proxy: alive.url }))).toMatchObject({ code: 'OFFLINE' })
  })
  it('that is silent is given up, and at once when the transport closes', async () => {
    const proxy = await site.proxyFor(1)
    proxy.answer = ''
    const transport = directTransport('https://site.test', { proxy: proxy.url })
    const http = createHttp(transport, 'here', shortTimes, nothing)
    const asked = failure(http.ask({ method: 'GET', path: '/health' }))
    await until('the proxy', () => proxy.asked.length === 1)
    const began = performance.now()
    transport.close()
    expect(await asked).toMatchObject({ code: 'OFFLINE' })
    expect(performance.now() - began).toBeLessThan(2000)
    expect(await failure(probed('https://site.test', { proxy: proxy.url, tunnelMs: 1000 }))).toMatchObject({
      data: { reason: 'unreachable', detail: expect.stringContaining('within 1 s') },
    })
  })
  it('must not carry a password in the options', async () => {
    expect(await failure(probed('https://site.test', { proxy: 'http://jin:secret@p:1' }))).toMatchObject({
      code: 'BAD_INPUT',
      data: { path: '/https/proxy' },
    })
  })
})

it('the whole agent works through a proxy and TLS, its events too', async () => {
  const port = await site.behindTls()
  const proxy = await site.proxyFor(port)
  const options = { proxy: proxy.url, caFile: site.certificates.caFile, pin: site.good.pin }
  const secrets = new Map<string, string>()
  const opened = await openSiteAgent({
    name: 'here',
    transport: directTransport(`https://site.test:${port}`, options),
    secrets: {
      persistent: true,
      get: (key) => Promise.resolve(secrets.get(key)),
      set: (key, value) => Promise.resolve(void secrets.set(key, value)),
      delete: (key) => Promise.resolve(void secrets.delete(key)),
    },
    secretKey: 'k',
    log,
    times: shortTimes,
  })
  site.later(() => opened.close())
  await opened.signIn(admin.username, admin.password)
  await until('the event connection', () => opened.link.ready)
  expect(opened.connection.state).toBe('connected')
  expect(await opened.client.get('/api/v2/templates')).toBeDefined()
  // The tunnel of the events and the one of the calls; nothing went round the proxy.
  expect(new Set(proxy.asked)).toEqual(new Set([`site.test:${port}`]))
  expect(proxy.asked.length).toBeGreaterThanOrEqual(2)
})
