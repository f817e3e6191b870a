import type { MeshField } from '../contract/mesh.ts'
import { type Bytes, Undrawable } from './bytes.ts'
import { encodeMesh } from './encode.ts'
import { readFrd } from './frd.ts'
import { readInp } from './inp.ts'
import type { Model } from './model.ts'
import { readMsh } from './msh.ts'
import { readObj } from './obj.ts'
import { type Drawn, reduce } from './reduce.ts'
import { readStl } from './stl.ts'
import { type Surface, surfaceOf } from './surface.ts'
import { readVtk } from './vtk.ts'
import { readVtu } from './vtu.ts'

/** How much of a surface travels: it is made coarser above either. `bytes` without the edges. */
export interface SurfaceLimits {
  triangles: number
  bytes: number
}

/** A closed surface has half as many vertices as triangles: three indexes, and half of three coordinates and the scalars. */
const bytesPerTriangle = (fields: number): number => 4 * (3 + (3 + fields) / 2)

const readers: Readonly<Record<string, (bytes: Bytes) => Promise<Model>>> = {
  frd: readFrd,
  vtu: readVtu,
  vtp: readVtu,
  vtk: readVtk,
  msh: readMsh,
  stl: readStl,
  obj: readObj,
  inp: readInp,
}

/** Only the points that the surface uses, in the order of its faces. */
function onlyUsed(model: Model, surface: Surface): Drawn {
  const places = new Int32Array(model.pointCount).fill(-1)
  const used = new Int32Array(model.pointCount)
  let count = 0
  const renumber = (nodes: Int32Array) => {
    const numbers = new Uint32Array(nodes.length)
    for (let i = 0; i < nodes.length; i++) {
      const node = nodes[i] ?? 0
      if (places[node] === -1) {
        used[count] = node
        places[node] = count++
      }
      numbers[i] = places[node] ?? 0
    }
    return numbers
  }
  const triangles = renumber(surface.triangles)
  const lines = renumber(surface.lines)
  const points = model.points.done()
  const positions = new Float32Array(3 * count)
  for (let i = 0; i < count; i++) {
    const from = 3 * (used[i] ?? 0)
    for (let axis = 0; axis < 3; axis++) positions[3 * i + axis] = points[from + axis] ?? Number.NaN
  }
  const values = [...model.fields.values()].map((all) => {
    const own = new Float32Array(count)
    for (let i = 0; i < count; i++) own[i] = all[used[i] ?? 0] ?? Number.NaN
    return own
  })
  return { positions, triangles, lines, values }
}

function boundsOf(positions: Float32Array): number[] {
  const low = [Infinity, Infinity, Infinity]
  const high = [-Infinity, -Infinity, -Infinity]
  for (let i = 0; i < positions.length; i++) {
    const axis = i % 3
    const value = positions[i] ?? Number.NaN
    low[axis] = Math.min(low[axis] ?? value, value)
    high[axis] = Math.max(high[axis] ?? value, value)
  }
  return low.flatMap((value, axis) => [value, high[axis] ?? value])
}

function rangeOf(values: Float32Array): { min: number; max: number } {
  let min = Infinity
  let max = -Infinity
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    if (value < min) min = value
    if (value > max) max = value
  }
  return { min, max }
}

/** `Temperature [K]` names its unit. */
function fieldOf(name: string, values: Float32Array): MeshField {
  const unit = /\s*[[(]([^\])]{1,12})[\])]\s*$/.exec(name)
  const plain = unit === null ? name : name.slice(0, unit.index)
  return {
    name: plain === '' ? name : plain,
    ...(unit?.[1] === undefined ? {} : { unit: unit[1] }),
    ...rangeOf(values),
  }
}

/**
 * The outer surface of a mesh or result file as it travels (`contract/mesh.ts`). `extension`: without its dot, in lower case.
 * Throws Undrawable.
 */
export async function extractMesh(
  extension: string,
  bytes: Bytes,
  limits: SurfaceLimits,
): Promise<Uint8Array<ArrayBuffer>> {
  const read = readers[extension]
  if (read === undefined) throw new Undrawable('Files of this kind are not drawn.')
  const model = await read(bytes)
  const whole = onlyUsed(model, surfaceOf(model))
  if (whole.triangles.length === 0) throw new Undrawable('It holds no faces that could be drawn.')
  const bounds = boundsOf(whole.positions)
  if (!bounds.every(Number.isFinite)) throw new Undrawable('Some of its coordinates are no numbers.')
  const all = [...model.fields].map(([name, values]) => fieldOf(name, values))
  const most = Math.min(limits.triangles, Math.floor(limits.bytes / bytesPerTriangle(all.length)))
  const { drawn, reduced } = reduce(whole, bounds, most)
  // A scalar without a single value has nothing to show.
  const shown = all
    .map((field, i) => ({ field, values: drawn.values[i] }))
    .filter(({ field }) => field.min <= field.max)
  return encodeMesh({
    header: {
      vertices: drawn.positions.length / 3,
      triangles: drawn.triangles.length / 3,
      lines: drawn.lines.length / 2,
      fields: shown.map(({ field }) => field),
      points: model.pointCount,
      cells: model.elements.drawn(),
      elements: model.elements.list(),
      bounds,
      reduced,
      surface: whole.triangles.length / 3,
      ...(model.time === undefined ? {} : { time: model.time }),
      skipped: model.skipped,
    },
    positions: drawn.positions,
    triangles: drawn.triangles,
    lines: drawn.lines,
    values: shown.flatMap(({ values }) => (values === undefined ? [] : [values])),
  })
}
