import type { ElementCount, ElementKind } from '../contract/mesh.ts'
import { Undrawable } from './bytes.ts'

/** More than this is not held in memory to draw a picture. */
const MOST_POINTS = 12_000_000
const MOST_CELLS = 12_000_000
/** Numbers of all fields together: 400 MB. */
const MOST_VALUES = 100_000_000
/** Scalars that travel to the viewer. */
const MOST_FIELDS = 12

/** Cells by their corners; nodes on edges and faces are left out. */
export const cellCorners = { triangle: 3, quad: 4, tetra: 4, pyramid: 5, wedge: 6, hexa: 8 } as const
export type CellKind = keyof typeof cellCorners
export const cellKinds = Object.keys(cellCorners) as CellKind[]

/** A list of numbers that grows. */
export class Growing<T extends Float32Array | Int32Array | Uint8Array> {
  #array: T
  length = 0
  readonly #make: (length: number) => T

  constructor(make: (length: number) => T) {
    this.#make = make
    this.#array = make(1024)
  }

  push(value: number): void {
    if (this.length === this.#array.length) {
      const larger = this.#make(this.length * 2)
      larger.set(this.#array)
      this.#array = larger
    }
    this.#array[this.length++] = value
  }

  at(index: number): number {
    return this.#array[index] ?? 0
  }

  done(): T {
    return this.#array.subarray(0, this.length) as T
  }
}

/** Elements by their type: how often each kind with so many nodes (0: they differ) was met. */
class Tally {
  readonly #counts = new Map<ElementKind, number[]>()
  /** More nodes than any element type has: they differ. */
  static readonly #MOST_NODES = 256

  add(kind: ElementKind, nodes: number): void {
    let counts = this.#counts.get(kind)
    if (counts === undefined) this.#counts.set(kind, (counts = []))
    const at = nodes > 0 && nodes <= Tally.#MOST_NODES ? nodes : 0
    counts[at] = (counts[at] ?? 0) + 1
  }

  /** Of the kinds that are drawn. */
  drawn(): number {
    const of = (kind: ElementKind) => (this.#counts.get(kind) ?? []).reduce((sum, count) => sum + count, 0)
    return [...cellKinds, 'polygon' as const].reduce((sum, kind) => sum + of(kind), 0)
  }

  /** The most frequent first. */
  list(): ElementCount[] {
    return [...this.#counts]
      .flatMap(([kind, counts]) =>
        counts.flatMap((count, nodes): ElementCount[] => [nodes === 0 ? { kind, count } : { kind, nodes, count }]),
      )
      .toSorted((a, b) => b.count - a.count)
  }
}

const growingIntegers = () => new Growing((length) => new Int32Array(length))

/** What a file holds, in memory: points, cells by their corners, and scalars at the points. */
export class Model {
  readonly points = new Growing((length) => new Float32Array(length))
  readonly kinds = new Growing((length) => new Uint8Array(length))
  readonly corners = growingIntegers()
  readonly fields = new Map<string, Float32Array>()
  readonly elements = new Tally()
  skipped = 0
  time: number | undefined

  get pointCount(): number {
    return this.points.length / 3
  }

  addPoint(x: number, y: number, z: number): void {
    if (this.points.length >= 3 * MOST_POINTS) throw new Undrawable('It has more points than can be drawn here.')
    this.points.push(x)
    this.points.push(y)
    this.points.push(z)
  }

  /** An element that is drawn. `nodes` gives at least the corners, which come first; `count` of them are its own. */
  addCell(kind: CellKind, nodes: ArrayLike<number>, from: number, count: number): void {
    this.elements.add(kind, count)
    this.#addCell(kind, nodes, from)
  }

  /** An element of a kind that is not drawn, and missed. */
  skip(): void {
    this.elements.add('other', 0)
    this.skipped += 1
  }

  #addCell(kind: CellKind, nodes: ArrayLike<number>, from = 0): void {
    if (this.kinds.length >= MOST_CELLS) throw new Undrawable('It has more cells than can be drawn here.')
    this.kinds.push(cellKinds.indexOf(kind))
    for (let i = 0; i < cellCorners[kind]; i++) {
      const node = nodes[from + i] ?? -1
      if (!(node >= 0 && node < this.pointCount)) throw new Undrawable('A cell of it names a point that is not there.')
      this.corners.push(node)
    }
  }

  /** A flat face of any number of corners; of fewer than three nothing is seen. */
  addPolygon(nodes: ArrayLike<number>, from: number, count: number): void {
    if (!(count >= 3)) return
    if (count === 3) this.addCell('triangle', nodes, from, 3)
    else if (count === 4) this.addCell('quad', nodes, from, 4)
    else {
      this.elements.add('polygon', 0)
      for (let i = 2; i < count; i++) {
        this.#addCell('triangle', [nodes[from] ?? -1, nodes[from + i - 1] ?? -1, nodes[from + i] ?? -1])
      }
    }
  }

  /** An empty scalar; what had the name before is an earlier step. Undefined where there are enough already. */
  field(name: string): Float32Array | undefined {
    const room = (this.fields.size + 1) * this.pointCount <= MOST_VALUES && this.fields.size < MOST_FIELDS
    if (!this.fields.has(name) && !room) return undefined
    const values = new Float32Array(this.pointCount).fill(Number.NaN)
    this.fields.set(name, values)
    return values
  }

  /** Whether another scalar would be kept. */
  get hasRoom(): boolean {
    return this.fields.size < MOST_FIELDS
  }
}

/** From the numbers that a file gives its points (any, with gaps) to their places in the model. */
export class PointNumbers {
  #direct = new Int32Array(1024).fill(-1)
  readonly #far = new Map<number, number>()
  static readonly #MOST_DIRECT = 64_000_000

  set(number: number, index: number): void {
    if (!Number.isInteger(number) || number < 0) throw new Undrawable('A point of it has no number.')
    if (number >= PointNumbers.#MOST_DIRECT) this.#far.set(number, index)
    else {
      if (number >= this.#direct.length) {
        const larger = new Int32Array(Math.max(number + 1, this.#direct.length * 2)).fill(-1)
        larger.set(this.#direct)
        this.#direct = larger
      }
      this.#direct[number] = index
    }
  }

  /** -1 where there is none. */
  get(number: number): number {
    return number < this.#direct.length ? (this.#direct[number] ?? -1) : (this.#far.get(number) ?? -1)
  }
}
