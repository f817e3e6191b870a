import { type Bytes, Cursor, Undrawable } from './bytes.ts'
import { Model } from './model.ts'

/** Lines that end with a backslash go on in the next; more of them than this are no face. */
const MOST_CONTINUED = 10_000

/**
 * A Wavefront OBJ ("Appendix B1. Object Files"): vertices, faces of any number of corners, lines and points. A corner is
 * `v`, `v/vt`, `v//vn` or `v/vt/vn`; a negative number counts back from the vertex before it. Curves and surfaces of
 * higher order are not drawn.
 */
export async function readObj(bytes: Bytes): Promise<Model> {
  const cursor = new Cursor(bytes)
  const model = new Model()

  const statement = async (): Promise<string | undefined> => {
    let line = await cursor.line()
    if (line?.endsWith('\\') !== true) return line
    const parts: string[] = []
    while (line?.endsWith('\\') === true && parts.length < MOST_CONTINUED) {
      parts.push(line.slice(0, -1))
      line = await cursor.line()
    }
    return [...parts, line ?? ''].join(' ')
  }
  const place = (corner: string): number => {
    const number = Number.parseInt(corner, 10)
    return number < 0 ? model.pointCount + number : number - 1
  }

  for (let line = await statement(); line !== undefined; line = await statement()) {
    const [word = '', ...rest] = line.trim().split(/\s+/)
    if (word === 'v') {
      const [x = Number.NaN, y = Number.NaN, z = Number.NaN] = rest.map(Number)
      model.addPoint(x, y, z)
    } else if (word === 'f') model.addPolygon(rest.map(place), 0, rest.length)
    else if (word === 'l') model.elements.add('line', rest.length)
    else if (word === 'p') model.elements.add('vertex', 1)
    else if (word === 'curv' || word === 'curv2' || word === 'surf') model.skip()
  }
  if (model.pointCount === 0) throw new Undrawable('It holds no vertices.')
  return model
}
