import { describe, expect, it } from 'vitest'
import { isExcepted, isLoopback } from '../../../../src/core/agent-client/https/no-proxy.ts'
import { waysTo, type HostProxy } from '../../../../src/core/agent-client/https/proxies.ts'
import { proxyEnvironmentOf } from '../../../../src/core/host-kit/index.ts'
import { AppError } from '../../../../src/core/kit/app-error.ts'

describe('NO_PROXY', () => {
  it.each([
    ['*', 'any.example.com', 443, true],
    ['example.com', 'example.com', 443, true],
    ['example.com', 'hpc.example.com', 443, true],
    ['.example.com', 'hpc.example.com', 443, true],
    ['*.example.com', 'hpc.example.com', 443, true],
    ['example.com', 'notexample.com', 443, false],
    ['Example.COM', 'hpc.EXAMPLE.com.', 443, true],
    ['example.com:8443', 'hpc.example.com', 8443, true],
    ['example.com:8443', 'hpc.example.com', 443, false],
    ['a.com, b.com  c.com', 'c.com', 443, true],
    ['10.0.0.0/8', '10.20.30.40', 443, true],
    ['10.0.0.0/8', '11.20.30.40', 443, false],
    ['10.1.2.3', '10.1.2.3', 443, true],
    ['10.1.2.3:80', '10.1.2.3', 443, false],
    ['10.0.0.0/8', 'ten.example.com', 443, false],
    ['fd00::/8', '[fd12::1]', 443, true],
    ['fd12:0::1', '[fd12::1]', 443, true],
    ['[fd12::1]:8443', '[fd12::1]', 443, false],
    ['[fd12::1]:443', '[fd12::1]', 443, true],
    ['10.0.0.0/99', '10.0.0.1', 443, false],
    ['', 'example.com', 443, false],
    ['.', 'example.com', 443, false],
  ])('%s excepts %s:%i: %s', (noProxy, host, port, expected) => {
    expect(isExcepted(noProxy, host, port)).toBe(expected)
  })
  it('knows this machine', () => {
    expect(['localhost', 'a.localhost', '127.8.9.1', '[::1]'].every(isLoopback)).toBe(true)
    expect(['localhost.example.com', '128.0.0.1', '[::2]'].some(isLoopback)).toBe(false)
  })
})

const site = new URL('https://hpc.example.com/headway?secret=1')
const ways = (proxy: string | undefined, host?: HostProxy, url = site) => waysTo(url, proxy, host)
const environment = (variables: Record<string, string>): HostProxy => ({ environment: variables })
const failure = async (way: Promise<unknown>) => {
  const error: unknown = await way.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return error instanceof AppError ? error.value : error
}

describe('the way to a site', () => {
  it('is straight without a proxy', async () => {
    expect(await ways(undefined)).toEqual(['straight'])
    expect(await ways('none', environment({ https_proxy: 'http://p:1' }))).toEqual(['straight'])
  })
  it('is as the environment says, by scheme, lower case first', async () => {
    const both = environment({
      https_proxy: 'p.example.com:3128',
      HTTPS_PROXY: 'http://other:1',
      HTTP_PROXY: 'http://h:2',
    })
    expect(await ways('system', both)).toMatchObject([{ url: 'http://p.example.com:3128', port: 3128 }])
    expect(await ways(undefined, both, new URL('http://hpc.example.com'))).toMatchObject([{ url: 'http://h:2' }])
    expect(await ways(undefined, environment({ ALL_PROXY: 'http://all:3' }))).toMatchObject([{ url: 'http://all:3' }])
  })
  it('is straight where NO_PROXY says so, and to this machine', async () => {
    const proxy = { https_proxy: 'http://p:1', http_proxy: 'http://p:1' }
    expect(await ways(undefined, environment({ ...proxy, NO_PROXY: 'example.com' }))).toEqual(['straight'])
    expect(await ways(undefined, environment(proxy), new URL('http://127.0.0.1:5010'))).toEqual(['straight'])
  })
  it('keeps the name and password of the environment out of the address', async () => {
    const [way] = await ways(undefined, environment({ HTTPS_PROXY: 'http://jin:p%40ss@p.example.com:3128' }))
    expect(way).toMatchObject({
      url: 'http://p.example.com:3128',
      authorization: `Basic ${Buffer.from('jin:p@ss').toString('base64')}`,
    })
  })
  it('refuses a proxy that it cannot use without naming a password', async () => {
    const error = await failure(ways(undefined, environment({ HTTPS_PROXY: 'socks5://jin:secret@p:1080' })))
    expect(error).toMatchObject({ code: 'PROXY_FAILED', data: { proxy: 'p:1080', reason: 'unreachable' } })
    expect(JSON.stringify(error)).not.toContain('secret')
  })
  it.each(['http://jin:secret@p:1', 'socks5://p:1', 'http://', 'a b'])('refuses the option %s', async (proxy) => {
    const error = await failure(ways(proxy))
    expect(error).toMatchObject({ code: 'BAD_INPUT', data: { path: '/https/proxy' } })
    expect(JSON.stringify(error)).not.toContain('secret')
  })
  it('goes where the system says, in its order, and tells it no more than the host', async () => {
    const asked: unknown[] = []
    const host: HostProxy = {
      environment: {},
      resolve(...question) {
        asked.push(question)
        return Promise.resolve('PROXY a:1; SOCKS5 b:2; HTTPS c:3;DIRECT')
      },
    }
    expect(await ways(undefined, host)).toMatchObject([
      { url: 'http://a:1', secure: false },
      { url: 'https://c:3', secure: true },
      'straight',
    ])
    expect(await ways('http://wpad.example.com/proxy.pac', host)).toHaveLength(3)
    expect(asked).toEqual([
      ['https://hpc.example.com/', undefined],
      ['https://hpc.example.com/', 'http://wpad.example.com/proxy.pac'],
    ])
  })
  it('says where a PAC file is no help', async () => {
    const pac = 'http://wpad.example.com/proxy.pac'
    expect(await failure(ways(pac))).toMatchObject({ code: 'PROXY_FAILED', data: { proxy: pac, reason: 'pac' } })
    const broken = { environment: {}, resolve: () => Promise.reject(new Error('a fault in line 3')) }
    expect(await failure(ways(pac, broken))).toMatchObject({ data: { reason: 'pac', detail: 'a fault in line 3' } })
    const none = { environment: {}, resolve: () => Promise.resolve('SOCKS b:2') }
    expect(await failure(ways(pac, none))).toMatchObject({ data: { reason: 'pac' } })
  })
})

it('takes of the environment what is about proxies alone', () => {
  const env = { HTTPS_PROXY: 'http://p:1', no_proxy: 'a', HTTP_PROXY: '', JWT_SECRET_KEY: 'x' }
  expect(proxyEnvironmentOf(env)).toEqual({ HTTPS_PROXY: 'http://p:1', no_proxy: 'a' })
})
