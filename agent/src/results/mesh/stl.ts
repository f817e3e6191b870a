import { type Bytes, Cursor, Undrawable } from './bytes.ts'
import { Model } from './model.ts'

const HEAD = 84
const FACET = 50

/** Points of the same coordinates become one, found by their bits. */
class Welder {
  readonly #model: Model
  readonly #known = new Map<number, number[]>()
  readonly #single = new Float32Array(3)
  readonly #bits = new Uint32Array(this.#single.buffer)

  constructor(model: Model) {
    this.#model = model
  }

  add(x: number, y: number, z: number): number {
    this.#single[0] = x
    this.#single[1] = y
    this.#single[2] = z
    const [a = 0, b = 0, c = 0] = this.#bits
    const key = (Math.imul(a, 0x9e37_79b1) ^ Math.imul(b, 0x85eb_ca6b) ^ Math.imul(c, 0xc2b2_ae35)) >>> 0
    const known = this.#known.get(key)
    const { points } = this.#model
    const is = (point: number, axis: number) => points.at(3 * point + axis) === this.#single[axis]
    const found = known?.find((point) => is(point, 0) && is(point, 1) && is(point, 2))
    if (found !== undefined) return found
    const point = this.#model.pointCount
    this.#model.addPoint(x, y, z)
    if (known === undefined) this.#known.set(key, [point])
    else known.push(point)
    return point
  }
}

/** An STL, ASCII or binary: told apart by its length, as binary ones may begin with `solid` too. */
export async function readStl(bytes: Bytes): Promise<Model> {
  const model = new Model()
  const welder = new Welder(model)
  const head = await bytes.read(0, HEAD)
  const count = head.length === HEAD ? head.readUInt32LE(80) : 0
  const cursor = new Cursor(bytes)
  if (head.length === HEAD && bytes.size >= HEAD + count * FACET && bytes.size - (HEAD + count * FACET) < FACET) {
    await cursor.bytes(HEAD)
    for (let done = 0; done < count;) {
      const facets = Math.min(80_000, count - done)
      const piece = await cursor.bytes(facets * FACET)
      for (let i = 0; i < facets; i++) {
        const corner = (n: number) => {
          const at = i * FACET + 12 + n * 12
          return welder.add(piece.readFloatLE(at), piece.readFloatLE(at + 4), piece.readFloatLE(at + 8))
        }
        model.addCell('triangle', [corner(0), corner(1), corner(2)])
      }
      done += facets
    }
    return model
  }
  let corners: number[] = []
  for (let line = await cursor.line(); line !== undefined; line = await cursor.line()) {
    const [word = '', x = '', y = '', z = ''] = line.trim().split(/\s+/)
    if (word !== 'vertex') continue
    corners.push(welder.add(Number(x), Number(y), Number(z)))
    if (corners.length < 3) continue
    model.addCell('triangle', corners)
    corners = []
  }
  if (model.pointCount === 0) throw new Undrawable('It holds no triangles.')
  return model
}
