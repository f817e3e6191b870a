import { describe, expect, it } from 'vitest'
import { agentErrorStatus } from '../../../../contract/agent/errors.ts'
import { failureOf } from '../../../../src/core/agent-client/failures.ts'

const refusal = (status: number, body: unknown, path = '/api/x', retryAfter?: string) =>
  failureOf('here', { status, path, body: typeof body === 'string' ? body : JSON.stringify(body), retryAfter }).value

const what = (path: string) => refusal(404, { error: 'E.', code: 'NOT_FOUND' }, path).data

describe('what an agent answers, as an error of the app', () => {
  it('has a code for every code of the agent', () => {
    const app = Object.fromEntries(
      Object.entries(agentErrorStatus).map(([code, status]) => [code, refusal(status, { error: 'E.', code }).code]),
    )
    expect(app).toEqual({
      BAD_REQUEST: 'AGENT',
      VALIDATION_FAILED: 'AGENT',
      SECURITY_VALIDATION_FAILED: 'FILE_REFUSED',
      NAME_REFUSED: 'NAME_REFUSED',
      PARAMETER_INVALID: 'PARAMETER_INVALID',
      TEMPLATE_INVALID: 'TEMPLATE_INVALID',
      FILES_MISSING: 'FILES_MISSING',
      REFRESH_TOKEN_MISSING: 'AGENT',
      UNAUTHENTICATED: 'SIGNED_OUT',
      TOKEN_EXPIRED: 'SIGNED_OUT',
      TOKEN_INVALID: 'SIGNED_OUT',
      WRONG_CREDENTIALS: 'WRONG_CREDENTIALS',
      FORBIDDEN: 'FORBIDDEN',
      ACCOUNT_REFUSED: 'ACCOUNT_REFUSED',
      NOT_FOUND: 'NOT_FOUND',
      CONFLICT: 'CONFLICT',
      WRONG_STATE: 'CONFLICT',
      MISSING_CHUNKS: 'CONFLICT',
      REQUIREMENT_MISSING: 'REQUIREMENT_MISSING',
      TOO_LARGE: 'AGENT',
      FILE_TOO_LARGE: 'FILE_TOO_LARGE',
      UNSUPPORTED_MEDIA_TYPE: 'AGENT',
      RANGE_NOT_SATISFIABLE: 'AGENT',
      CHECKSUM_MISMATCH: 'CHECKSUM_MISMATCH',
      RATE_LIMITED: 'RATE_LIMITED',
      INTERNAL: 'AGENT',
      SCHEDULER_UNAVAILABLE: 'AGENT',
      NO_SPACE: 'NO_SPACE',
    })
  })
  it('takes the details over', () => {
    const details = { parameter: 'load', reason: 'is above 10' }
    expect(refusal(400, { error: 'E.', code: 'PARAMETER_INVALID', details })).toMatchObject({ data: details })
    const tooLarge = { name: 'a.msh', size: 5, limit: 3 }
    expect(refusal(413, { error: 'E.', code: 'FILE_TOO_LARGE', details: tooLarge })).toMatchObject({ data: tooLarge })
    const noRoom = { needed: 5, free: 3 }
    expect(refusal(507, { error: 'E.', code: 'NO_SPACE', details: noRoom }).data).toEqual(noRoom)
    const quota = { ...noRoom, limit: 9 }
    expect(refusal(507, { error: 'E.', code: 'NO_SPACE', details: quota }).data).toEqual(quota)
    expect(refusal(400, { error: 'E.', code: 'FILES_MISSING', details: { slots: ['mesh', 5] } })).toMatchObject({
      data: { slots: ['mesh'] },
    })
    expect(refusal(403, { error: 'E.', code: 'ACCOUNT_REFUSED', details: { reason: 'no-home' } })).toMatchObject({
      data: { reason: 'no-home' },
    })
    expect(refusal(400, { error: 'E.', code: 'NAME_REFUSED', details: { reason: 'nonsense' } })).toMatchObject({
      data: { name: '', reason: 'reserved' },
    })
  })
  it('knows what was not found', () => {
    expect(what('/api/v2/templates/bracket')).toEqual({ what: 'template', id: 'bracket' })
    expect(what('/api/v2/jobs/7/log')).toEqual({ what: 'job', id: '7' })
    expect(what('/api/v2/jobs/7/files/a/b.dat')).toEqual({ what: 'file', id: '7' })
    expect(what('/api/v2/files/uploads/u1')).toEqual({ what: 'upload', id: 'u1' })
    expect(what('/api/v2/uploads/u1/chunks/3')).toEqual({ what: 'upload', id: 'u1' })
    expect(what('/%zz')).toEqual({ what: 'file', id: '/%zz' })
  })
  it('takes a gateway that answers for the agent as the agent being away', () => {
    for (const status of [502, 503, 504]) expect(refusal(status, '<html>Bad Gateway</html>').code).toBe('OFFLINE')
    expect(refusal(500, '<html>oops</html>')).toMatchObject({ code: 'AGENT', data: { status: 500 } })
  })
  it('says when to come back', () => {
    expect(refusal(429, { error: 'E.', code: 'RATE_LIMITED', retry_after: 12 })).toMatchObject({
      data: { retryAfter: 12 },
      retry: { afterSeconds: 12 },
    })
    expect(refusal(503, { error: 'E.', code: 'SCHEDULER_UNAVAILABLE' }, '/', '9')).toMatchObject({
      retry: { afterSeconds: 9 },
    })
  })
})
