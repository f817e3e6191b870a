import { describe, expect, it } from 'vitest'
import type { JobDetail } from '../../../../contract/jobs.ts'
import type { Site } from '../../../../contract/sites.ts'
import type { Template } from '../../../../contract/templates.ts'
import type { Upload } from '../../../../contract/uploads.ts'
import { draftAgain, draftOf, draftOfEntry, newLabel } from '../../../../src/renderer/features/new-job/draft.ts'
import { checkForm, obstacles, waitsFor } from '../../../../src/renderer/features/new-job/readiness.ts'
import { checkResources, rawResources } from '../../../../src/renderer/features/new-job/resources.ts'

const template: Template = {
  id: 'bracket',
  version: 3,
  name: { en: 'Bracket' },
  category: 'structural',
  files: [{ key: 'mesh', label: { en: 'Mesh' }, class: 'mesh', accept: ['.msh'], min: 1, max: 1 }],
  parameters: [{ key: 'load', label: { en: 'Load' }, type: 'number', minimum: 1, default: 5 }],
  resources: { nodes: 1, tasks: 4, timeMinutes: 30 },
  script: 'true',
  visibility: 'shared',
  editable: false,
  updatedAt: '2026-11-21T07:00:00Z',
  missingCommands: [],
}
const site: Site = {
  id: 's',
  name: 'Site',
  url: 'http://x',
  user: { username: 'u', email: '', groups: [], permissions: [] },
  connection: { state: 'connected', since: '2026-11-21T07:00:00Z' },
}
const upload = (more: Partial<Upload> = {}): Upload => ({
  id: 'u1',
  site: 's',
  label: 'l',
  name: 'a.msh',
  folder: '',
  size: 10,
  class: 'mesh',
  slot: 'mesh',
  state: 'uploaded',
  sent: 10,
  bytesPerSecond: 0,
  reused: 0,
  crossed: 0,
  createdAt: '2026-11-21T07:00:00Z',
  updatedAt: '2026-11-21T07:00:00Z',
  ...more,
})
const draft = draftOf(template, 'Bracket', 'l')
const found = (more: Partial<Parameters<typeof obstacles>[0]> = {}) => {
  const form = { draft, template, uploads: [upload()], reused: [], site, ...more }
  return obstacles({ ...form, checked: checkForm(form.draft, form.template) }).map(({ kind }) => kind)
}

describe('what stands in the way', () => {
  it('is nothing for a complete form', () => expect(found()).toEqual([]))
  it('is a missing file, until one of an older job takes its place', () => {
    expect(found({ uploads: [] })).toEqual(['missing'])
    expect(found({ uploads: [], reused: [{ name: 'a.msh', slot: 'mesh' }] })).toEqual([])
  })
  it('is a file that failed or has to be picked again, not one on its way', () => {
    expect(found({ uploads: [upload({ state: 'failed' })] })).toEqual(['failed'])
    expect(found({ uploads: [upload({ state: 'waiting', wait: 'file' })] })).toEqual(['pick-again'])
    expect(found({ uploads: [upload({ state: 'uploading' })] })).toEqual([])
  })
  it('is more files than one submission takes', () => {
    const files = Array.from({ length: 1000 }, (_, n) => {
      const { slot: _slot, ...extra } = upload({ id: `u${n + 2}` })
      return extra
    })
    expect(found({ uploads: files.slice(1).concat(upload()) })).toEqual([])
    expect(found({ uploads: [upload(), ...files] })).toEqual(['too-many'])
  })
  it('is a value, a name, a resource', () =>
    expect(
      found({
        draft: { ...draft, name: ' ', values: { load: '0' }, resources: { ...draft.resources, nodes: '0' } },
      }),
    ).toEqual(['name', 'parameter', 'resource']))
  it('is an option of the queue', () =>
    expect(found({ draft: { ...draft, queue: { ...draft.queue, array: '9-1', account: 'a b' } } })).toEqual([
      'queue',
      'queue',
    ]))
  it('is a name that the contract refuses', () => {
    expect(found({ draft: { ...draft, name: 'x'.repeat(129) } })).toEqual(['name'])
    expect(found({ draft: { ...draft, name: 'a\u0007b' } })).toEqual(['name'])
  })
  it('is a lacking command, and nobody whose job it could be', () => {
    const { user: _user, ...nobody } = site
    const lacking = { ...template, missingCommands: ['ccx'] }
    expect(found({ site: nobody, template: lacking })).toEqual(['sign-in', 'commands'])
  })
  it('is not a session that has ended: the outbox waits for the next one', () => {
    const { user: _user, ...left } = site
    const ended: Site = { ...left, lastUsername: 'u', connection: { ...site.connection, state: 'signed-out' } }
    expect(found({ site: ended })).toEqual([])
    expect(waitsFor([upload()], ended)).toBe('sign-in')
  })
  it('is an entry that is on its way, and a time of sending that has passed', () => {
    expect(found({ tooLate: true })).toEqual(['too-late'])
    expect(found({ draft: { ...draft, send: { ...draft.send, notBefore: '2020-01-01T20:00' } } })).toEqual(['send'])
  })
  it('is a custom job without a command', () =>
    expect(found({ draft: draftOf(undefined, 'Own', 'l'), template: undefined, uploads: [] })).toEqual(['command']))
})

describe('a submission', () => {
  it('carries the values as their types', () =>
    expect(checkForm({ ...draft, values: { load: '2.5e1' } }, template).submission).toEqual({
      name: 'Bracket',
      resources: { nodes: 1, tasks: 4, timeMinutes: 30 },
      templateId: 'bracket',
      templateVersion: 3,
      parameters: { load: 25 },
    }))
  it('waits for the network first, then for its files', () => {
    const offline: Site = { ...site, connection: { ...site.connection, state: 'reconnecting' } }
    expect(waitsFor([upload({ state: 'verifying' })], offline)).toBe('network')
    expect(waitsFor([upload({ state: 'verifying' })], site)).toBe('files')
    const slow: Site = { ...site, connection: { ...site.connection, state: 'degraded' } }
    expect(waitsFor([upload()], slow)).toBeUndefined()
    expect(waitsFor([upload()], site)).toBeUndefined()
  })
})

describe('resources', () => {
  it('survive editing', () => {
    const resources = { nodes: 2, tasks: 8, cpusPerTask: 2, timeMinutes: 90, memoryMb: 4096, gpus: 2, partition: 'viz' }
    expect(checkResources(rawResources(resources)).resources).toEqual(resources)
  })
  it('leave memory and partition to the site where they are empty', () =>
    expect(checkResources(rawResources({ nodes: 1, tasks: 1, timeMinutes: 1 })).resources).toEqual({
      nodes: 1,
      tasks: 1,
      timeMinutes: 1,
    }))
  it('name each field that cannot be taken', () =>
    expect(
      [
        ...checkResources({
          nodes: '0',
          tasks: '1.5',
          cpusPerTask: '-1',
          timeMinutes: '1e9',
          memoryMb: 'x',
          gpus: '0',
          partition: 'a b',
        }).problems,
      ].sort(),
    ).toEqual(['cpusPerTask', 'gpus', 'memoryMb', 'nodes', 'partition', 'tasks', 'timeMinutes']))
})

describe('an entry of the outbox', () => {
  const submission = {
    name: 'Bracket 2',
    resources: { nodes: 2, tasks: 8, timeMinutes: 90 },
    options: {
      dependencies: [
        { type: 'afterok' as const, submission: 'e1' },
        { type: 'after' as const, job: '12' },
      ],
      begin: new Date(2027, 0, 2, 3, 4).toISOString(),
    },
    templateId: 'bracket',
    templateVersion: 2,
    parameters: { load: 9, gone: 1 },
  }
  const action = {
    kind: 'submit' as const,
    submission,
    uploads: [{ id: 'u1', slot: 'mesh' }],
    stored: [{ uploadId: 'agent-1', slot: 'mesh' }],
  }
  it('fills its form with all it says, and the form says the same again, of the template as it is now', () => {
    const filled = draftOfEntry(action, { startWithinMinutes: 60 }, template, 'label')
    expect(filled).toMatchObject({ bound: ['u1'], send: { startWithin: '60', held: false } })
    expect(filled.reused).toMatchObject([{ agentUploadId: 'agent-1', slot: 'mesh' }])
    expect(checkForm(filled, template).submission).toEqual({
      ...submission,
      templateVersion: 3,
      parameters: { load: 9 },
    })
  })
})

describe('the same again', () => {
  const job: JobDetail = {
    id: '7',
    name: 'Load 9',
    user: 'u',
    state: 'completed',
    resources: { nodes: 1, tasks: 2, timeMinutes: 10 },
    templateId: 'bracket',
    submittedAt: '2026-11-21T07:00:00Z',
    hasConvergence: false,
    script: '',
    parameters: { load: 9, gone: 1 },
    inputs: [
      { slot: 'mesh', uploadId: 'agent-1', name: 'a.msh', size: 10 },
      { slot: 'removed', uploadId: 'agent-2', name: 'b.yaml', size: 2 },
      { name: 'made-on-the-cluster', size: 1 },
    ],
    logTail: [],
  }
  const again = draftAgain(job, template, 'l2')
  it('takes name, values and resources that the template still knows', () => {
    expect(again.name).toBe('Load 9')
    expect(again.values).toEqual({ load: '9' })
    expect(again.resources.tasks).toBe('2')
  })
  it('takes the files that this Headway still knows, in the slots that still exist', () => {
    expect(again.reused).toEqual([
      { agentUploadId: 'agent-1', name: 'a.msh', size: 10, slot: 'mesh' },
      { agentUploadId: 'agent-2', name: 'b.yaml', size: 2 },
    ])
  })
})

it('makes labels that the agent takes as folder names', () => {
  const label = newLabel('x'.repeat(64), new Date(2026, 10, 3), crypto.randomUUID())
  expect(label).toMatch(/^x{64}-20261103-[0-9a-f]{6}$/)
  expect(newLabel(undefined, new Date(2026, 10, 3), 'abcdefgh')).toBe('custom-20261103-abcdef')
})
