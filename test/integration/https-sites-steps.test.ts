import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { SiteTestStep } from '../../contract/sites.ts'
import { testDirect } from '../../src/core/agent-client/https/test-direct.ts'
import type { WayOptions } from '../../src/core/agent-client/https/way.ts'
import { until } from '../helpers/core.ts'
import { tlsSites } from '../helpers/tls-sites.ts'

const site = tlsSites()

async function tested(url: string, options: WayOptions, permissions?: () => Promise<string[]>) {
  const told: SiteTestStep[][] = []
  await testDirect(url, options, AbortSignal.timeout(30_000), (steps) => told.push(steps), permissions)
  const last = told.at(-1) ?? []
  return {
    told,
    states: last.map(({ step, state }) => `${step} ${state}`),
    of: (name: string) => last.find(({ step }) => step === name),
  }
}

describe('testing a site', () => {
  it('tells each step as it goes', async () => {
    const url = `https://127.0.0.1:${await site.behindTls()}`
    const { told, states, of } = await tested(url, { caFile: site.certificates.caFile }, () =>
      Promise.resolve(['dashboard']),
    )
    expect(states).toEqual(['dns ok', 'tcp ok', 'tls ok', 'agent ok', 'permissions ok'])
    expect(told[0]?.map(({ state }) => state)).toEqual(Array(5).fill('waiting'))
    expect(told[3]?.map(({ state }) => state)).toEqual(['ok', 'running', 'waiting', 'waiting', 'waiting'])
    expect(of('tls')?.detail).toMatch(/^Tests, Test CA · \d{4}-\d\d-\d\d · TLSv1\.3 · SHA256:/)
    expect(of('tls')?.detail).toContain(site.good.pin)
    expect(of('agent')?.detail).toMatch(/local$/)
    expect(of('permissions')?.detail).toBe('dashboard')
  })
  it('goes through the proxy, and skips what nobody is signed in for', async () => {
    const port = await site.behindTls()
    const proxy = await site.proxyFor(port)
    const { states, of } = await tested(`https://site.test:${port}`, {
      proxy: proxy.url,
      caFile: site.certificates.caFile,
    })
    expect(states).toEqual(['dns ok', 'tcp ok', 'tls ok', 'agent ok', 'permissions skipped'])
    expect(of('dns')?.detail).toBe(`${proxy.url} 127.0.0.1`)
  })
  it('stops at the certificate and says what it found', async () => {
    const { states, of } = await tested(`https://127.0.0.1:${await site.behindTls()}`, {})
    expect(states).toEqual(['dns ok', 'tcp ok', 'tls failed', 'agent skipped', 'permissions skipped'])
    expect(of('tls')).toMatchObject({
      detail: expect.stringContaining('Test CA'),
      error: { code: 'TLS_FAILED', data: { reason: 'unknown-authority' } },
    })
  })
  it.each([
    ['pin', { pin: `SHA256:${'A'.repeat(43)}` }],
    ['ca-file', { caFile: '/nowhere/ca.pem' }],
  ])('stops at the certificate: %s', async (reason, options) => {
    const url = `https://127.0.0.1:${await site.behindTls()}`
    const { of } = await tested(url, { caFile: site.certificates.caFile, ...options })
    expect(of('tls')).toMatchObject({ state: 'failed', error: { code: 'TLS_FAILED', data: { reason } } })
  })
  it('stops at a name, a port and a proxy that are not there', async () => {
    const name = await tested('https://nowhere.invalid', {})
    expect(name.of('dns')).toMatchObject({ state: 'failed', error: { code: 'OFFLINE' } })
    const port = await tested(`http://127.0.0.1:${await site.freePort()}`, {})
    expect(port.states).toEqual(['dns ok', 'tcp failed', 'agent skipped', 'permissions skipped'])
    const proxy = await tested('https://site.test', { proxy: `http://127.0.0.1:${await site.freePort()}` })
    expect(proxy.of('tcp')).toMatchObject({ error: { code: 'PROXY_FAILED', data: { reason: 'unreachable' } } })
  })
  it('stops at something that is no agent', async () => {
    const port = await site.listen(
      createServer((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi')),
    )
    const { of } = await tested(`http://127.0.0.1:${port}`, {})
    expect(of('agent')).toMatchObject({ state: 'failed', error: { code: 'NOT_AN_AGENT' } })
  })
  it('ends with its signal', async () => {
    const proxy = await site.proxyFor(1)
    proxy.answer = ''
    const abort = new AbortController()
    const run = testDirect('https://site.test', { proxy: proxy.url }, abort.signal, () => undefined)
    await until('the proxy', () => proxy.asked.length === 1)
    abort.abort(new Error('looked away'))
    await expect(run).rejects.toThrow('looked away')
  })
})
