import { type Bytes, Cursor, Undrawable } from './bytes.ts'
import { scalarsOf } from './derive.ts'
import { Model } from './model.ts'
import { addVtkCell, pointMeans } from './vtk-cells.ts'

/** Bytes of the types of legacy VTK files and how they are read; binary ones are big-endian. */
const types: Readonly<Record<string, readonly [number, (bytes: Buffer, at: number) => number]>> = {
  char: [1, (b, at) => b.readInt8(at)],
  unsigned_char: [1, (b, at) => b.readUInt8(at)],
  short: [2, (b, at) => b.readInt16BE(at)],
  unsigned_short: [2, (b, at) => b.readUInt16BE(at)],
  int: [4, (b, at) => b.readInt32BE(at)],
  unsigned_int: [4, (b, at) => b.readUInt32BE(at)],
  long: [8, (b, at) => Number(b.readBigInt64BE(at))],
  vtkidtype: [8, (b, at) => Number(b.readBigInt64BE(at))],
  vtktypeint64: [8, (b, at) => Number(b.readBigInt64BE(at))],
  float: [4, (b, at) => b.readFloatBE(at)],
  double: [8, (b, at) => b.readDoubleBE(at)],
}
interface Lists {
  nodes: Float64Array
  starts: number[]
  lengths: number[]
}

const wordAt = (line: string | undefined, index: number): string => line?.trim().split(/\s+/)[index] ?? ''

/** More numbers in one array are not read. */
const MOST = 100_000_000

/** A legacy `.vtk` with an unstructured grid or polygons, ASCII or binary. */
export async function readVtk(bytes: Bytes): Promise<Model> {
  const cursor = new Cursor(bytes)
  const model = new Model()
  if (!(await cursor.line())?.startsWith('# vtk DataFile')) throw new Undrawable('It does not begin like a .vtk file.')
  await cursor.line()
  const binary = (await cursor.line())?.trim().toUpperCase() === 'BINARY'
  let section: 'POINT_DATA' | 'CELL_DATA' | undefined
  let count = 0
  const firstCell: number[] = []

  async function array(length: number, type: string): Promise<Float64Array> {
    if (!(length >= 0 && length <= MOST)) throw new Undrawable('An array of it is too large to be drawn here.')
    if (!binary) return cursor.numbers(length)
    const known = types[type.toLowerCase()]
    if (known === undefined) throw new Undrawable(`The number type "${type.slice(0, 20)}" is not known here.`)
    const [width, read] = known
    const data = await cursor.bytes(length * width)
    return Float64Array.from({ length }, (_, i) => read(data, i * width))
  }
  const add = (type: number, nodes: ArrayLike<number>, from: number, length: number) => {
    firstCell.push(model.kinds.length)
    addVtkCell(model, type, nodes, from, length)
  }
  /** `n size`: that many lists, each with its length in front; or, since version 5, offsets and one list of all. */
  async function cells(n: number, size: number): Promise<Lists> {
    if ((await bytes.read(cursor.position, 7)).toString('latin1') === 'OFFSETS') {
      const offsets = await array(n, wordAt(await cursor.line(), 1))
      let next = await cursor.line()
      while (next?.trim() === '') next = await cursor.line()
      const nodes = await array(size, wordAt(next, 1))
      const starts = [...offsets.subarray(0, Math.max(0, n - 1))]
      return { nodes, starts, lengths: starts.map((start, i) => (offsets[i + 1] ?? start) - start) }
    }
    const nodes = await array(size, 'int')
    if (!(n >= 0 && n <= size)) throw new Undrawable('It names more cells than it holds.')
    const starts: number[] = []
    const lengths: number[] = []
    for (let at = 0, i = 0; i < n; i++) {
      const length = nodes[at] ?? 0
      starts.push(at + 1)
      lengths.push(length)
      at += 1 + length
    }
    return { nodes, starts, lengths }
  }
  async function values(name: string, components: number, type: string): Promise<void> {
    const data = await array(count * components, type)
    if (section === 'POINT_DATA') spread(name, components, data)
    else if (!model.fields.has(name)) {
      spread(name, components, pointMeans(model, { firstCell: Int32Array.from(firstCell), values: data, components }))
    }
  }
  function spread(name: string, components: number, data: ArrayLike<number>): void {
    const put = scalarsOf(model, name, components)
    for (let point = 0; point < model.pointCount; point++) put?.(point, data, point * components)
  }

  let waiting: Lists | undefined
  for (let line = await cursor.line(); line !== undefined; line = await cursor.line()) {
    const [word = '', ...rest] = line.trim().split(/\s+/)
    const [first = '', second = '', third = ''] = rest
    if (word === 'DATASET' && !['UNSTRUCTURED_GRID', 'POLYDATA'].includes(first)) {
      throw new Undrawable(`A .vtk with ${first.slice(0, 30)} is not drawn here.`)
    } else if (word === 'POINTS') {
      const points = await array(3 * Number(first), second)
      for (let i = 0; i + 2 < points.length; i += 3)
        model.addPoint(points[i] ?? 0, points[i + 1] ?? 0, points[i + 2] ?? 0)
    } else if (
      word === 'CELLS' ||
      word === 'POLYGONS' ||
      word === 'TRIANGLE_STRIPS' ||
      word === 'LINES' ||
      word === 'VERTICES'
    ) {
      const made = await cells(Number(first), Number(second))
      if (word === 'CELLS') waiting = made
      else if (word === 'POLYGONS' || word === 'TRIANGLE_STRIPS') {
        const type = word === 'POLYGONS' ? 7 : 6
        made.starts.forEach((start, i) => add(type, made.nodes, start, made.lengths[i] ?? 0))
      }
    } else if (word === 'CELL_TYPES') {
      const kinds = await array(Number(first), 'int')
      waiting?.starts.forEach((start, i) => add(kinds[i] ?? 0, waiting?.nodes ?? [], start, waiting?.lengths[i] ?? 0))
    } else if (word === 'POINT_DATA' || word === 'CELL_DATA') {
      section = word
      count = Number(first)
    } else if (word === 'SCALARS' && section !== undefined) {
      await cursor.line()
      await values(first, Number(third || 1), second)
    } else if ((word === 'VECTORS' || word === 'NORMALS') && section !== undefined) await values(first, 3, second)
    else if (word === 'TENSORS' && section !== undefined) await array(count * 9, second)
    else if (word === 'FIELD' && section !== undefined) {
      for (let i = 0; i < Number(second); i++) {
        let head = await cursor.line()
        while (head?.trim() === '') head = await cursor.line()
        const [name = '', components = '1', tuples = '0', type = 'float'] = head?.trim().split(/\s+/) ?? []
        if (Number(tuples) === count) await values(name, Number(components), type)
        else await array(Number(components) * Number(tuples), type)
      }
    }
  }
  return model
}
