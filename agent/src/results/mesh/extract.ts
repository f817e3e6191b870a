import type { MeshField } from '../../../../contract/mesh.ts'
import { type Bytes, Undrawable } from './bytes.ts'
import { encodeMesh } from './encode.ts'
import { readFrd } from './frd.ts'
import { readInp } from './inp.ts'
import type { Model } from './model.ts'
import { readMsh } from './msh.ts'
import { type Drawn, reduce } from './reduce.ts'
import { readStl } from './stl.ts'
import { surfaceOf } from './surface.ts'
import { readVtk } from './vtk.ts'
import { readVtu } from './vtu.ts'

/** Small enough to travel and to turn smoothly on an office computer. */
const MOST_TRIANGLES = 200_000

const readers: Readonly<Record<string, (bytes: Bytes) => Promise<Model>>> = {
  frd: readFrd,
  vtu: readVtu,
  vtp: readVtu,
  vtk: readVtk,
  msh: readMsh,
  stl: readStl,
  inp: readInp,
}

/** Only the points that the surface uses, in the order of its faces. */
function onlyUsed(model: Model, surface: ReturnType<typeof surfaceOf>): Drawn {
  const places = new Int32Array(model.pointCount).fill(-1)
  const used: number[] = []
  const renumber = (nodes: Int32Array) =>
    Uint32Array.from(nodes, (node) => {
      const known = places[node] ?? -1
      if (known >= 0) return known
      places[node] = used.length
      used.push(node)
      return used.length - 1
    })
  const triangles = renumber(surface.triangles)
  const lines = renumber(surface.lines)
  const points = model.points.done()
  const positions = new Float32Array(3 * used.length)
  used.forEach((node, i) => positions.set(points.subarray(3 * node, 3 * node + 3), 3 * i))
  const values = [...model.fields.values()].map((all) => Float32Array.from(used, (node) => all[node] ?? Number.NaN))
  return { positions, triangles, lines, values }
}

function boundsOf(positions: Float32Array): number[] {
  const bounds = [Infinity, -Infinity, Infinity, -Infinity, Infinity, -Infinity]
  positions.forEach((value, i) => {
    const axis = 2 * (i % 3)
    bounds[axis] = Math.min(bounds[axis] ?? value, value)
    bounds[axis + 1] = Math.max(bounds[axis + 1] ?? value, value)
  })
  return bounds
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

/** The outer surface of a mesh or result file as it travels (`contract/mesh.ts`). Throws Undrawable. */
export async function extractMesh(extension: string, bytes: Bytes): Promise<Uint8Array<ArrayBuffer>> {
  const read = readers[extension]
  if (read === undefined) throw new Undrawable('Files of this kind are not drawn.')
  const model = await read(bytes)
  const whole = onlyUsed(model, surfaceOf(model))
  if (whole.triangles.length === 0) throw new Undrawable('It holds no faces that could be drawn.')
  const bounds = boundsOf(whole.positions)
  if (!bounds.every(Number.isFinite)) throw new Undrawable('Some of its coordinates are no numbers.')
  const all = [...model.fields].map(([name, values]) => fieldOf(name, values))
  const { drawn, reduced } = reduce(whole, bounds, MOST_TRIANGLES)
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
      cells: model.kinds.length,
      bounds,
      reduced,
      ...(model.time === undefined ? {} : { time: model.time }),
      skipped: model.skipped,
    },
    positions: drawn.positions,
    triangles: drawn.triangles,
    lines: drawn.lines,
    values: shown.flatMap(({ values }) => (values === undefined ? [] : [values])),
  })
}
