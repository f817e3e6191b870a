import { describe, expect, it } from 'vitest'
import type { Check, Suggestion } from '../../../../contract/preflight.ts'
import { checkText, startText, suggestionText } from '../../../../src/renderer/features/preflight/check-text.ts'
import { preflightMessages } from '../../../../src/renderer/features/preflight/messages.ts'
import { blocks, hasNotes, shownChecks } from '../../../../src/renderer/features/preflight/blocking.ts'
import { keyOf } from '../../../../src/renderer/features/preflight/use-preflight.ts'
import { formatMemory } from '../../../../src/renderer/ui/format.ts'
import { sayIn } from '../../../../src/renderer/ui/text.ts'

const en = sayIn(preflightMessages, 'en')
const ko = sayIn(preflightMessages, 'ko')
const GIB = 2 ** 30
const limit = (data: object): Check =>
  ({
    code: 'limit',
    level: 'warning',
    data: { source: 'partition', name: 'viz', ...data },
    next: [],
  }) as unknown as Check
const past: Check = {
  code: 'memory-generous',
  level: 'warning',
  data: { runs: 5, low: 11 * GIB, high: 13 * GIB, asked: 64 * GIB },
  next: [],
}

const text = (field: Suggestion['field'], value: string | number) => suggestionText({ field, value }, en, 'en')

describe('a check in words', () => {
  it('names what is asked, whose limit it is, and what follows', () => {
    expect(checkText(limit({ what: 'nodes', asked: 3, limit: 2 }), en, 'en')).toBe(
      '3 nodes are too many: partition viz gives a job at most 2. It would be refused or never start.',
    )
    expect(checkText(limit({ what: 'time', asked: 4320, limit: 720 }), en, 'en')).toContain('3 d is too long')
    expect(checkText(limit({ what: 'memory', asked: 65_536, limit: 32_768 }), en, 'en')).toContain('64 GB of memory')
    expect(checkText(limit({ what: 'gpus', asked: 1, limit: 0 }), en, 'en')).toBe(
      'This job asks for GPUs (1); partition viz has none.',
    )
  })

  it('tells of the last runs with their range', () => {
    expect(checkText(past, en, 'en')).toBe(
      'Your last 5 runs of this template used 11 GB – 13 GB of memory; you ask for 64 GB. Asking for less starts sooner.',
    )
    expect(checkText(past, ko, 'ko')).toContain('11 GB – 13 GB')
  })

  it('is left out where a newer agent knows more than this window', () =>
    expect(checkText({ ...past, code: 'tomorrow' } as unknown as Check, en, 'en')).toBeUndefined())

  it('helps with a button', () => {
    expect(text('nodes', 2)).toBe('Use 2 nodes')
    expect(text('memoryMb', 16_384)).toBe('Use 16 GB')
    expect(text('timeMinutes', 720)).toBe('Use 12 h')
    expect(text('partition', 'viz')).toBe('Choose partition viz')
  })
})

it('says when it starts as people say it', () => {
  const now = Date.parse('2026-11-21T12:00:00Z')
  const at = (seconds: number) => startText(new Date(now + seconds * 1000).toISOString(), en, 'en', now)
  expect(at(20)).toBe('Would start now')
  expect(at(725)).toMatch(/^Starts about \d\d:12, in 12 min$/)
  expect(at(3 * 3600 + 119)).toMatch(/in 3 h$/)
})

it('says memory in powers of 1024', () =>
  expect([5 * 2 ** 20, 640 * 2 ** 20, 12.5 * GIB, 300 * GIB].map((bytes) => formatMemory(bytes, 'en'))).toEqual([
    '5 MB',
    '640 MB',
    '12.5 GB',
    '300 GB',
  ]))

const error = (code: Check['code']): Check => ({ code, level: 'error', data: {}, next: [] }) as unknown as Check
const checked = (checks: Check[]) => ({
  state: 'checked' as const,
  preflight: { checks, start: { state: 'unknown' as const }, at: '' },
})

describe('what blocks a submission', () => {
  it('is an error of the agent, not a note, and not what the form says itself', () => {
    expect(blocks(checked([error('partition-unknown')]))).toBe(true)
    expect(blocks(checked([past]))).toBe(false)
    expect(hasNotes(checked([past]))).toBe(true)
    expect(hasNotes(checked([error('partition-unknown')]))).toBe(false)
    expect(blocks(checked([error('slot'), error('parameter')]))).toBe(false)
    expect(shownChecks([error('slot'), past])).toEqual([past])
  })
  it('is never an answer for other values', () => expect(blocks({ state: 'checking' })).toBe(false))
})

it('asks again for other values, not for another name or for bytes that have arrived', () => {
  const question = {
    submission: { name: 'a', resources: { nodes: 1, tasks: 1, timeMinutes: 1 }, command: 'true' },
    stored: [],
    planned: [{ name: 'f', size: 10, sent: 1 }],
  }
  const { submission } = question
  expect(keyOf({ ...question, submission: { ...submission, name: 'b' } })).toBe(keyOf(question))
  expect(keyOf({ ...question, planned: [{ name: 'f', size: 10, sent: 9 }] })).toBe(keyOf(question))
  expect(keyOf({ ...question, submission: { ...submission, command: 'false' } })).not.toBe(keyOf(question))
})
