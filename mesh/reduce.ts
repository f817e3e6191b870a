/** A surface on its own vertices: positions, faces, edges, scalars. */
export interface Drawn {
  positions: Float32Array<ArrayBuffer>
  triangles: Uint32Array<ArrayBuffer>
  lines: Uint32Array<ArrayBuffer>
  values: Float32Array<ArrayBuffer>[]
}

/** At most so many cells of the grid along its longest side. */
const FINEST = 1000
const TRIES = 8

/** Numbers the cells of a grid in the order in which they are met: open addressing over typed arrays. */
class Cells {
  #keys = new Int32Array(1 << 16).fill(-1)
  #numbers = new Int32Array(1 << 16)
  count = 0

  static #place(keys: Int32Array, key: number): number {
    const mask = keys.length - 1
    let at = (Math.imul(key, 0x9e37_79b1) >>> 7) & mask
    while (keys[at] !== -1 && keys[at] !== key) at = (at + 1) & mask
    return at
  }

  /** `key` is 0 or more, below 2³¹. */
  number(key: number): number {
    const at = Cells.#place(this.#keys, key)
    if (this.#keys[at] === key) return this.#numbers[at] ?? 0
    this.#keys[at] = key
    this.#numbers[at] = this.count++
    if (2 * this.count > this.#keys.length) this.#grow()
    return this.count - 1
  }

  #grow(): void {
    const keys = new Int32Array(this.#keys.length * 2).fill(-1)
    const numbers = new Int32Array(keys.length)
    for (let i = 0; i < this.#keys.length; i++) {
      const key = this.#keys[i] ?? -1
      if (key === -1) continue
      const at = Cells.#place(keys, key)
      keys[at] = key
      numbers[at] = this.#numbers[i] ?? 0
    }
    this.#keys = keys
    this.#numbers = numbers
  }
}

/** Clusters of vertices that share a cell of a grid of `along` cells; gives the cluster of each vertex. */
function clusters(positions: Float32Array, bounds: readonly number[], along: number) {
  const [x0 = 0, x1 = 0, y0 = 0, y1 = 0, z0 = 0, z1 = 0] = bounds
  const size = Math.max(x1 - x0, y1 - y0, z1 - z0) / along || 1
  const count = positions.length / 3
  const of = new Uint32Array(count)
  const cells = new Cells()
  for (let i = 0; i < count; i++) {
    const x = Math.floor(((positions[3 * i] ?? 0) - x0) / size)
    const y = Math.floor(((positions[3 * i + 1] ?? 0) - y0) / size)
    const z = Math.floor(((positions[3 * i + 2] ?? 0) - z0) / size)
    of[i] = cells.number(x + 1024 * (y + 1024 * z))
  }
  return { of, count: cells.count }
}

/** Faces whose three corners are still apart. */
function remaining(triangles: Uint32Array, of: Uint32Array): Uint32Array<ArrayBuffer> {
  const kept = new Uint32Array(triangles.length)
  let count = 0
  for (let i = 0; i < triangles.length; i += 3) {
    const a = of[triangles[i] ?? 0] ?? 0
    const b = of[triangles[i + 1] ?? 0] ?? 0
    const c = of[triangles[i + 2] ?? 0] ?? 0
    if (a === b || b === c || c === a) continue
    kept[count++] = a
    kept[count++] = b
    kept[count++] = c
  }
  return kept.slice(0, count)
}

/**
 * Makes a surface coarse enough by joining vertices that lie in the same cell of a grid (Rossignac and Borrel 1993). A
 * joined vertex lies in their middle and takes the value that is largest in magnitude: a stress peak stays to be seen.
 */
export function reduce(drawn: Drawn, bounds: readonly number[], most: number): { drawn: Drawn; reduced: boolean } {
  if (drawn.triangles.length <= 3 * most) return { drawn, reduced: false }
  const { positions } = drawn
  let along = FINEST
  let best = clusters(positions, bounds, along)
  let triangles = remaining(drawn.triangles, best.of)
  for (let tries = 0; triangles.length > 3 * most && tries < TRIES; tries++) {
    // Faces of a surface grow with the square of the cells along it.
    along = Math.max(2, Math.floor(along * 0.95 * Math.sqrt((3 * most) / triangles.length)))
    best = clusters(positions, bounds, along)
    triangles = remaining(drawn.triangles, best.of)
  }
  const { of, count } = best
  const sums = new Float64Array(3 * count)
  const members = new Uint32Array(count)
  for (let i = 0; i < of.length; i++) {
    const cluster = of[i] ?? 0
    members[cluster] = (members[cluster] ?? 0) + 1
    for (let axis = 0; axis < 3; axis++)
      sums[3 * cluster + axis] = (sums[3 * cluster + axis] ?? 0) + (positions[3 * i + axis] ?? 0)
  }
  const values = drawn.values.map((all) => {
    const largest = new Float32Array(count).fill(Number.NaN)
    for (let i = 0; i < of.length; i++) {
      const cluster = of[i] ?? 0
      const value = all[i] ?? Number.NaN
      const before = largest[cluster] ?? Number.NaN
      if (Number.isNaN(before) || Math.abs(value) > Math.abs(before)) largest[cluster] = value
    }
    return largest
  })
  const means = new Float32Array(3 * count)
  for (let i = 0; i < means.length; i++) means[i] = (sums[i] ?? 0) / (members[Math.floor(i / 3)] ?? 1)
  return {
    drawn: {
      positions: means,
      triangles,
      lines: new Uint32Array(),
      values,
    },
    reduced: true,
  }
}
