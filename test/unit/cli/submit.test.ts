import { describe, expect, it } from 'vitest'
import { parseFiles, parseParameters } from '../../../src/cli/commands/submission.ts'
import { jobOptionsOf, parseBegin, resourcesOf } from '../../../src/cli/commands/submit-options.ts'
import { bytes, printable, table } from '../../../src/cli/output.ts'

const template = {
  files: [
    { key: 'geometry', label: { en: 'Geometry' }, class: 'mesh' as const, accept: ['.geo', '.step'], min: 1, max: 1 },
    { key: 'settings', label: { en: 'Settings' }, class: 'config' as const, accept: ['.yaml'], min: 1, max: 1 },
    { key: 'extra', label: { en: 'Extra' }, class: 'config' as const, accept: ['.yaml', '.json'], min: 0, max: 9 },
  ],
  parameters: [
    { key: 'mesh_size', type: 'number' as const, label: { en: 'Mesh size' } },
    { key: 'material', type: 'string' as const, label: { en: 'Material' } },
    { key: 'nonlinear', type: 'boolean' as const, label: { en: 'Nonlinear' } },
  ],
}

describe('submit: values from the command line', () => {
  it('reads them as the types the template gives them', () => {
    expect(parseParameters(template, ['mesh_size=2.5', 'material=steel=1', 'nonlinear=false'])).toEqual({
      mesh_size: 2.5,
      material: 'steel=1',
      nonlinear: false,
    })
    expect(parseParameters(template, ['nonlinear'])).toEqual({ nonlinear: true })
  })
  it.each([
    ['mesh_size=fine', /mesh_size must be a number, not "fine"/],
    ['mesh_size=', /must be a number/],
    ['nonlinear=maybe', /must be true or false/],
    ['colour=red', /No parameter "colour". Known: mesh_size, material, nonlinear/],
  ])('refuses %s in a sentence', (pair, message) => {
    expect(() => parseParameters(template, [pair])).toThrow(message)
  })
})

describe('submit: files from the command line', () => {
  it('takes the slot that is named, also where the path has an equals sign', () => {
    expect(parseFiles(template, ['geometry=a=b.geo'])).toEqual([{ slot: 'geometry', path: 'a=b.geo' }])
  })
  it('finds the slot by extension where only one accepts it', () => {
    expect(parseFiles(template, ['dir/BRACKET.GEO'])).toEqual([{ slot: 'geometry', path: 'dir/BRACKET.GEO' }])
  })
  it('asks where two slots accept it, or none', () => {
    expect(() => parseFiles(template, ['s.yaml'])).toThrow(
      /--file SLOT=s.yaml, with SLOT one of geometry, settings, extra/,
    )
    expect(() => parseFiles(template, ['picture.png'])).toThrow(/Say which slot/)
  })
})

describe('output', () => {
  it('lets no control sequence of a cluster reach the terminal', () => {
    expect(printable('ok\u001B[2J\u001B]0;title\u0007 \u0000done\ttab\n')).toBe('ok done\ttab\n')
    expect(table(['ID', 'NAME'], [['1', 'a\u001B[31mred']])).toBe('ID  NAME\n1   ared')
  })
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1500, '1.5 kB'],
    [3_200_000_000, '3.2 GB'],
    [99_960_000, '100 MB'],
  ])('says %d as %s', (count, text) => {
    expect(bytes(count)).toBe(text)
  })
})

describe('submit: what is asked of the scheduler', () => {
  it('takes what sbatch takes, and nothing that was not given', () => {
    expect(resourcesOf({})).toEqual({})
    expect(jobOptionsOf({})).toBeUndefined()
    expect(resourcesOf({ partition: 'viz', ntasks: 4, time: 30, mem: 2000, gpus: 2, exclusive: true })).toEqual({
      partition: 'viz',
      tasks: 4,
      timeMinutes: 30,
      memoryMb: 2000,
      gpus: 2,
      exclusive: true,
    })
    const dependency = 'afterok:12:13,afterany:7_3,singleton'
    expect(jobOptionsOf({ array: '0-15%4', account: 'lab', dependency, export: ['A=b=c', 'EMPTY='] })).toEqual({
      array: '0-15%4',
      account: 'lab',
      dependencies: [
        { type: 'afterok', job: '12' },
        { type: 'afterok', job: '13' },
        { type: 'afterany', job: '7_3' },
      ],
      singleton: true,
      environment: { A: 'b=c', EMPTY: '' },
    })
  })
  it('reads times as people write them', () => {
    const now = new Date('2026-12-01T08:00:00Z')
    expect(parseBegin('now+2hours', now)).toBe('2026-12-01T10:00:00.000Z')
    expect(parseBegin('now+90', now)).toBe('2026-12-01T08:01:30.000Z')
    expect(parseBegin('2026-12-01T08:00:00Z', now)).toBe('2026-12-01T08:00:00.000Z')
    const noon = new Date(2026, 11, 1, 12, 0)
    expect(parseBegin('20:00', noon)).toBe(new Date(2026, 11, 1, 20, 0).toISOString())
    expect(parseBegin('9:30', noon)).toBe(new Date(2026, 11, 2, 9, 30).toISOString())
    expect(parseBegin('12:00', noon)).toBe(new Date(2026, 11, 2, 12, 0).toISOString())
  })
  it.each([
    [{ array: '5..9' }, /no value for array/],
    [{ dependency: 'after12' }, /no dependency/],
    [{ dependency: 'afterok' }, /no dependency/],
    [{ begin: 'tomorrow-ish' }, /no time/],
    [{ begin: '24:00' }, /no time/],
    [{ export: ['A'] }, /no variable/],
    [{ account: 'a b' }, /no value for account/],
  ])('names what is wrong: %j', (options, reason) => {
    expect(() => jobOptionsOf(options)).toThrow(reason)
  })
  it('names a number that is none', () => {
    expect(() => resourcesOf({ nodes: Number('two') })).toThrow(/no value for nodes/)
  })
})
