/**
 * @typedef {object} Mesh A plane mesh of three-node triangles; lengths in metres.
 * @property {Float64Array} x
 * @property {Float64Array} y
 * @property {Int32Array} triangles Three node indexes each, counter-clockwise.
 * @property {Map<string, Int32Array>} groups Boundary edges by physical name, two node indexes each.
 */

/** A fault of the input, told to the user as it is. */
export class InputError extends Error {}

const LINE = 1
const TRIANGLE = 2
const POINT = 15
const nodesOf = new Map([
  [LINE, 2],
  [TRIANGLE, 3],
  [POINT, 1],
])

/**
 * Reads a Gmsh `.msh` file, ASCII, format 2.2 or 4.1 (https://gmsh.info/doc/texinfo/gmsh.html#File-formats).
 * @param {string} text
 * @returns {Mesh}
 */
export function readMesh(text) {
  const sections = sectionsOf(text)
  const [version = '', type = ''] = words(sections.get('MeshFormat')?.[0])
  if (version === '') throw new InputError('This is no Gmsh mesh: it has no $MeshFormat.')
  if (type !== '0') throw new InputError('The mesh is binary: save it as ASCII (gmsh -format msh22 or msh41).')
  const names = physicalNames(sections.get('PhysicalNames') ?? [])
  if (version.startsWith('2.')) return complete(read2(sections), names)
  if (version.startsWith('4.1')) return complete(read4(sections), names)
  throw new InputError(`Mesh format ${version} is not known here; save it as 2.2 or 4.1.`)
}

const words = (line = '') => line.trim().split(/\s+/)

function sectionsOf(text) {
  const sections = new Map()
  let lines
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('$End')) lines = undefined
    else if (line.startsWith('$')) sections.set(line.slice(1).trim(), (lines = []))
    else if (lines !== undefined && line.trim() !== '') lines.push(line)
  }
  return sections
}

/** Names by `dimension:tag`. */
function physicalNames(lines) {
  const names = new Map()
  for (const line of lines.slice(1)) {
    const match = /^\s*(\d+)\s+(\d+)\s+"(.*)"\s*$/.exec(line)
    if (match !== null) names.set(`${match[1]}:${match[2]}`, match[3])
  }
  return names
}

function typeKnown(type) {
  const count = nodesOf.get(type)
  if (count === undefined) {
    throw new InputError(
      `The mesh holds elements of type ${type}; this solver takes three-node triangles only (element order 1).`,
    )
  }
  return count
}

/** @returns {{nodes: Map<number, number[]>, elements: {type: number, tags: number[], nodes: number[]}[]}} */
function read2(sections) {
  const nodes = new Map()
  for (const line of (sections.get('Nodes') ?? []).slice(1)) {
    const [id, ...at] = words(line).map(Number)
    nodes.set(id, at)
  }
  const elements = (sections.get('Elements') ?? []).slice(1).map((line) => {
    const [, type, tagCount, ...rest] = words(line).map(Number)
    typeKnown(type)
    return { type, tags: rest.slice(0, Math.min(1, tagCount)), nodes: rest.slice(tagCount) }
  })
  return { nodes, elements }
}

function read4(sections) {
  const physical = entities4(sections.get('Entities') ?? [])
  const nodes = new Map()
  let lines = (sections.get('Nodes') ?? []).slice(1)
  for (let at = 0; at < lines.length;) {
    const count = Number(words(lines[at])[3])
    for (let i = 1; i <= count; i++) nodes.set(Number(lines[at + i]), words(lines[at + count + i]).map(Number))
    at += 1 + 2 * count
  }
  const elements = []
  lines = (sections.get('Elements') ?? []).slice(1)
  for (let at = 0; at < lines.length;) {
    const [dimension, entity, type, count] = words(lines[at]).map(Number)
    typeKnown(type)
    const tags = physical.get(`${dimension}:${entity}`) ?? []
    for (let i = 1; i <= count; i++) {
      const [, ...corner] = words(lines[at + i]).map(Number)
      elements.push({ type, tags, nodes: corner })
    }
    at += 1 + count
  }
  return { nodes, elements }
}

/** Physical tags by `dimension:entity`. Points have three numbers before them, everything else a box of six. */
function entities4(lines) {
  const physical = new Map()
  const counts = words(lines[0]).map(Number)
  let at = 1
  for (const [dimension, count] of counts.entries()) {
    for (let i = 0; i < count; i++, at++) {
      const numbers = words(lines[at]).map(Number)
      const first = dimension === 0 ? 4 : 7
      physical.set(`${dimension}:${numbers[0]}`, numbers.slice(first + 1, first + 1 + numbers[first]))
    }
  }
  return physical
}

function complete({ nodes, elements }, names) {
  const index = new Map()
  const x = []
  const y = []
  const indexOf = (id) => {
    const known = index.get(id)
    if (known !== undefined) return known
    const at = nodes.get(id)
    if (at === undefined || !at.every(Number.isFinite))
      throw new InputError(`The mesh names node ${id} and does not hold it.`)
    if (Math.abs(at[2]) > 1e-9) throw new InputError('The mesh is not plane: every node must have z = 0.')
    index.set(id, x.length)
    x.push(at[0])
    y.push(at[1])
    return x.length - 1
  }
  const corners = elements.filter(({ type }) => type === TRIANGLE).map(({ nodes: ids }) => ids.map(indexOf))
  if (corners.length === 0) throw new InputError('The mesh holds no triangles.')
  for (const corner of corners) {
    const [a, b, c] = corner
    const area = (x[b] - x[a]) * (y[c] - y[a]) - (x[c] - x[a]) * (y[b] - y[a])
    if (area === 0) throw new InputError('The mesh holds a triangle without area.')
    if (area < 0) [corner[1], corner[2]] = [c, b]
  }
  const edges = new Map()
  for (const { type, tags, nodes: ids } of elements) {
    if (type !== LINE) continue
    for (const tag of tags) {
      const name = names.get(`1:${tag}`) ?? String(tag)
      if (!edges.has(name)) edges.set(name, [])
      edges.get(name).push(...ids.map(indexOf))
    }
  }
  return {
    x: Float64Array.from(x),
    y: Float64Array.from(y),
    triangles: Int32Array.from(corners.flat()),
    groups: new Map([...edges].map(([name, ends]) => [name, Int32Array.from(ends)])),
  }
}

/**
 * Each triangle as four, each boundary edge as two.
 * @param {Mesh} mesh
 * @returns {Mesh}
 */
export function refine(mesh) {
  const count = mesh.x.length
  const x = Array.from(mesh.x)
  const y = Array.from(mesh.y)
  const middles = new Map()
  const middle = (a, b) => {
    const key = a < b ? a * count + b : b * count + a
    const known = middles.get(key)
    if (known !== undefined) return known
    middles.set(key, x.length)
    x.push((mesh.x[a] + mesh.x[b]) / 2)
    y.push((mesh.y[a] + mesh.y[b]) / 2)
    return x.length - 1
  }
  const triangles = new Int32Array(mesh.triangles.length * 4)
  for (let t = 0; t < mesh.triangles.length; t += 3) {
    const [a, b, c] = mesh.triangles.subarray(t, t + 3)
    const ab = middle(a, b)
    const bc = middle(b, c)
    const ca = middle(c, a)
    triangles.set([a, ab, ca, ab, b, bc, ca, bc, c, ab, bc, ca], t * 4)
  }
  const groups = new Map()
  for (const [name, edges] of mesh.groups) {
    const halves = new Int32Array(edges.length * 2)
    for (let e = 0; e < edges.length; e += 2) {
      const m = middle(edges[e], edges[e + 1])
      halves.set([edges[e], m, m, edges[e + 1]], e * 2)
    }
    groups.set(name, halves)
  }
  return { x: Float64Array.from(x), y: Float64Array.from(y), triangles, groups }
}
