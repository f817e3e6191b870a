import { type Bytes, Cursor, Undrawable } from './bytes.ts'
import { scalarsOf } from './derive.ts'
import { type CellKind, Model, PointNumbers } from './model.ts'

/** Element types of a `.frd` (CalculiX GraphiX manual, "Result Format"): what is drawn, and how many nodes are listed. */
const elementTypes: Readonly<Record<number, readonly [CellKind | undefined, number]>> = {
  1: ['hexa', 8],
  2: ['wedge', 6],
  3: ['tetra', 4],
  4: ['hexa', 20],
  5: ['wedge', 15],
  6: ['tetra', 10],
  7: ['triangle', 3],
  8: ['triangle', 6],
  9: ['quad', 4],
  10: ['quad', 8],
  11: [undefined, 2],
  12: [undefined, 3],
}

/** What the blocks are called on screen. */
const names: Readonly<Record<string, string>> = {
  DISP: 'Displacement',
  STRESS: 'Stress',
  NDTEMP: 'Temperature',
  FLUX: 'Heat flux',
  FORC: 'Force',
  PE: 'Plastic strain',
  ERROR: 'Error estimate',
}
const VALUE = 12
const number = (line: string, from: number, width: number) => Number(line.slice(from, from + width))

/**
 * An ASCII `.frd` of CalculiX: nodes, elements, and the last block of every result. Lines are cut by position
 * (`1X,'-1',I10,6E12.5`, the short form with I5), as columns touch where a value is negative.
 */
export async function readFrd(bytes: Bytes): Promise<Model> {
  const cursor = new Cursor(bytes)
  const model = new Model()
  const numbers = new PointNumbers()
  let idWidth = 10
  let block: 'nodes' | 'elements' | undefined
  let element: { kind: CellKind | undefined; count: number } | undefined
  let nodes: number[] = []
  let result: { name: string; components: number; begun: boolean; put: ReturnType<typeof scalarsOf> } | undefined
  const tuple = new Float64Array(6)

  const widthOf = (line: string) => {
    const format = line.trim().at(-1)
    if (format === '2' || format === '3') throw new Undrawable('It is a binary .frd; only the ASCII form is drawn.')
    idWidth = format === '0' ? 5 : 10
  }

  for (let line = await cursor.line(); line !== undefined; line = await cursor.line()) {
    const code = line.slice(0, 3)
    if (code === ' -1') {
      const values = 3 + idWidth
      if (block === 'nodes') {
        numbers.set(number(line, 3, idWidth), model.pointCount)
        model.addPoint(
          number(line, values, VALUE),
          number(line, values + VALUE, VALUE),
          number(line, values + 2 * VALUE, VALUE),
        )
      } else if (block === 'elements') {
        const [kind, count] = elementTypes[number(line, values, 5)] ?? [undefined, 0]
        element = { kind, count }
        nodes = []
        if (kind === undefined) model.skip()
      } else if (result !== undefined) {
        if (!result.begun) result.put = scalarsOf(model, result.name, result.components)
        result.begun = true
        if (result.put === undefined) continue
        const point = numbers.get(number(line, 3, idWidth))
        if (point < 0) continue
        for (let i = 0; i < Math.min(result.components, tuple.length); i++)
          tuple[i] = number(line, values + i * VALUE, VALUE)
        result.put(point, tuple)
      }
    } else if (code === ' -2' && block === 'elements' && element !== undefined) {
      for (let at = 3; at + idWidth <= line.length && nodes.length < element.count; at += idWidth) {
        nodes.push(numbers.get(number(line, at, idWidth)))
      }
      if (nodes.length >= element.count) {
        if (element.kind !== undefined) model.addCell(element.kind, nodes, 0, element.count)
        element = undefined
      }
    } else if (code === ' -3') {
      block = undefined
      result = undefined
    } else if (code === ' -4') {
      // `1X,I2,2X,A8,2I5`: the name and how many components are said to follow.
      const name = line.slice(5, 13).trim()
      result = { name: names[name] ?? name, components: 0, begun: false, put: undefined }
    } else if (code === ' -5' && result !== undefined) {
      // `1X,I2,2X,A8,5I5`: a component that is calculated from others (the last number is 1) is not in the data.
      if (number(line, 33, 5) !== 1) result.components += 1
    } else if (line.startsWith('  100C')) {
      const time = number(line, 12, 12)
      if (Number.isFinite(time)) model.time = time
    } else if (line.startsWith('    2C')) {
      widthOf(line)
      block = 'nodes'
    } else if (line.startsWith('    3C')) {
      widthOf(line)
      block = 'elements'
    }
  }
  return model
}
