import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  checkChoices,
  choicesAgain,
  choicesOf,
  dpiChoices,
  fittingDpi,
  fittingGeometry,
  freeName,
  lastTemplate,
  pixelRatio,
  rememberChoices,
  rememberedChoices,
  sameAgain,
  type RawChoices,
} from '../../../../../src/renderer/features/desktops/choices.ts'
import { desktopWith, template } from './example.ts'

const fit = { width: 1264, height: 780 }
const asSetUp = choicesOf(template, 1)
const check = (change: Partial<RawChoices>, name = 'ParaView') =>
  checkChoices({ ...asSetUp, ...change }, name, template, fit)
const problems = (change: Partial<RawChoices>, name?: string) => [...check(change, name).problems]

describe('the form', () => {
  it('asks for nothing that the template says anyway', () =>
    expect(check({}).desktop).toEqual({
      templateId: 'paraview',
      name: 'ParaView',
      geometry: { width: 1920, height: 1200 },
      dpi: 96,
      resources: {},
    }))

  it('asks for what was changed', () =>
    expect(
      check({ partition: 'gpu', cores: '8', memoryMb: '32768', gpus: '2', timeMinutes: '60', account: 'cfd' }).desktop,
    ).toMatchObject({
      resources: { partition: 'gpu', tasks: 1, cpusPerTask: 8, memoryMb: 32_768, gpus: 2, timeMinutes: 60 },
      account: 'cfd',
    }))

  it('leaves an emptied field to the template', () =>
    expect(check({ partition: '', cores: '', memoryMb: ' ', gpus: '', timeMinutes: '' }).desktop?.resources).toEqual(
      {},
    ))

  it('takes the size of the window, a listed one, or one of its own', () => {
    expect(check({ size: 'fit' }).desktop?.geometry).toEqual(fit)
    expect(check({ size: '2560x1440' }).desktop?.geometry).toEqual({ width: 2560, height: 1440 })
    expect(check({ size: 'own', width: '1001', height: '777' }).desktop?.geometry).toEqual({ width: 1001, height: 777 })
  })

  it('says which fields cannot be taken', () => {
    expect(problems({ size: 'own', width: '319', height: '99999' })).toEqual(['width', 'height'])
    expect(problems({ cores: '0', memoryMb: 'much', gpus: '1.5', timeMinutes: '-5' })).toEqual([
      'cores',
      'memoryMb',
      'gpus',
      'timeMinutes',
    ])
    expect(problems({ partition: 'a b', account: 'x;y', qos: '$' })).toEqual(['partition', 'account', 'qos'])
    expect(problems({}, '  ')).toEqual(['name'])
    expect(problems({}, 'x'.repeat(129))).toEqual(['name'])
    expect(check({ cores: '0' }).desktop).toBeUndefined()
  })

  it('does not mind a width of its own that is not chosen', () =>
    expect(problems({ size: 'fit', width: '' })).toEqual([]))

  it('is filled as an older desktop was', () => {
    const old = desktopWith({
      geometry: { width: 2000, height: 1100 },
      dpi: 144,
      timeMinutes: 300,
      resources: { partition: 'gpu', nodes: 1, tasks: 1, cpusPerTask: 6, timeMinutes: 120 },
    })
    expect(choicesAgain(old, template, 1)).toMatchObject({
      size: '2000x1100',
      dpi: '144',
      partition: 'gpu',
      cores: '6',
      memoryMb: '',
      gpus: '',
      timeMinutes: '300',
    })
  })
})

it('asks for an ended desktop again as it was, with the limit it came to have', () =>
  expect(sameAgain(desktopWith({ timeMinutes: 300, dpi: 120 }))).toEqual({
    templateId: 'paraview',
    name: 'ParaView',
    geometry: { width: 1600, height: 1000 },
    dpi: 120,
    resources: { nodes: 1, tasks: 1, timeMinutes: 300 },
  }))

describe('a screen', () => {
  it('fits the room it has, in even numbers and within what X takes', () => {
    expect(fittingGeometry({ width: 1265.5, height: 781 }, 1)).toEqual({ width: 1264, height: 780 })
    expect(fittingGeometry({ width: 1264, height: 780 }, 2)).toEqual({ width: 2528, height: 1560 })
    expect(fittingGeometry({ width: 10, height: -5 }, 1)).toEqual({ width: 320, height: 200 })
    expect(fittingGeometry({ width: 90_000, height: 90_000 }, 1)).toEqual({ width: 16_384, height: 16_384 })
  })
  it('has the pixels of the display where it is made for a fine one', () => {
    expect(pixelRatio(96, 2)).toBe(1)
    expect(pixelRatio(192, 2)).toBe(2)
  })
  it('has the scale nearest to the display’s', () => {
    expect([1, 1.25, 1.5, 2, 3].map(fittingDpi)).toEqual([96, 120, 144, 192, 192])
    expect(choicesOf({ ...template, desktop: {} }, 2)).toMatchObject({ size: 'fit', dpi: '192' })
    expect(choicesOf({ ...template, desktop: { dpi: 110 } }, 2).dpi).toBe('110')
  })
  it('offers the scales of template and older desktop beside the usual ones', () =>
    expect(dpiChoices(110, undefined, 96)).toEqual([96, 110, 120, 144, 192]))
})

describe('a name', () => {
  it('is the template’s, numbered from the second on', () => {
    expect(freeName('ParaView', [])).toBe('ParaView')
    expect(freeName('ParaView', ['ParaView'])).toBe('ParaView 2')
    expect(freeName('ParaView', ['ParaView', 'ParaView 2', 'ParaView 4'])).toBe('ParaView 3')
  })
  it('stays within what the site takes', () => {
    expect(freeName('a\tb', [])).toBe('a b')
    expect(freeName('x'.repeat(200), ['x'.repeat(120)]).length).toBeLessThanOrEqual(128)
  })
})

describe('choices', () => {
  const kept = new Map<string, string>()
  beforeEach(() => {
    kept.clear()
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
    })
  })
  afterEach(() => vi.unstubAllGlobals())

  it('are remembered for each site and template', () => {
    const raw: RawChoices = { ...asSetUp, size: 'fit', timeMinutes: '60' }
    rememberChoices('a', 'paraview', raw)
    expect(rememberedChoices('a', 'paraview', asSetUp)).toEqual(raw)
    expect(rememberedChoices('a', 'xterm', asSetUp)).toEqual(asSetUp)
    expect(rememberedChoices('b', 'paraview', asSetUp)).toEqual(asSetUp)
    expect(lastTemplate('a')).toBe('paraview')
    expect(lastTemplate('b')).toBeUndefined()
  })

  it.each(['{', '7', 'null', '[]'])('that were kept as %s are the template’s', (text) => {
    kept.set('headway.desktop.a.paraview', text)
    expect(rememberedChoices('a', 'paraview', asSetUp)).toEqual(asSetUp)
  })

  it('take over only what they know, as text', () => {
    kept.set('headway.desktop.a.paraview', JSON.stringify({ size: 'wide', cores: 8, gpus: '2', colour: 'red' }))
    expect(rememberedChoices('a', 'paraview', asSetUp)).toEqual({ ...asSetUp, gpus: '2' })
  })
})
