import { type Bytes, Cursor, Undrawable } from './bytes.ts'
import { scalarsOf } from './derive.ts'
import { type CellKind, cellCorners, Model, PointNumbers } from './model.ts'

/** Element types of gmsh (reference manual, "MSH file format") with how many nodes each has, by what they are. */
const typesOf: Readonly<Record<CellKind | 'line' | 'vertex', Readonly<Record<number, number>>>> = {
  vertex: { 15: 1 },
  line: { 1: 2, 8: 3, 26: 4, 27: 5, 28: 6 },
  triangle: { 2: 3, 9: 6, 20: 9, 21: 10, 22: 12, 23: 15, 24: 15, 25: 21 },
  quad: { 3: 4, 10: 9, 16: 8, 36: 16, 37: 25, 38: 36 },
  tetra: { 4: 4, 11: 10, 29: 20, 30: 35, 31: 56 },
  pyramid: { 7: 5, 14: 14, 19: 13, 118: 30 },
  wedge: { 6: 6, 13: 18, 18: 15, 90: 40, 91: 75 },
  hexa: { 5: 8, 12: 27, 17: 20, 92: 64, 93: 125 },
}
const kinds = Object.keys(typesOf) as (keyof typeof typesOf)[]
const elementTypes = new Map(
  kinds.flatMap((kind) =>
    Object.entries(typesOf[kind]).map(([type, nodes]) => [Number(type), { kind, nodes }] as const),
  ),
)

/** Lines that are read at a time. */
const ROWS = 20_000

const split = (line: string) => line.trim().split(/\s+/).map(Number)

/** An ASCII `.msh` of gmsh, version 2.2 or 4.1, with its `$NodeData`. */
export async function readMsh(bytes: Bytes): Promise<Model> {
  const cursor = new Cursor(bytes)
  const model = new Model()
  const numbers = new PointNumbers()
  let version = 0

  const need = async (): Promise<string> => {
    const line = await cursor.line()
    if (line === undefined) throw new Undrawable('It ends too early.')
    return line
  }
  const counts = async () => split(await need())

  /** Lines of `width` numbers each, many at a time. */
  async function* rows(count: number, width: number): AsyncGenerator<Float64Array> {
    for (let done = 0; done < count; done += ROWS) yield await cursor.numbers(Math.min(ROWS, count - done) * width)
    // The rest of the last line.
    if (count > 0) await cursor.line()
  }

  /** The tags in front of a field: how many, then one a line. */
  const tags = async () => {
    const [count = 0] = await counts()
    const lines: string[] = []
    for (let i = 0; i < Math.min(count, 100); i++) lines.push(await need())
    return lines
  }

  const corners: number[] = []
  function addElement(type: number, list: ArrayLike<number>, from: number): void {
    const known = elementTypes.get(type)
    if (known === undefined) {
      model.skip()
      return
    }
    const { kind, nodes } = known
    // Points and lines: nothing of them is drawn, and nothing is missed.
    if (kind === 'line' || kind === 'vertex') model.elements.add(kind, nodes)
    else {
      for (let i = 0; i < cellCorners[kind]; i++) corners[i] = numbers.get(list[from + i] ?? -1)
      model.addCell(kind, corners, 0, nodes)
    }
  }

  const sections: Record<string, () => Promise<void>> = {
    async $MeshFormat() {
      const [number = 0, binary] = await counts()
      version = number
      if (binary === 1) throw new Undrawable('It is a binary .msh; only the ASCII form is drawn.')
      if (version < 2 || (version >= 3 && version < 4.1) || version >= 5)
        throw new Undrawable(`Version ${number} of .msh is not known here.`)
    },
    async $Nodes() {
      const [first = 0] = await counts()
      if (version < 4) {
        for (let i = 0; i < first; i++) {
          const [number = -1, x = 0, y = 0, z = 0] = split(await need())
          numbers.set(number, model.pointCount)
          model.addPoint(x, y, z)
        }
        return
      }
      for (let i = 0; i < first; i++) {
        const [dimension = 0, , parametric, count = 0] = await counts()
        const ids: number[] = []
        for await (const part of rows(count, 1)) for (const id of part) ids.push(id)
        const width = parametric === 1 ? 3 + dimension : 3
        let next = 0
        for await (const part of rows(count, width)) {
          for (let at = 0; at < part.length; at += width) {
            numbers.set(ids[next++] ?? -1, model.pointCount)
            model.addPoint(part[at] ?? 0, part[at + 1] ?? 0, part[at + 2] ?? 0)
          }
        }
      }
    },
    async $Elements() {
      const [first = 0] = await counts()
      for (let i = 0; i < first; i++) {
        const head = await counts()
        if (version < 4) {
          addElement(head[1] ?? 0, head, 3 + (head[2] ?? 0))
          continue
        }
        const [, , type = 0, count = 0] = head
        const nodes = elementTypes.get(type)?.nodes
        if (nodes === undefined) for (let n = 0; n < count; n++) addElement(type, split(await need()), 1)
        else {
          const width = nodes + 1
          for await (const part of rows(count, width)) {
            for (let at = 0; at < part.length; at += width) addElement(type, part, at + 1)
          }
        }
      }
    },
    async $NodeData() {
      const [name = ''] = await tags()
      const [time] = await tags()
      const [, components = '1', count = '0'] = await tags()
      if (time !== undefined) model.time = Number(time)
      const put = scalarsOf(model, name.replaceAll('"', '').trim(), Number(components))
      for (let i = 0; i < Number(count); i++) {
        const values = split(await need())
        const point = numbers.get(values[0] ?? -1)
        if (point >= 0) put?.(point, values, 1)
      }
    },
  }

  for (let line = await cursor.line(); line !== undefined; line = await cursor.line()) {
    const name = line.trim()
    if (Object.hasOwn(sections, name)) await sections[name]?.()
  }
  if (version === 0) throw new Undrawable('It does not begin like a .msh file.')
  return model
}
