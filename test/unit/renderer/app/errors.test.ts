import { describe, expect, it } from 'vitest'
import type {
  AppErrorValue,
  DesktopFailure,
  ErrorCode,
  ErrorData,
  InstallFailure,
  SshFailure,
  TlsFailure,
} from '../../../../contract/errors.ts'
import { errorValue, explain } from '../../../../src/renderer/app/errors.ts'
import { errorMessages } from '../../../../src/renderer/app/error-messages.ts'
import { sayIn, type Language } from '../../../../src/renderer/ui/text.ts'
import { RpcError } from '../../../../src/rpc/types.ts'

/** One example of every code: a new code without an example here is a type error. */
const examples: { [C in ErrorCode]: Extract<AppErrorValue, { code: C }>['data'] } = {
  BAD_INPUT: { path: '/name', reason: 'too short' },
  UNKNOWN_METHOD: { method: 'jobs.fly' },
  CANCELLED: {},
  INTERNAL: { reference: 'ab12' },
  FRAME_TOO_LARGE: { limit: 1_000_000 },
  DISCONNECTED: {},
  NOT_FOUND: { what: 'job', id: '7' },
  CONFLICT: { reason: 'The job has ended.' },
  OFFLINE: { site: 'Seoul' },
  NOT_AN_AGENT: { url: 'https://x', reason: 'answered 404' },
  SSH_FAILED: { host: 'alice@head.example', reason: 'refused', detail: 'connect ECONNREFUSED' },
  INSTALL_FAILED: { host: 'head.example', reason: 'glibc', detail: '2.17' },
  TLS_FAILED: { host: 'lab.example', reason: 'expired', detail: '' },
  PROXY_FAILED: { proxy: 'proxy.example:3128', reason: 'refused', detail: '403' },
  DESKTOP_UNREACHABLE: { host: 'viz-1', reason: 'unreachable', detail: 'connect ETIMEDOUT' },
  PORT_TAKEN: { port: 8080 },
  SIGNED_OUT: { site: 'Seoul' },
  WRONG_CREDENTIALS: {},
  RATE_LIMITED: { retryAfter: 42 },
  FORBIDDEN: { permission: 'job:submit' },
  ACCOUNT_REFUSED: { reason: 'not-allowed' },
  AGENT: { status: 500, message: 'It broke.' },
  SECRETS_UNAVAILABLE: { reason: 'no keyring' },
  FILE_TOO_LARGE: { name: 'a.msh', size: 60e9, limit: 50 * 1024 ** 3 },
  FILE_CHANGED: { name: 'a.msh' },
  FILE_MISSING: { name: 'a.msh' },
  FILE_UNREADABLE: { name: 'a.msh', reason: 'EACCES' },
  FILE_DETACHED: { name: 'a.msh' },
  FILE_REFUSED: { name: 'a.txt', warnings: ['It is an executable.'] },
  NAME_REFUSED: { name: '../a', reason: 'traversal' },
  CHECKSUM_MISMATCH: { name: 'a.msh' },
  NO_SPACE: { needed: 5e9, free: 1e9 },
  TEMPLATE_INVALID: { line: 12, reason: 'Unknown type.' },
  PARAMETER_INVALID: { parameter: 'Load', reason: 'above 10' },
  REQUIREMENT_MISSING: { commands: ['gmsh', 'ccx'] },
  FILES_MISSING: { slots: ['Mesh'] },
}

const sayErrors = (language: Language) => sayIn(errorMessages, language)
const all = Object.entries(examples).map(
  ([code, data]) => ({ code, data, message: 'for the log' }) as unknown as AppErrorValue,
)

describe.each(['en', 'ko'] as const)('errors in %s', (language) => {
  it.each(all)('$code is a sentence with a next step', (error) => {
    const { title, next } = explain(error, sayErrors(language), language)
    expect(title).not.toContain('{{')
    expect(title).not.toBe(error.code)
    expect(title.length).toBeGreaterThan(4)
    expect(title).not.toMatch(/\.\.$/)
    if (error.code !== 'CANCELLED') expect(next?.length).toBeGreaterThan(4)
    expect(next ?? '').not.toContain('{{')
    expect(`${title} ${next ?? ''}`).not.toContain(error.message)
  })
})

const titleOf = (data: ErrorData['NO_SPACE']) =>
  explain({ code: 'NO_SPACE', data, message: '' }, sayErrors('en'), 'en').title
it('says whose room is used up', () => {
  expect(titleOf({ needed: 5e9, free: 1e9 })).toBe('The site has no room: 5 GB needed, 1 GB free.')
  expect(titleOf({ needed: 5e9, free: 1e9, limit: 20e9 })).toContain('quota of your files, 20 GB')
  expect(titleOf({ needed: 5e9, free: 0, here: true })).toContain('disk of this computer')
})

const things = [
  'site',
  'template',
  'job',
  'upload',
  'task',
  'file',
  'setting',
  'question',
  'forward',
  'terminal',
  'desktop',
] as const

/** Every reason; one that is missing here is a type error. */
const ssh: Record<SshFailure, true> = {
  'unknown-host': true,
  refused: true,
  'timed-out': true,
  unreachable: true,
  'not-ssh': true,
  'no-common-algorithm': true,
  'key-declined': true,
  'key-changed': true,
  'key-revoked': true,
  'certificate-authority': true,
  authentication: true,
  question: true,
  identity: true,
  closed: true,
  'one-session': true,
  'forwarding-forbidden': true,
  config: true,
  'no-program': true,
}
const install: Record<InstallFailure, true> = {
  declined: true,
  'no-shell': true,
  platform: true,
  glibc: true,
  'no-space': true,
  quota: true,
  'read-only': true,
  noexec: true,
  tools: true,
  damaged: true,
  'not-packaged': true,
  start: true,
  elsewhere: true,
}
const tls: Record<TlsFailure, true> = {
  'self-signed': true,
  'unknown-authority': true,
  expired: true,
  'not-yet-valid': true,
  'wrong-name': true,
  pin: true,
  protocol: true,
  'ca-file': true,
  other: true,
}
const desktop: Record<DesktopFailure, true> = {
  'not-ready': true,
  unreachable: true,
  'needs-ssh': true,
  'not-the-session': true,
}
const connecting = [
  ...Object.keys(ssh).map((reason) => ['SSH_FAILED', reason]),
  ...Object.keys(install).map((reason) => ['INSTALL_FAILED', reason]),
  ...Object.keys(desktop).map((reason) => ['DESKTOP_UNREACHABLE', reason]),
  ...Object.keys(tls).map((reason) => ['TLS_FAILED', reason]),
  ...['refused', 'unreachable', 'authentication', 'pac'].map((reason) => ['PROXY_FAILED', reason]),
] as [string, string][]

describe.each(['en', 'ko'] as const)('a connection that failed, in %s', (language) => {
  it.each(connecting)('%s, %s is a sentence of its own with a next step', (code, reason) => {
    const data = { host: 'head.example', proxy: 'head.example', reason, detail: 'as the system said' }
    const error = { code, data, message: 'for the log' } as unknown as AppErrorValue
    const { title, next, detail } = explain(error, sayErrors(language), language)
    expect(title).toMatch(/[.]$/)
    expect(next).toMatch(/[.]$/)
    expect(`${title} ${next}`).not.toMatch(/\{\{|undefined|(ssh|install|tls|proxy)\.[a-z]/)
    expect(detail).toBe('as the system said')
  })

  it('says each of them differently', () => {
    const titles = connecting.map(([code, reason]) => {
      const data = { host: 'h', proxy: 'h', reason, detail: '' }
      return explain({ code, data, message: '' } as unknown as AppErrorValue, sayErrors(language), language).title
    })
    expect(new Set(titles).size).toBe(titles.length)
  })
})

describe('errors', () => {
  const say = sayErrors('en')
  it('keeps the label of a file over the limit that scripts know', () => {
    const error: AppErrorValue = { code: 'FILE_TOO_LARGE', data: examples.FILE_TOO_LARGE, message: '' }
    expect(explain(error, say, 'en').title).toBe('File size exceeds maximum (50 GB)')
    expect(explain(error, sayErrors('ko'), 'ko').title).toContain('File size exceeds maximum (50 GB)')
  })

  it('has a sentence for each thing that may be missing and each fault of a name', () => {
    for (const what of things)
      expect(explain({ code: 'NOT_FOUND', data: { what, id: 'x' }, message: '' }, say, 'en').title).not.toContain(
        'NOT_',
      )
    for (const reason of ['no-account', 'system', 'not-allowed', 'no-home', 'not-own'] as const) {
      const { title } = explain({ code: 'ACCOUNT_REFUSED', data: { reason }, message: '' }, say, 'en')
      expect(title).not.toContain('ACCOUNT_')
    }
    for (const reason of ['empty', 'too-long', 'traversal', 'control-character', 'reserved'] as const) {
      const name = 'n'.repeat(300)
      const { title } = explain({ code: 'NAME_REFUSED', data: { name, reason }, message: '' }, say, 'en')
      expect(title).not.toContain('NAME_')
      expect(title.length).toBeLessThan(120)
    }
  })

  it('shows what a server said as plain text in one line', () => {
    const data = { host: 'h', reason: 'closed', detail: '\u001b[31mBye\u001b[0m\r\n\u202enow' } as const
    expect(explain({ code: 'SSH_FAILED', data, message: '' }, say, 'en').detail).toBe('Bye now')
  })

  it('takes a failed call apart and owns what it did not foresee', () => {
    const value: AppErrorValue = { code: 'WRONG_CREDENTIALS', data: {}, message: 'no' }
    expect(errorValue(new RpcError(value))).toBe(value)
    expect(errorValue(new TypeError('oops')).code).toBe('INTERNAL')
  })
})
