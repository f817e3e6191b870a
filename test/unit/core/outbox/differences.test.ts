import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Parameter, Template } from '../../../../contract/templates.ts'
import { differencesOf } from '../../../../src/core/outbox/differences.ts'

const load = (maximum: number): Parameter => ({ key: 'load', label: { en: 'Load' }, type: 'number', maximum })
const template = (more: Partial<Template> = {}): Template => ({
  id: 'bracket',
  version: 1,
  name: { en: 'Bracket' },
  category: 'fem',
  files: [],
  parameters: [load(10)],
  resources: { nodes: 1, tasks: 1, timeMinutes: 10 },
  script: 'run',
  visibility: 'shared',
  editable: false,
  updatedAt: '2026-11-29T08:00:00.000Z',
  missingCommands: [],
  ...more,
})
const withKeys = (keys: readonly string[]) => template({ parameters: keys.map((key) => ({ ...load(1), key })) })
const changed = (more: Partial<Template>, before: Partial<Template> = {}) =>
  differencesOf(template(before), template({ version: 2, ...more }))

describe('the differences between two versions of a template', () => {
  it('are none where only its version, its time and its place are others', () => {
    const more = { updatedAt: '2026-11-30T08:00:00.000Z', editable: true, missingCommands: ['ccx'] }
    expect(changed({ ...more, visibility: 'private' })).toEqual([])
  })

  it('name what is another, what is new and what is gone', () => {
    expect(changed({ parameters: [load(3)] })).toEqual([
      { part: 'parameter', key: 'load', before: JSON.stringify(load(10)), after: JSON.stringify(load(3)) },
    ])
    expect(changed({ parameters: [] })).toEqual([{ part: 'parameter', key: 'load', before: JSON.stringify(load(10)) }])
    expect(changed({ resources: { nodes: 2, tasks: 1, timeMinutes: 10, partition: 'long' } })).toEqual([
      { part: 'resources', key: 'nodes', before: '1', after: '2' },
      { part: 'resources', key: 'partition', after: 'long' },
    ])
    expect(changed({ script: 'run --fast' })).toEqual([{ part: 'script', before: 'run', after: 'run --fast' }])
    expect(changed({ requires: ['ccx'] })).toEqual([{ part: 'requires', key: '0', after: 'ccx' }])
    expect(changed({ category: 'cfd' })).toEqual([{ part: 'other', key: 'category', before: 'fem', after: 'cfd' }])
  })

  it('name steps where a script became a workflow', () => {
    const { script: _script, ...rest } = template()
    const steps = [{ key: 'mesh', name: { en: 'Mesh' }, template: 'mesh' }]
    expect(differencesOf(template(), { ...rest, steps })).toEqual([
      { part: 'script', before: 'run' },
      { part: 'steps', key: 'mesh', after: JSON.stringify(steps[0]) },
    ])
  })

  it('do not depend on the order of parameters, and are none of a template to itself', () => {
    const keys = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9_]{0,5}$/), { maxLength: 8 })
    fc.assert(
      fc.property(keys, keys, fc.boolean(), (before, after, turned) => {
        const found = differencesOf(withKeys(before), withKeys(turned ? after.toReversed() : after))
        expect(found.map(({ key = '' }) => key).toSorted()).toEqual(
          [...new Set(before).symmetricDifference(new Set(after))].toSorted(),
        )
        for (const { key = '', before: was, after: is } of found) {
          expect(was !== undefined).toBe(before.includes(key))
          expect(is !== undefined).toBe(after.includes(key))
        }
      }),
    )
  })
})
