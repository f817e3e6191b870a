import { type Bytes, Undrawable } from './bytes.ts'
import { scalarsOf } from './derive.ts'
import { Model } from './model.ts'
import { addVtkCell, pointMeans } from './vtk-cells.ts'
import { type DataArray, indexXml, readArray } from './xml.ts'

const POLYGON = 7
const STRIP = 6

/** A `.vtu` or `.vtp`: ASCII, base64 or appended, plain or packed by zlib. */
export async function readVtu(bytes: Bytes): Promise<Model> {
  const index = await indexXml(bytes)
  if (index.kind !== 'UnstructuredGrid' && index.kind !== 'PolyData') {
    throw new Undrawable(`A VTK file with ${index.kind.slice(0, 30) || 'no data set'} is not drawn here.`)
  }
  const model = new Model()
  const pieces = Math.max(0, ...index.arrays.map(({ piece }) => piece + 1))
  const read = async (array: DataArray | undefined) =>
    array === undefined ? new Float64Array() : readArray(bytes, index, array)
  const of = (piece: number, section: string, name?: string) =>
    index.arrays.find(
      (array) => array.piece === piece && array.section === section && (name === undefined || array.name === name),
    )

  const [time] = await read(index.arrays.find(({ section, name }) => section === 'FieldData' && name === 'TimeValue'))
  if (time !== undefined) model.time = time

  const parts: { piece: number; from: number; points: number; firstCell: number[] }[] = []
  for (let piece = 0; piece < pieces; piece++) {
    const from = model.pointCount
    const points = await read(of(piece, 'Points'))
    for (let i = 0; i + 2 < points.length; i += 3)
      model.addPoint(points[i] ?? 0, points[i + 1] ?? 0, points[i + 2] ?? 0)
    const firstCell: number[] = []
    const groups = index.kind === 'PolyData' ? (['Verts', 'Lines', 'Polys', 'Strips'] as const) : (['Cells'] as const)
    for (const section of groups) {
      const offsets = await read(of(piece, section, 'offsets'))
      const types = section === 'Cells' ? await read(of(piece, section, 'types')) : undefined
      const nodes = Float64Array.from(await read(of(piece, section, 'connectivity')), (node) => node + from)
      const usual = section === 'Polys' ? POLYGON : section === 'Strips' ? STRIP : 1
      for (let i = 0, start = 0; i < offsets.length; i++) {
        const end = offsets[i] ?? start
        firstCell.push(model.kinds.length)
        addVtkCell(model, types === undefined ? usual : (types[i] ?? 0), nodes, start, end - start)
        start = end
      }
    }
    parts.push({ piece, from, points: model.pointCount - from, firstCell })
  }

  // All points are known first: a scalar covers those of every piece.
  const names = new Set(index.arrays.filter(({ section }) => section === 'PointData').map(({ name }) => name))
  const cellNames = index.arrays
    .filter(({ section, name }) => section === 'CellData' && !names.has(name))
    .map(({ name }) => name)
  for (const name of [...names, ...new Set(cellNames)]) {
    if (!model.hasRoom) break
    const section = names.has(name) ? 'PointData' : 'CellData'
    const components = of(parts[0]?.piece ?? 0, section, name)?.components ?? 1
    const put = scalarsOf(model, name, components)
    if (put === undefined) continue
    for (const { piece, from, points, firstCell } of parts) {
      const array = of(piece, section, name)
      if (array === undefined) continue
      const values = await read(array)
      if (section === 'PointData') for (let i = 0; i < points; i++) put(from + i, values, i * components)
      else if (parts.length === 1) {
        const means = pointMeans(model, { firstCell: Int32Array.from(firstCell), values, components })
        for (let i = 0; i < points; i++) put(from + i, means, i * components)
      }
    }
  }
  return model
}
