import { describe, expect, it } from 'vitest'
import type { SiteTestStep } from '../../../../../contract/sites.ts'
import { errorMessages } from '../../../../../src/renderer/app/error-messages.ts'
import { explain } from '../../../../../src/renderer/app/errors.ts'
import { siteTestMessages } from '../../../../../src/renderer/features/sites/test-messages.ts'
import { isOver, stepsAsText } from '../../../../../src/renderer/features/sites/test-steps.ts'
import { sayIn } from '../../../../../src/renderer/ui/text.ts'

const steps: SiteTestStep[] = [
  { step: 'dns', state: 'ok', detail: '203.0.113.7', ms: 0.4 },
  { step: 'tcp', state: 'ok', detail: '203.0.113.7:22\n\u001b[31m', ms: 23.6 },
  {
    step: 'auth',
    state: 'failed',
    ms: 830,
    error: {
      code: 'SSH_FAILED',
      data: { host: 'alice@head', reason: 'authentication', detail: 'Permission denied (publickey).' },
      message: 'no way of signing in is left',
    },
  },
  { step: 'agent', state: 'skipped' },
]
const text = (language: 'en' | 'ko') =>
  stepsAsText('alice@head', steps, sayIn(siteTestMessages, language), (error) =>
    explain(error, sayIn(errorMessages, language), language),
  )

describe('the steps of a test', () => {
  it('are over when nothing waits or runs', () => {
    expect(isOver([])).toBe(false)
    expect(isOver(steps)).toBe(true)
    expect(isOver([...steps, { step: 'permissions', state: 'running' }])).toBe(false)
  })

  it('are a text for the administrator', () =>
    expect(text('en')).toBe(
      [
        'Headway: test of the connection to alice@head',
        'Name: good · 1 ms · 203.0.113.7',
        'Network: good · 24 ms · 203.0.113.7:22',
        'Sign-in: failed · 830 ms',
        '    alice@head did not accept the sign-in. Check the user name and the key, then connect again; a used one-time code does not work twice.',
        '    Permission denied (publickey).',
        '    no way of signing in is left',
        'Agent: skipped',
        '',
      ].join('\n'),
    ))

  it('are one in Korean too', () => expect(text('ko')).toContain('로그인: 실패 · 830 ms'))
})
