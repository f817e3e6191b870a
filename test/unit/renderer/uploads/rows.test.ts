import { describe, expect, it } from 'vitest'
import { formsOf, Ledger } from '../../../../src/renderer/features/uploads/ledger.ts'
import { createRows, isShown, keeper, matches } from '../../../../src/renderer/features/uploads/rows.ts'
import { upload } from './example.ts'

function table() {
  const ledger = new Ledger()
  const rows = createRows()
  const mesh = upload({ label: 'plate', name: 'plate.msh' })
  const loads = upload({ label: 'plate', name: 'loads.csv', class: 'data', state: 'uploaded', folder: 'tables' })
  ledger.reset([mesh, loads, upload({ label: 'wire', name: 'wire.msh', state: 'failed' })])
  const all = {}
  return {
    ledger,
    mesh,
    loads,
    all,
    at: (filter: unknown, keeps?: (id: string) => boolean) => rows(formsOf(ledger.forms, 's'), filter, keeps),
  }
}

describe('the lines of the table', () => {
  it('are the very same while only bytes move', () => {
    const { ledger, mesh, all, at } = table()
    const before = at(all)
    ledger.apply({ put: [{ ...mesh, sent: 50 }], gone: [] })
    expect(at(all)).toBe(before)
    ledger.apply({ put: [upload({ label: 'plate', name: 'b.msh' })], gone: [] })
    const after = at(all)
    expect(after).not.toBe(before)
    expect(after.top[0]).toBe(before.top[0])
  })

  it('stand for all that lies under them, each once', () => {
    const { mesh, loads, all, at } = table()
    const rows = at(all)
    const plate = rows.top.find((row) => row.kind === 'form' && row.label === 'plate')
    if (plate === undefined) throw new Error('no form')
    expect(new Set(rows.idsOf([plate, { kind: 'file', id: mesh.id }]))).toEqual(new Set([mesh.id, loads.id]))
    expect(rows.under({ kind: 'file', id: mesh.id })).toBeUndefined()
  })

  it('leave out forms and classes of which a filter keeps nothing', () => {
    const { ledger, at } = table()
    const rows = at('done', keeper(ledger.uploads, 'done', []))
    expect(rows.top.map((row) => row.kind === 'form' && row.label)).toEqual(['plate'])
    expect(rows.parents).toHaveLength(2)
  })
})

it('filters by state and by words of name, place and form', () => {
  expect(isShown(upload({ state: 'paused' }), 'moving')).toBe(true)
  expect(isShown(upload({ state: 'waiting', wait: 'file' }), 'trouble')).toBe(true)
  expect(isShown(upload({ state: 'uploaded', warnings: ['odd'] }), 'trouble')).toBe(true)
  expect(isShown(upload({ state: 'uploaded' }), 'trouble')).toBe(false)
  const file = upload({ label: 'Plate-1', folder: 'case/A', name: '진동.msh' })
  expect(matches(file, ['case/a', '진동', 'plate'])).toBe(true)
  expect(matches(file, ['wire'])).toBe(false)
})
