import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { OutboxAction } from '../../../../contract/outbox.ts'
import type { Upload } from '../../../../contract/uploads.ts'
import type { OutboxPhase, OutboxRecord } from '../../../../src/core/outbox/record.ts'
import { standingOf, type World } from '../../../../src/core/outbox/standing.ts'

const now = Date.parse('2026-11-29T20:00:00.000Z')
const at = (ms: number): string => new Date(now + ms).toISOString()

const record = (more: Partial<OutboxRecord> = {}): OutboxRecord => ({
  id: 'e',
  change: 'c',
  site: 's',
  siteName: 'here',
  user: 'jin',
  action: submit({}),
  when: {},
  rank: 1,
  phase: 'queued',
  sent: false,
  round: 0,
  story: [],
  createdAt: at(0),
  updatedAt: at(0),
  ...more,
})
function submit({ after = [], uploads = [] }: { after?: string[]; uploads?: string[] }): OutboxAction {
  return {
    kind: 'submit',
    submission: {
      name: 'plate',
      command: 'true',
      resources: { nodes: 1, tasks: 1, timeMinutes: 5 },
      options: { dependencies: after.map((submission) => ({ type: 'afterok', submission })) },
    },
    uploads: uploads.map((id) => ({ id })),
  }
}
const upload = (state: Upload['state'], more: Partial<Upload> = {}): Upload => ({
  id: 'u',
  site: 's',
  label: 'l',
  name: 'plate.msh',
  folder: '',
  size: 10,
  class: 'mesh',
  state,
  sent: 0,
  bytesPerSecond: 0,
  reused: 0,
  crossed: 0,
  createdAt: at(0),
  updatedAt: at(0),
  ...more,
})
const world = (more: Partial<World> = {}): World => ({
  now,
  site: () => ({ signedIn: true, reachable: true }),
  entry: () => undefined,
  upload: () => undefined,
  networks: [],
  rest: () => undefined,
  ...more,
})
const other = (phase: OutboxPhase) => world({ entry: () => record({ id: 'other', phase }) })
const dependent = record({ action: submit({ after: ['other'] }) })
const withUpload = record({ action: submit({ uploads: ['u'] }) })

describe('what stands in the way of an entry', () => {
  it('is nothing where everything is there', () => {
    expect(standingOf(record(), world())).toEqual({ ready: true })
  })

  it.each<[OutboxPhase, unknown]>([
    ['queued', { ready: false, wait: 'dependency', waitsFor: ['other'] }],
    ['held', { ready: false, wait: 'dependency', waitsFor: ['other'] }],
    ['asking', { ready: false, wait: 'dependency', waitsFor: ['other'] }],
    ['failed', { ready: false, question: { kind: 'dependency', entry: 'other', title: 'plate', why: 'failed' } }],
    ['done', { ready: true }],
  ])('is the entry it depends on, which is %s', (phase, standing) => {
    expect(standingOf(dependent, other(phase))).toEqual(standing)
  })

  it('is no entry that is off the list: the site knows it', () => {
    expect(standingOf(dependent, world())).toEqual({ ready: true })
  })

  it.each<[Upload | undefined, unknown]>([
    [undefined, { ready: false, question: { kind: 'files', files: [{ upload: 'u', name: 'u' }] } }],
    [upload('failed'), { ready: false, question: { kind: 'files', files: [{ upload: 'u', name: 'plate.msh' }] } }],
    [upload('cancelled'), { ready: false, question: { kind: 'files', files: [{ upload: 'u', name: 'plate.msh' }] } }],
    [
      upload('waiting', { wait: 'file' }),
      { ready: false, question: { kind: 'files', files: [{ upload: 'u', name: 'plate.msh' }] } },
    ],
    [upload('waiting', { wait: 'network' }), { ready: false, wait: 'files' }],
    [upload('paused'), { ready: false, wait: 'files' }],
    [upload('verifying'), { ready: false, wait: 'files' }],
    [upload('uploaded'), { ready: true }],
  ])('is a file that is not there yet', (found, standing) => {
    expect(standingOf(withUpload, world({ upload: () => found }))).toEqual(standing)
  })

  it('is no upload any more once all were verified', () => {
    expect(standingOf({ ...withUpload, files: [{ uploadId: 'a' }] }, world())).toEqual({ ready: true })
  })

  it('is the time, the place and a rest, until when where that is known', () => {
    const later = record({ when: { notBefore: at(1000) } })
    expect(standingOf(later, world())).toEqual({ ready: false, wait: 'time', until: now + 1000 })
    expect(standingOf(later, world({ now: now + 1000 }))).toEqual({ ready: true })
    const there = record({ when: { network: '10.1.0.0/16' } })
    expect(standingOf(there, world())).toEqual({ ready: false, wait: 'place' })
    expect(standingOf(there, world({ networks: ['10.1.0.0/16'] }))).toEqual({ ready: true })
    const rest = { wait: 'server-limit', until: now + 1 } as const
    expect(standingOf(record(), world({ rest: () => rest }))).toEqual({ ready: false, ...rest })
    expect(standingOf(record(), world({ now: now + 1, rest: () => rest }))).toEqual({ ready: true })
  })

  it('is only the way, once it may have been sent', () => {
    const anything = fc.record({
      after: fc.subarray(['other']),
      uploads: fc.subarray(['u']),
      phase: fc.constantFrom<OutboxPhase>('queued', 'held', 'asking', 'failed', 'done'),
      state: fc.constantFrom<Upload['state']>('failed', 'uploading', 'cancelled'),
      when: fc.record(
        { notBefore: fc.constantFrom(at(-1000), at(1000)), network: fc.constant('10.1.0.0/16') },
        { requiredKeys: [] },
      ),
      signedIn: fc.boolean(),
      reachable: fc.boolean(),
    })
    fc.assert(
      fc.property(anything, ({ after, uploads, phase, state, when, signedIn, reachable }) => {
        const around = world({
          entry: () => record({ phase }),
          upload: () => upload(state),
          site: () => ({ signedIn, reachable }),
        })
        const sent = record({ sent: true, when, action: submit({ after, uploads }) })
        const standing = standingOf(sent, around)
        expect(standing.ready).toBe(signedIn && reachable)
        if (!standing.ready) expect(standing).toMatchObject({ wait: signedIn ? 'network' : 'sign-in' })
        // Under no other name, whatever else is there.
        expect(
          standingOf({ ...sent, sent: false }, { ...around, site: () => ({ signedIn: false, reachable }) }).ready,
        ).toBe(false)
      }),
    )
  })
})
