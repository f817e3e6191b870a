import { describe, expect, it } from 'vitest'
import type { Upload } from '../../../../contract/uploads.ts'
import { formKey, formsOf, Ledger } from '../../../../src/renderer/features/uploads/ledger.ts'
import { noUploads, plus, progressIn, progressOf, tallyOf } from '../../../../src/renderer/features/uploads/progress.ts'
import { upload } from './example.ts'

const key = formKey({ site: 's', label: 'form' })
const formIn = (ledger: Ledger) => {
  const form = ledger.forms.get(key)
  if (form === undefined) throw new Error('no form')
  return form
}
const names = (ledger: Ledger) =>
  formIn(ledger).classes.map(({ fileClass, ids }) => [fileClass, ids.map((id) => ledger.uploads.get(id)?.name)])

describe('the ledger of uploads', () => {
  it('puts what comes later into its place', () => {
    const ledger = new Ledger()
    ledger.reset([upload({ name: 'part10.msh' }), upload({ name: 'b.yaml', class: 'config' })])
    ledger.apply({ put: [upload({ name: 'part2.msh' }), upload({ name: 'Part1.msh' })], gone: [] })
    expect(names(ledger)).toEqual([
      ['mesh', ['Part1.msh', 'part2.msh', 'part10.msh']],
      ['config', ['b.yaml']],
    ])
  })

  it('keeps the list of a class the same object while only bytes move, and every view another', () => {
    const ledger = new Ledger()
    const first = upload()
    ledger.reset([first, upload({ name: 'b.msh' })])
    const before = { uploads: ledger.uploads, form: formIn(ledger) }
    ledger.apply({ put: [{ ...first, sent: 40, bytesPerSecond: 10 }], gone: [] })
    const after = formIn(ledger)
    expect(after).not.toBe(before.form)
    expect(ledger.uploads).not.toBe(before.uploads)
    expect(after.classes[0]?.ids).toBe(before.form.classes[0]?.ids)
    expect(after.tally).toMatchObject({ sent: 40, bytesPerSecond: 10, bytes: 200 })
  })

  it('forgets what is gone, and a form with its last file', () => {
    const ledger = new Ledger()
    const [a, b] = [upload(), upload({ name: 'b.msh' })]
    ledger.reset([a, b])
    ledger.apply({ put: [], gone: [a.id, 'unknown'] })
    expect(names(ledger)).toEqual([['mesh', ['b.msh']]])
    ledger.apply({ put: [], gone: [b.id] })
    expect(ledger.forms.size).toBe(0)
    expect(ledger.uploads.size).toBe(0)
  })

  it('moves a file whose class was changed', () => {
    const ledger = new Ledger()
    const file = upload({ name: 'a.inp', class: 'other' })
    ledger.reset([file])
    ledger.apply({ put: [{ ...file, class: 'mesh' }], gone: [] })
    expect(names(ledger)).toEqual([['mesh', ['a.inp']]])
    expect(formIn(ledger).classes[0]?.tally.listed).toBe(1)
  })

  it('has the newest form first and keeps that order while bytes move', () => {
    const ledger = new Ledger()
    const old = upload({ label: 'old' })
    ledger.reset([old, upload({ label: 'new', createdAt: '2026-11-21T08:00:00Z' }), upload({ site: 'other' })])
    ledger.apply({ put: [{ ...old, sent: 5, updatedAt: '2026-11-21T09:00:00Z' }], gone: [] })
    expect(formsOf(ledger.forms, 's').map(({ label }) => label)).toEqual(['new', 'old'])
  })

  it('has sums that are those of its files after any changes', () => {
    // A course of its own for each seed; the sums are counted anew beside it.
    const states: Upload['state'][] = ['queued', 'uploading', 'paused', 'uploaded', 'failed', 'cancelled', 'waiting']
    for (let seed = 1; seed <= 20; seed += 1) {
      let turn = seed
      const next = (below: number) => (turn = (turn * 48_271) % 2_147_483_647) % below
      const ledger = new Ledger()
      ledger.reset([])
      const all = new Map<string, Upload>()
      for (let step = 0; step < 60; step += 1) {
        const put = Array.from({ length: next(8) }, () => {
          const known = [...all.values()][next(all.size + 2)] ?? upload({ name: `f${next(50)}.dat` })
          return {
            ...known,
            state: states[next(states.length)] ?? 'queued',
            class: next(9) === 0 ? ('data' as const) : known.class,
            sent: next(100),
            bytesPerSecond: next(1000) / 7,
          }
        })
        const gone = [...all.keys()].filter(() => next(12) === 0)
        ledger.apply({ put, gone })
        for (const id of gone) all.delete(id)
        for (const each of put) all.set(each.id, each)
      }
      const tally = ledger.forms.get(key)?.tally ?? noUploads
      const expected = progressOf(all.values())
      const { bytesPerSecond, secondsLeft, ...counts } = progressIn(tally)
      expect(counts).toEqual({
        count: expected.count,
        uploaded: expected.uploaded,
        failed: expected.failed,
        bytes: expected.bytes,
        sent: expected.sent,
      })
      expect(bytesPerSecond).toBeCloseTo(expected.bytesPerSecond, 6)
      expect(secondsLeft === undefined).toBe(expected.secondsLeft === undefined)
      const ids = ledger.forms.get(key)?.classes.flatMap((view) => view.ids) ?? []
      expect(new Set(ids)).toEqual(new Set(all.keys()))
      expect(ids).toHaveLength(all.size)
    }
  })

  it('adds up and takes away without a rest', () => {
    const one = tallyOf(upload({ bytesPerSecond: 0.1, sent: 3 }))
    expect(progressIn(plus(plus(noUploads, one), one, -1))).toEqual(progressIn(noUploads))
  })

  it('takes 30,000 files and their changes in little time', () => {
    const ledger = new Ledger()
    const files = Array.from({ length: 30_000 }, (_none, index) =>
      upload({ name: `file${index}.dat`, folder: `case/part${index % 60}`, state: 'queued' }),
    )
    const begin = performance.now()
    for (let from = 0; from < files.length; from += 500) ledger.apply({ put: files.slice(from, from + 500), gone: [] })
    const listed = performance.now() - begin
    const changing = performance.now()
    for (let turn = 0; turn < 50; turn += 1)
      ledger.apply({
        put: files.slice(turn * 500, turn * 500 + 500).map((file) => ({ ...file, state: 'uploading' as const })),
        gone: [],
      })
    const each = (performance.now() - changing) / 50
    console.log(`30,000 files listed in ${listed.toFixed(0)} ms, 500 changes in ${each.toFixed(1)} ms`)
    expect(formIn(ledger).tally.listed).toBe(30_000)
    // Wide, since other work shares the machine: sorting anew for each part would take minutes.
    expect(listed).toBeLessThan(5_000)
    expect(each).toBeLessThan(50)
  })
})
