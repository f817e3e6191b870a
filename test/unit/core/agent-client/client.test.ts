import { describe, expect, it, vi } from 'vitest'
import { createClient } from '../../../../src/core/agent-client/client.ts'
import type { Http } from '../../../../src/core/agent-client/http.ts'
import type { Session } from '../../../../src/core/agent-client/session.ts'
import { appError } from '../../../../src/core/kit/app-error.ts'

const expired = appError('TLS_FAILED', { host: 'head', reason: 'expired', detail: '' }, 'expired')
const proxy = appError('PROXY_FAILED', { proxy: 'p', reason: 'unreachable', detail: '' }, 'gone')
const session = { token: () => Promise.resolve('t'), renew: () => Promise.resolve('t') } as unknown as Session

describe('what stands in the way of a site', () => {
  it.each([expired, proxy])('is waited out by what is under way, as a lost network is', async (error) => {
    const fails = vi.fn().mockRejectedValue(error)
    const http: Http = { ask: fails, open: fails, upgrade: fails }
    const client = createClient(http, session, 'head')
    const { signal } = new AbortController()
    for (const work of [
      client.get('/x'),
      client.post('/x'),
      client.putBytes('/x', new Uint8Array(1), {}, signal),
      client.stream('/x', { signal }),
      client.upgrade('/x', { protocols: ['p'], signal }),
    ]) {
      await expect(work).rejects.toMatchObject({ value: { code: 'OFFLINE', data: { site: 'head' } } })
    }
  })
})
