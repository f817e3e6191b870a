import { type CellKind, cellCorners, cellKinds, Growing, type Model } from './model.ts'

/** The faces of each kind of cell, by its corners, seen from outside counter-clockwise (VTK's order of corners). */
const facesOf: Readonly<Record<CellKind, readonly (readonly number[])[]>> = {
  triangle: [[0, 1, 2]],
  quad: [[0, 1, 2, 3]],
  tetra: [
    [0, 2, 1],
    [0, 1, 3],
    [1, 2, 3],
    [0, 3, 2],
  ],
  pyramid: [
    [0, 3, 2, 1],
    [0, 1, 4],
    [1, 2, 4],
    [2, 3, 4],
    [3, 0, 4],
  ],
  wedge: [
    [0, 1, 2],
    [3, 5, 4],
    [0, 3, 4, 1],
    [1, 4, 5, 2],
    [2, 5, 3, 0],
  ],
  hexa: [
    [0, 3, 2, 1],
    [4, 5, 6, 7],
    [0, 1, 5, 4],
    [1, 2, 6, 5],
    [2, 3, 7, 6],
    [3, 0, 4, 7],
  ],
}
const faces = cellKinds.map((kind) => facesOf[kind])
const cornerCounts = cellKinds.map((kind) => cellCorners[kind])
const isFlat = (kind: number) => cellKinds[kind] === 'triangle' || cellKinds[kind] === 'quad'

/**
 * Faces that stand alone: each is put in, and taken out when its twin comes. Open addressing over typed arrays; memory is
 * that of the faces which are alone at a time, not of all.
 */
class LoneFaces {
  #table = new Int32Array(1 << 16)
  #corners = new Int32Array(4 << 14)
  readonly #free: number[] = []
  #slots = 0
  count = 0

  static #hash(a: number, b: number, c: number, d: number): number {
    const low = Math.min(a, b, c, d < 0 ? a : d)
    const high = Math.max(a, b, c, d)
    const sum = (a + b + c + d) | 0
    let h = Math.imul(low, 0x9e37_79b1) ^ Math.imul(high, 0x85eb_ca6b) ^ Math.imul(sum, 0xc2b2_ae35)
    h ^= h >>> 15
    return Math.imul(h, 0x2c1b_3c6d) >>> 0
  }

  /** Whether the face in the slot has this corner. */
  #has(slot: number, node: number): boolean {
    const at = 4 * slot
    const all = this.#corners
    return all[at] === node || all[at + 1] === node || all[at + 2] === node || all[at + 3] === node
  }

  #same(slot: number, a: number, b: number, c: number, d: number): boolean {
    return this.#has(slot, a) && this.#has(slot, b) && this.#has(slot, c) && this.#has(slot, d)
  }

  /** `d` is -1 for a triangle. `keep`: one that is there already stays (a shell over a solid's face). */
  toggle(a: number, b: number, c: number, d: number, keep: boolean): void {
    const mask = this.#table.length - 1
    let at = LoneFaces.#hash(a, b, c, d) & mask
    for (let entry = this.#table[at] ?? 0; entry !== 0; entry = this.#table[at] ?? 0) {
      if (this.#same(entry - 1, a, b, c, d)) {
        if (!keep) this.#remove(at, entry - 1)
        return
      }
      at = (at + 1) & mask
    }
    const slot = this.#free.pop() ?? this.#slots++
    if (4 * slot >= this.#corners.length) {
      const larger = new Int32Array(this.#corners.length * 2)
      larger.set(this.#corners)
      this.#corners = larger
    }
    this.#corners[4 * slot] = a
    this.#corners[4 * slot + 1] = b
    this.#corners[4 * slot + 2] = c
    this.#corners[4 * slot + 3] = d
    this.#table[at] = slot + 1
    this.count += 1
    if (this.count * 2 > this.#table.length) this.#grow()
  }

  /** The entries behind a removed one move up, so that none is cut off from where it is looked for. */
  #remove(hole: number, slot: number): void {
    const mask = this.#table.length - 1
    this.#free.push(slot)
    this.#corners[4 * slot] = -2
    this.count -= 1
    let empty = hole
    this.#table[empty] = 0
    for (let at = (hole + 1) & mask; (this.#table[at] ?? 0) !== 0; at = (at + 1) & mask) {
      const entry = this.#table[at] ?? 0
      const home = this.#homeOf(entry - 1) & mask
      if (((at - home) & mask) >= ((at - empty) & mask)) {
        this.#table[empty] = entry
        this.#table[at] = 0
        empty = at
      }
    }
  }

  #homeOf(slot: number): number {
    const at = 4 * slot
    const all = this.#corners
    return LoneFaces.#hash(all[at] ?? 0, all[at + 1] ?? 0, all[at + 2] ?? 0, all[at + 3] ?? 0)
  }

  #grow(): void {
    const table = new Int32Array(this.#table.length * 2)
    const mask = table.length - 1
    for (const entry of this.#table) {
      if (entry === 0) continue
      let at = this.#homeOf(entry - 1) & mask
      while (table[at] !== 0) at = (at + 1) & mask
      table[at] = entry
    }
    this.#table = table
  }

  each(visit: (a: number, b: number, c: number, d: number) => void): void {
    for (let slot = 0; slot < this.#slots; slot++) {
      const at = (i: number) => this.#corners[4 * slot + i] ?? 0
      if (at(0) !== -2) visit(at(0), at(1), at(2), at(3))
    }
  }
}

export interface Surface {
  /** Three vertices each; vertices are points of the model. */
  triangles: Int32Array
  /** Edges of the faces, each once. */
  lines: Int32Array
}

/** More edges than this are only a grey veil, and weigh more than the triangles. */
const MOST_EDGES = 600_000

type VisitFace = (a: number, b: number, c: number, d: number) => void

/** Every face of the flat cells, or of the others; `d` is -1 for a triangle. */
function eachFace(model: Model, flat: boolean, visit: VisitFace): void {
  const kinds = model.kinds.done()
  const corners = model.corners.done()
  let from = 0
  for (const kind of kinds) {
    if (isFlat(kind) === flat) {
      for (const [a = 0, b = 0, c = 0, d] of faces[kind] ?? []) {
        const last = d === undefined ? -1 : (corners[from + d] ?? 0)
        visit(corners[from + a] ?? 0, corners[from + b] ?? 0, corners[from + c] ?? 0, last)
      }
    }
    from += cornerCounts[kind] ?? 0
  }
}

/** The outer faces: those of volume cells that no other cell shares, and flat cells. */
function outerFaces(model: Model): (visit: VisitFace) => void {
  // Most files of many triangles have nothing else: nothing is to be found out.
  if (model.kinds.done().every(isFlat)) return (visit) => eachFace(model, true, visit)
  const lone = new LoneFaces()
  eachFace(model, false, (a, b, c, d) => lone.toggle(a, b, c, d, false))
  eachFace(model, true, (a, b, c, d) => lone.toggle(a, b, c, d, true))
  return (visit) => lone.each(visit)
}

/** Edges of the faces, each once; none where there are too many. */
function edgesOf(model: Model, each: (visit: VisitFace) => void): Int32Array {
  let sides = 0
  each((_a, _b, _c, d) => (sides += d < 0 ? 3 : 4))
  // No more than two faces share an edge, as a rule.
  if (sides / 2 > MOST_EDGES) return new Int32Array()
  const lines = new Growing((length) => new Int32Array(length))
  const known = new Set<number>()
  const points = model.pointCount
  const edge = (a: number, b: number) => {
    const key = a < b ? a * points + b : b * points + a
    if (known.has(key)) return
    known.add(key)
    lines.push(a)
    lines.push(b)
  }
  each((a, b, c, d) => {
    edge(a, b)
    edge(b, c)
    if (d < 0) edge(c, a)
    else {
      edge(c, d)
      edge(d, a)
    }
  })
  return lines.length > 2 * MOST_EDGES ? new Int32Array() : lines.done()
}

export interface Surface {
  /** Three vertices each; vertices are points of the model. */
  triangles: Int32Array
  /** Edges of the faces, each once. */
  lines: Int32Array
}

/** The outer surface of a model. */
export function surfaceOf(model: Model): Surface {
  const each = outerFaces(model)
  const triangles = new Growing((length) => new Int32Array(length))
  const triangle = (a: number, b: number, c: number) => {
    triangles.push(a)
    triangles.push(b)
    triangles.push(c)
  }
  each((a, b, c, d) => {
    triangle(a, b, c)
    if (d >= 0) triangle(a, c, d)
  })
  return { triangles: triangles.done(), lines: edgesOf(model, each) }
}
