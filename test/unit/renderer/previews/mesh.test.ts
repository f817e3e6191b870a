import { describe, expect, it } from 'vitest'
import { encodeMesh } from '../../../../mesh/encode.ts'
import {
  axesOf,
  moved,
  radiusOf,
  turned,
  wholeModel,
  zoomed,
} from '../../../../src/renderer/features/previews/mesh/camera.ts'
import { decodeMesh } from '../../../../src/renderer/features/previews/mesh/decode.ts'
import { palette } from '../../../../src/renderer/features/previews/mesh/palette.ts'

const bounds = [0, 60, 0, 40, 0, 50]
const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)

describe('the camera', () => {
  it('has axes at right angles, wherever it stands', () => {
    for (let camera = wholeModel(bounds), i = 0; i < 40; i++, camera = turned(camera, 0.37, 0.21)) {
      const { right, up, eye } = axesOf(camera)
      for (const axis of [right, up, eye]) expect(dot(axis, axis)).toBeCloseTo(1)
      expect(dot(right, up)).toBeCloseTo(0)
      expect(dot(up, eye)).toBeCloseTo(0)
      expect(dot(right, eye)).toBeCloseTo(0)
    }
  })
  it('keeps what lies under the pointer when it comes nearer', () => {
    const camera = wholeModel(bounds)
    const near = zoomed(camera, 0.5, radiusOf(bounds), 0.3, -0.2)
    const { right, up } = axesOf(camera)
    const under = (c: typeof camera) => [dot(right, c.centre) + 0.3 * c.span, dot(up, c.centre) - 0.2 * c.span]
    expect(under(near)[0]).toBeCloseTo(under(camera)[0] ?? Number.NaN)
    expect(under(near)[1]).toBeCloseTo(under(camera)[1] ?? Number.NaN)
  })
  it('is never so near or far that nothing is seen, nor upside down', () => {
    let camera = wholeModel(bounds)
    for (let i = 0; i < 200; i++) camera = turned(zoomed(camera, 0.5, radiusOf(bounds)), 0, 1)
    expect(camera.span).toBeGreaterThan(0)
    expect(camera.lift).toBe(Math.PI / 2)
    expect(moved(camera, 0, 0)).toEqual(camera)
  })
  it('looks straight down on what is flat', () => {
    expect(axesOf(wholeModel([0, 3, 0, 2, 0, 0])).right[0]).toBeCloseTo(1)
    expect(axesOf(wholeModel([0, 3, 0, 2, 0, 0])).eye[2]).toBeCloseTo(1)
  })
})

describe('a mesh as it travels', () => {
  const mesh = {
    header: {
      vertices: 3,
      triangles: 1,
      lines: 3,
      fields: [{ name: '온도', unit: '°C', min: 1, max: 3 }],
      points: 3,
      cells: 1,
      bounds,
      reduced: false,
      skipped: 0,
    },
    positions: Float32Array.from([0, 0, 0, 1, 0, 0, 0, 1, 0]),
    triangles: Uint32Array.from([0, 1, 2]),
    lines: Uint32Array.from([0, 1, 1, 2, 2, 0]),
    values: [Float32Array.from([1, Number.NaN, 3])],
  }
  it('arrives as it was sent, from any place in memory', () => {
    const bytes = encodeMesh(mesh)
    expect(decodeMesh(bytes)).toEqual(mesh)
    const shifted = new Uint8Array(bytes.length + 3)
    shifted.set(bytes, 3)
    expect(decodeMesh(shifted.subarray(3))).toEqual(mesh)
  })
  it('is refused where it is cut or something else', () => {
    const bytes = encodeMesh(mesh)
    expect(() => decodeMesh(bytes.slice(0, bytes.length - 4))).toThrow()
    expect(() => decodeMesh(new TextEncoder().encode('no mesh at all'))).toThrow()
    expect(() => decodeMesh(new Uint8Array())).toThrow()
  })
  it('has colours that grow lighter', () => {
    const colours = palette(64)
    const light = (i: number) =>
      0.2126 * (colours[4 * i] ?? 0) + 0.7152 * (colours[4 * i + 1] ?? 0) + 0.0722 * (colours[4 * i + 2] ?? 0)
    for (let i = 1; i < 64; i++) expect(light(i)).toBeGreaterThan(light(i - 1))
  })
})
