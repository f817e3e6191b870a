import { describe, expect, it } from 'vitest'
import type { OutboxEntry, OutboxQuestion, OutboxWait } from '../../../contract/outbox.ts'
import type { Check } from '../../../contract/preflight.ts'
import type { ConnectionState } from '../../../contract/sites.ts'
import type { Upload } from '../../../contract/uploads.ts'
import { parseDependencies } from '../../../src/cli/commands/submit-options.ts'
import { afterEntries, isKept, whenOf } from '../../../src/cli/commands/when-options.ts'
import { contents, named, shortIds, stateOfBatch } from '../../../src/cli/outbox/contents.ts'
import { batchMotion, motionOf, type Around } from '../../../src/cli/outbox/motion.ts'
import { heldSentence } from '../../../src/cli/outbox/session.ts'
import { age, clock, questionText, stateAndWhy, whyText } from '../../../src/cli/outbox/words.ts'

const at = '2026-11-29T08:00:00.000Z'

const entry = (id: string, more: Partial<OutboxEntry> = {}): OutboxEntry => ({
  id,
  site: 's',
  siteName: 'cluster',
  action: { kind: 'submit', submission: { name: id, resources: { nodes: 1, tasks: 1, timeMinutes: 5 } }, uploads: [] },
  title: id,
  state: 'waiting',
  when: {},
  story: [],
  rank: 1,
  createdAt: at,
  updatedAt: at,
  can: { edit: true, hold: true, release: true, remove: true, retry: true, accept: true, move: true },
  ...more,
})
const withUploads = (id: string, ...ids: string[]): OutboxEntry => {
  const made = entry(id, { wait: 'files' })
  if (made.action.kind === 'submit') made.action.uploads = ids.map((upload) => ({ id: upload }))
  return made
}
const upload = (id: string, state: Upload['state'], wait?: Upload['wait']): Upload => ({
  id,
  site: 's',
  label: 'l',
  name: `${id}.msh`,
  folder: '',
  size: 10,
  class: 'mesh',
  state,
  ...(wait === undefined ? {} : { wait }),
  sent: 0,
  bytesPerSecond: 0,
  reused: 0,
  crossed: 0,
  createdAt: at,
  updatedAt: at,
})
const around = (
  state: ConnectionState,
  { entries = [], uploads = [] }: { entries?: OutboxEntry[]; uploads?: Upload[] } = {},
): Around => ({
  entries: new Map(entries.map((item) => [item.id, item])),
  uploads: new Map(uploads.map((item) => [item.id, item])),
  sites: new Map([['s', { connection: { state, since: at } }]]),
})

const motion = (uploads: Upload[], state: ConnectionState): string =>
  batchMotion({ id: 'l', site: 's', uploads }, around(state, { uploads }))
const ago = (seconds: number): string => age(at, Date.parse(at) + seconds * 1000)

describe('the outbox: what ids stand for', () => {
  it('shows as few letters as tell them apart, four at least', () => {
    expect([...shortIds(['abcdef1', 'abcdef2', '12345678'])]).toEqual([
      ['12345678', '1234'],
      ['abcdef1', 'abcdef1'],
      ['abcdef2', 'abcdef2'],
    ])
  })
  it('takes the beginning of one, but only of one', () => {
    const items = [{ id: 'abc1' }, { id: 'abc2' }, { id: 'abc' }]
    expect(named(items, 'abc2')).toBe(items[1])
    expect(named(items, 'abc')).toBe(items[2])
    expect(() => named(items, 'ab')).toThrow('"ab" stands for abc1, abc2, abc.')
    expect(() => named(items, 'x')).toThrow('The outbox has no "x".')
  })
  it('lists files by themselves only where no entry waits for them', () => {
    const { batches, entries } = contents(
      [entry('b', { rank: 2 }), withUploads('a', 'u1')],
      [upload('u1', 'queued'), upload('u2', 'queued'), upload('u3', 'uploaded')],
    )
    expect(entries.map(({ id }) => id)).toEqual(['a', 'b'])
    expect(batches).toMatchObject([{ id: 'l', site: 's', uploads: [{ id: 'u2' }, { id: 'u3' }] }])
  })
  it.each([
    ['waiting', [upload('1', 'queued'), upload('2', 'uploaded')]],
    ['sending', [upload('1', 'verifying'), upload('2', 'paused')]],
    ['held', [upload('1', 'paused'), upload('2', 'uploaded')]],
    ['failed', [upload('1', 'failed'), upload('2', 'uploading')]],
    ['needs-you', [upload('1', 'waiting', 'file'), upload('2', 'failed')]],
    ['done', [upload('1', 'uploaded'), upload('2', 'cancelled')]],
  ])('calls files %s as entries are', (state, uploads) => {
    expect(stateOfBatch({ id: 'l', site: 's', uploads })).toBe(state)
  })
})

describe('the outbox: what goes on by itself', () => {
  it.each<[OutboxWait | undefined, ConnectionState, string]>([
    [undefined, 'offline', 'going'],
    ['turn', 'connected', 'going'],
    ['scheduler', 'connected', 'going'],
    ['server-limit', 'connected', 'going'],
    ['network', 'connecting', 'going'],
    ['network', 'degraded', 'going'],
    ['network', 'offline', 'cut'],
    ['network', 'reconnecting', 'cut'],
    ['sign-in', 'connected', 'cut'],
    ['time', 'connected', 'later'],
    ['place', 'offline', 'later'],
    ['estimate', 'connected', 'later'],
    ['job-limit', 'connected', 'later'],
  ])('an entry that waits for %s at a site that is %s: %s', (wait, state, motion) => {
    expect(motionOf(entry('a', wait === undefined ? {} : { wait }), around(state))).toBe(motion)
  })
  it.each(['held', 'done', 'failed', 'needs-you'] as const)('nothing that is %s', (state) => {
    expect(motionOf(entry('a', { state }), around('connected'))).toBe('over')
  })
  it.each<[Upload[], ConnectionState, string]>([
    [[upload('u', 'uploading')], 'connected', 'going'],
    [[upload('u', 'queued')], 'offline', 'cut'],
    [[upload('u', 'waiting', 'network')], 'connected', 'going'],
    [[upload('u', 'waiting', 'sign-in')], 'connected', 'cut'],
    [[upload('u', 'paused')], 'connected', 'later'],
    [[upload('u', 'uploaded')], 'connected', 'going'],
  ])('an entry as its files do: %#', (uploads, state, motion) => {
    expect(motionOf(withUploads('a', 'u'), around(state, { uploads }))).toBe(motion)
  })
  it('an entry as those before it do', () => {
    const dependent = entry('b', { wait: 'dependency', waitsFor: ['a'] })
    const after = (a: OutboxEntry): string => motionOf(dependent, around('offline', { entries: [a, dependent] }))
    expect(after(entry('a', { wait: 'turn' }))).toBe('going')
    expect(after(entry('a', { wait: 'network' }))).toBe('cut')
    expect(after(entry('a', { wait: 'time' }))).toBe('later')
    expect(after(entry('a', { state: 'held' }))).toBe('later')
    expect(after(entry('a', { state: 'done' }))).toBe('going')
  })
  it('files without an entry', () => {
    expect(motion([upload('1', 'queued'), upload('2', 'uploaded')], 'connected')).toBe('going')
    expect(motion([upload('1', 'queued')], 'offline')).toBe('cut')
    expect(motion([upload('1', 'paused'), upload('2', 'failed')], 'connected')).toBe('over')
  })
})

describe('the outbox: when', () => {
  it('is what was given, in place of what was before', () => {
    expect(whenOf({ notBefore: '2026-12-01T08:00:00Z', network: '10.1.0.0/16', startWithin: '60' })).toEqual({
      notBefore: '2026-12-01T08:00:00.000Z',
      network: '10.1.0.0/16',
      startWithinMinutes: 60,
    })
    const before = { notBefore: at, network: 'fd00::/64', startWithinMinutes: 60 }
    expect(whenOf({ network: 'none', startWithin: '30' }, before)).toEqual({ notBefore: at, startWithinMinutes: 30 })
    expect(whenOf({ notBefore: 'none', network: 'none', startWithin: 'none' }, before)).toEqual({})
    expect(whenOf({}, before)).toEqual(before)
  })
  it.each([
    [{ network: 'office' }, /no subnet/],
    [{ startWithin: 'soon' }, /no number of minutes/],
    [{ startWithin: '0' }, /no number of minutes/],
    [{ notBefore: '25:00' }, /no time/],
  ])('names what is wrong: %j', (options, reason) => {
    expect(() => whenOf(options)).toThrow(reason)
  })
  it('keeps in the outbox what has to wait on this machine', () => {
    expect(isKept({ after: [] })).toBe(false)
    expect(isKept({ dependency: 'afterok:12' })).toBe(false)
    const kept = [{ offline: true }, { hold: true }, { notBefore: '20:00' }, { network: '10.0.0.0/8' }]
    for (const options of [...kept, { startWithin: '5' }, { after: ['a'] }, { dependency: 'afterok:@a' }])
      expect(isKept(options), JSON.stringify(options)).toBe(true)
  })
  it('names other submissions by the whole of their ids', () => {
    const entries = [entry('first-entry'), entry('a-change', { action: { kind: 'remove-template', id: 't' } })]
    const { dependencies = [] } = parseDependencies('afterany:12:@first')
    expect(afterEntries({ account: 'lab', dependencies }, ['first-e'], entries)).toEqual({
      account: 'lab',
      dependencies: [
        { type: 'afterany', job: '12' },
        { type: 'afterany', submission: 'first-entry' },
        { type: 'afterok', submission: 'first-entry' },
      ],
    })
    expect(afterEntries(undefined, [], entries)).toBeUndefined()
    expect(() => afterEntries(undefined, ['a-ch'], entries)).toThrow(/has no "a-ch"/)
  })
})

describe('the outbox: sentences', () => {
  const telling = { nameOf: (id: string) => id.slice(0, 4), uploads: [upload('u', 'queued')], atRest: true }
  const said = (made: OutboxEntry, more: Partial<typeof telling> = {}): string =>
    stateAndWhy(made.state, whyText(made, { ...telling, ...more }))
  it('says why an entry waits', () => {
    expect(said(entry('a', { wait: 'turn' }))).toBe('waiting for `headway outbox send`')
    expect(said(withUploads('a', 'u'))).toBe('waiting for `headway outbox send`')
    expect(said(withUploads('a', 'u'), { atRest: false })).toBe('waiting for its files')
    expect(said(withUploads('a', 'u'), { uploads: [upload('u', 'waiting', 'network')] })).toBe(
      'waiting for the network',
    )
    expect(said(entry('a', { wait: 'dependency', waitsFor: ['bcdefg'] }))).toBe('waiting for bcde')
    expect(said(entry('a', { wait: 'place', when: { network: '10.1.0.0/16' } }))).toBe(
      'waiting for network 10.1.0.0/16',
    )
    expect(said(entry('a', { state: 'done', result: { jobId: '7' } }))).toBe('done: job 7')
    const error = { code: 'NOT_FOUND', data: { what: 'site', id: 's' }, message: 'There is no site s.' } as const
    expect(said(entry('a', { state: 'failed', error }))).toBe('failed: There is no site s.')
  })
  it('puts every question with what to do', () => {
    const check: Check = { code: 'qos-unknown', level: 'error', data: { qos: 'night', known: ['day'] }, next: [] }
    const checks: OutboxQuestion = { kind: 'checks', checks: [check] }
    expect(questionText(checks, 'a1').join('\n')).toMatch(
      /qos unknown \(qos night, known day\)\n`headway outbox accept a1`/,
    )
    const differences = [{ part: 'parameter' as const, key: 'refine', before: '1', after: '2' }]
    expect(questionText({ kind: 'template-changed', from: 1, to: 2, differences }, 'a1').join('\n')).toMatch(
      /version 1 when you submitted, 2 now.\n {2}parameter refine: 1 → 2\n`headway outbox accept a1`/,
    )
    expect(questionText({ kind: 'dependency', entry: 'b', title: 'mesh', why: 'deleted' }, 'a1')[0]).toContain(
      '"mesh", which was removed',
    )
  })
  it('names who has it', () => {
    expect(heldSentence({ host: 'here', pid: 7, here: true })).toMatch(/by headway process 7\. .*Ctrl-C/)
    expect(heldSentence({ host: 'ws12', pid: 7, here: false })).toContain('process 7 on ws12')
    expect(heldSentence(undefined)).toMatch(/^Another headway process/)
  })
  it('tells times as clocks do', () => {
    const now = new Date(2026, 10, 29, 12, 0)
    expect(clock(new Date(2026, 10, 29, 9, 5).toISOString(), now)).toBe('09:05')
    expect(clock(new Date(2026, 10, 28, 9, 5).toISOString(), now)).toBe('2026-11-28 09:05')
    expect([ago(5), ago(600), ago(7200), ago(200_000)]).toEqual(['5 s', '10 min', '2 h', '2 d'])
  })
})
