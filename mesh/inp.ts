import { type Bytes, Cursor } from './bytes.ts'
import { type CellKind, Model, PointNumbers } from './model.ts'

/** What is drawn of an element type of Abaqus and CalculiX, and how many nodes are listed for it. */
function elementType(name: string): { kind: CellKind; count: number } | undefined {
  const solid = /^(?:C3D|DC3D|F3D)(4|5|6|8|10|13|15|20|27)/.exec(name)?.[1]
  const flat = /^(?:S|SC|CPS|CPE|CPEG|CAX|M3D|STRI|DS|DC2D|DCAX|SFM3D)(3|4|6|8|9)/.exec(name)?.[1]
  const count = Number(solid ?? flat)
  const solids: Readonly<Record<number, CellKind>> = {
    4: 'tetra',
    10: 'tetra',
    5: 'pyramid',
    13: 'pyramid',
    6: 'wedge',
    15: 'wedge',
    8: 'hexa',
    20: 'hexa',
    27: 'hexa',
  }
  const kind =
    solid !== undefined
      ? solids[count]
      : flat === undefined
        ? undefined
        : count % 3 === 0 && count < 9
          ? 'triangle'
          : 'quad'
  return kind === undefined ? undefined : { kind, count }
}

/** Nodes and elements of an Abaqus or CalculiX `.inp`; files it includes are not read. */
export async function readInp(bytes: Bytes): Promise<Model> {
  const cursor = new Cursor(bytes)
  const model = new Model()
  const numbers = new PointNumbers()
  let block: 'nodes' | 'elements' | undefined
  let type: ReturnType<typeof elementType>
  // A point named before it is given: cells are made at the end.
  const waiting: { kind: CellKind; nodes: number[] }[] = []
  let list: number[] = []

  for (let line = await cursor.line(); line !== undefined; line = await cursor.line()) {
    if (line.startsWith('**') || line.trim() === '') continue
    if (line.startsWith('*')) {
      const [keyword = '', ...options] = line
        .toUpperCase()
        .split(',')
        .map((part) => part.trim())
      block = keyword === '*NODE' ? 'nodes' : keyword === '*ELEMENT' ? 'elements' : undefined
      list = []
      if (block !== 'elements') continue
      const named =
        options
          .find((option) => option.startsWith('TYPE'))
          ?.split('=')[1]
          ?.trim() ?? ''
      type = elementType(named)
      continue
    }
    if (block === undefined) continue
    const values = line.split(',').flatMap((part) => (part.trim() === '' ? [] : [Number(part)]))
    if (block === 'nodes') {
      const [number = -1, x = 0, y = 0, z = 0] = values
      numbers.set(number, model.pointCount)
      model.addPoint(x, y, z)
    } else if (type === undefined) model.skip()
    else {
      list.push(...values)
      if (list.length < type.count + 1) continue
      waiting.push({ kind: type.kind, nodes: list.slice(1) })
      list = []
    }
  }
  for (const { kind, nodes } of waiting) {
    model.addCell(
      kind,
      nodes.map((number) => numbers.get(number)),
      0,
      nodes.length,
    )
  }
  return model
}
