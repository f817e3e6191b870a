import { type Bytes, Cursor, Undrawable } from './bytes.ts'
import { scalarsOf } from './derive.ts'
import { type CellKind, cellCorners, Model, PointNumbers } from './model.ts'

/** Element types of gmsh (reference manual, "MSH file format"), by what their corners are; lines and points are not drawn. */
const elementTypes: Readonly<Record<number, CellKind | 'none'>> = {
  ...Object.fromEntries([2, 9, 20, 21, 22, 23, 24, 25].map((type) => [type, 'triangle' as const])),
  ...Object.fromEntries([3, 10, 16, 36, 37, 38].map((type) => [type, 'quad' as const])),
  ...Object.fromEntries([4, 11, 29, 30, 31].map((type) => [type, 'tetra' as const])),
  ...Object.fromEntries([5, 12, 17, 92, 93].map((type) => [type, 'hexa' as const])),
  ...Object.fromEntries([6, 13, 18, 90, 91].map((type) => [type, 'wedge' as const])),
  ...Object.fromEntries([7, 14, 19, 118].map((type) => [type, 'pyramid' as const])),
  ...Object.fromEntries([1, 8, 15, 26, 27, 28].map((type) => [type, 'none' as const])),
}

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

  /** The tags in front of a field: how many, then one a line. */
  const tags = async () => {
    const [count = 0] = await counts()
    const lines: string[] = []
    for (let i = 0; i < Math.min(count, 100); i++) lines.push(await need())
    return lines
  }

  function addElement(type: number, list: readonly number[], from: number): void {
    const kind = elementTypes[type]
    if (kind === undefined) model.skipped += 1
    if (kind === undefined || kind === 'none') return
    const corners = list.slice(from, from + cellCorners[kind]).map((number) => numbers.get(number))
    model.addCell(kind, corners)
  }

  const sections: Record<string, () => Promise<void>> = {
    async $MeshFormat() {
      const [number = 0, binary] = await counts()
      version = number
      if (binary === 1) throw new Undrawable('It is a binary .msh; only the ASCII form is drawn.')
      if (version < 2 || version >= 5) throw new Undrawable(`Version ${number} of .msh is not known here.`)
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
        const [, , , count = 0] = await counts()
        const ids: number[] = []
        for (let n = 0; n < count; n++) ids.push(Number(await need()))
        for (const id of ids) {
          const [x = 0, y = 0, z = 0] = split(await need())
          numbers.set(id, model.pointCount)
          model.addPoint(x, y, z)
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
        for (let n = 0; n < count; n++) addElement(type, split(await need()), 1)
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
