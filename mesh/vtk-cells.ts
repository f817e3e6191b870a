import type { CellKind, Model } from './model.ts'

/** Cell types of VTK (vtkCellType.h) by their corners; those of higher order list their corners first. */
const kinds: Readonly<Record<number, CellKind>> = {
  ...Object.fromEntries([5, 22, 34, 69, 76].map((type) => [type, 'triangle' as const])),
  ...Object.fromEntries([9, 23, 28, 30, 70, 77].map((type) => [type, 'quad' as const])),
  ...Object.fromEntries([10, 24, 71, 78].map((type) => [type, 'tetra' as const])),
  ...Object.fromEntries([12, 25, 29, 33, 72, 79].map((type) => [type, 'hexa' as const])),
  ...Object.fromEntries([13, 26, 31, 32, 73, 80].map((type) => [type, 'wedge' as const])),
  ...Object.fromEntries([14, 27, 37, 74, 81].map((type) => [type, 'pyramid' as const])),
}
/** Points and lines: nothing of them is drawn, and nothing is missed. */
const thin: Readonly<Record<number, 'vertex' | 'line' | 'nothing'>> = {
  0: 'nothing',
  ...Object.fromEntries([1, 2].map((type) => [type, 'vertex' as const])),
  ...Object.fromEntries([3, 4, 21, 35, 68, 75].map((type) => [type, 'line' as const])),
}
const TRIANGLE_STRIP = 6
const POLYGON = 7
const PIXEL = 8
const VOXEL = 11

/** Adds a cell of VTK; `nodes` from `from` on, `count` of them. */
export function addVtkCell(model: Model, type: number, nodes: ArrayLike<number>, from: number, count: number): void {
  const at = (i: number) => nodes[from + i] ?? -1
  const kind = kinds[type]
  if (kind !== undefined) model.addCell(kind, nodes, from, count)
  else if (type === POLYGON) model.addPolygon(nodes, from, count)
  else if (type === PIXEL) model.addCell('quad', [at(0), at(1), at(3), at(2)], 0, 4)
  else if (type === VOXEL) model.addCell('hexa', [at(0), at(1), at(3), at(2), at(4), at(5), at(7), at(6)], 0, 8)
  else if (type === TRIANGLE_STRIP) {
    for (let i = 0; i + 2 < count; i++)
      model.addCell('triangle', i % 2 === 0 ? [at(i), at(i + 1), at(i + 2)] : [at(i + 1), at(i), at(i + 2)], 0, 3)
  } else if (thin[type] === undefined) model.skip()
  else if (thin[type] !== 'nothing') model.elements.add(thin[type], count)
}

/** Which cell of the model came from which of the file: cell values are spread by it. */
export function pointMeans(
  model: Model,
  cells: { firstCell: Int32Array; values: ArrayLike<number>; components: number },
) {
  const { firstCell, values, components } = cells
  const sums = new Float64Array(model.pointCount * components)
  const counts = new Int32Array(model.pointCount)
  const kindsOf = model.kinds.done()
  const corners = model.corners.done()
  let corner = 0
  let source = 0
  for (let cell = 0; cell < kindsOf.length; cell++) {
    while (source + 1 < firstCell.length && (firstCell[source + 1] ?? 0) <= cell) source += 1
    const count = [3, 4, 4, 5, 6, 8][kindsOf[cell] ?? 0] ?? 0
    for (let i = 0; i < count; i++) {
      const point = corners[corner + i] ?? 0
      counts[point] = (counts[point] ?? 0) + 1
      for (let c = 0; c < components; c++) {
        sums[point * components + c] =
          (sums[point * components + c] ?? 0) + (values[source * components + c] ?? Number.NaN)
      }
    }
    corner += count
  }
  for (let point = 0; point < counts.length; point++) {
    const count = counts[point] ?? 0
    for (let c = 0; c < components; c++) {
      sums[point * components + c] = count === 0 ? Number.NaN : (sums[point * components + c] ?? 0) / count
    }
  }
  return sums
}
