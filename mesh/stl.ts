import { type Bytes, Cursor, Undrawable } from './bytes.ts'
import { Model } from './model.ts'

const HEAD = 84
const FACET = 50

/** Points of the same coordinates become one, found by their bits: open addressing over a typed array. */
class Welder {
  readonly #model: Model
  /** Points by their hash, counted from 1; 0 where there is none. */
  #table = new Int32Array(1 << 16)
  readonly #single = new Float32Array(3)
  readonly #bits = new Uint32Array(this.#single.buffer)

  constructor(model: Model) {
    this.#model = model
  }

  /** Of the coordinates in `#single`. */
  #hash(): number {
    const [a = 0, b = 0, c = 0] = this.#bits
    let h = Math.imul(a, 0x9e37_79b1) ^ Math.imul(b, 0x85eb_ca6b) ^ Math.imul(c, 0xc2b2_ae35)
    h ^= h >>> 15
    return Math.imul(h, 0x2c1b_3c6d) >>> 0
  }

  #load(x: number, y: number, z: number): void {
    // Zero has two signs.
    this.#single[0] = x + 0
    this.#single[1] = y + 0
    this.#single[2] = z + 0
  }

  #isAt(point: number): boolean {
    const { points } = this.#model
    const [x, y, z] = this.#single
    return points.at(3 * point) === x && points.at(3 * point + 1) === y && points.at(3 * point + 2) === z
  }

  add(x: number, y: number, z: number): number {
    this.#load(x, y, z)
    const mask = this.#table.length - 1
    let at = this.#hash() & mask
    for (let entry = this.#table[at] ?? 0; entry !== 0; entry = this.#table[at] ?? 0) {
      if (this.#isAt(entry - 1)) return entry - 1
      at = (at + 1) & mask
    }
    const point = this.#model.pointCount
    this.#model.addPoint(x, y, z)
    this.#table[at] = point + 1
    if (2 * (point + 1) > this.#table.length) this.#grow()
    return point
  }

  #grow(): void {
    const { points, pointCount } = this.#model
    const table = new Int32Array(this.#table.length * 2)
    const mask = table.length - 1
    for (let point = 0; point < pointCount; point++) {
      this.#load(points.at(3 * point), points.at(3 * point + 1), points.at(3 * point + 2))
      let at = this.#hash() & mask
      while (table[at] !== 0) at = (at + 1) & mask
      table[at] = point + 1
    }
    this.#table = table
  }
}

/** An STL, ASCII or binary: told apart by its length, as binary ones may begin with `solid` too. */
export async function readStl(bytes: Bytes): Promise<Model> {
  const model = new Model()
  const welder = new Welder(model)
  const head = await bytes.read(0, HEAD)
  const count = head.length === HEAD ? head.readUInt32LE(80) : 0
  const cursor = new Cursor(bytes)
  let corners: number[] = []
  if (head.length === HEAD && bytes.size >= HEAD + count * FACET && bytes.size - (HEAD + count * FACET) < FACET) {
    await cursor.bytes(HEAD)
    for (let done = 0; done < count;) {
      const facets = Math.min(80_000, count - done)
      const piece = await cursor.bytes(facets * FACET)
      const view = new DataView(piece.buffer, piece.byteOffset, piece.length)
      for (let facet = 0; facet < facets; facet++) {
        for (let corner = 0; corner < 3; corner++) {
          const at = facet * FACET + 12 + corner * 12
          const [x, y, z] = [view.getFloat32(at, true), view.getFloat32(at + 4, true), view.getFloat32(at + 8, true)]
          corners[corner] = welder.add(x, y, z)
        }
        model.addCell('triangle', corners, 0, 3)
      }
      done += facets
    }
    return model
  }
  if (!/^\s*solid\b/i.test(head.toString('latin1'))) {
    throw new Undrawable(`It names ${count} triangles, which does not fit its length.`)
  }
  for (let line = await cursor.line(); line !== undefined; line = await cursor.line()) {
    const [word = '', x = '', y = '', z = ''] = line.trim().split(/\s+/)
    if (word !== 'vertex') continue
    corners.push(welder.add(Number(x), Number(y), Number(z)))
    if (corners.length < 3) continue
    model.addCell('triangle', corners, 0, 3)
    corners = []
  }
  if (model.pointCount === 0) throw new Undrawable('It holds no triangles.')
  return model
}
