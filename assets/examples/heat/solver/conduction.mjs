import { InputError } from './mesh.mjs'

/**
 * @typedef {object} Problem Steady heat conduction −∇·(k ∇T) = q in a plate, per metre of its thickness.
 * @property {number} conductivity k in W/(m·K).
 * @property {number} source q in W/m³.
 * @property {Map<string, number>} temperature °C, by the name of a boundary group.
 * @property {Map<string, number>} flux Into the plate, W/m², by the name of a boundary group.
 */

/**
 * @typedef {object} System The equations of linear finite elements: a sparse symmetric matrix by rows.
 * @property {Int32Array} start Where each row begins.
 * @property {Int32Array} column
 * @property {Float64Array} value
 * @property {Float64Array} load
 * @property {Map<number, number>} fixed Temperatures given, by node.
 */

/**
 * @param {import('./mesh.mjs').Mesh} mesh
 * @param {Problem} problem
 * @returns {System}
 */
export function assemble(mesh, problem) {
  const { x, y, triangles } = mesh
  const load = new Float64Array(x.length)
  const fixed = new Map()
  const edgesOf = (name) => {
    const edges = mesh.groups.get(name)
    if (edges !== undefined) return edges
    const known = [...mesh.groups.keys()].join(', ') || 'none'
    throw new InputError(`The mesh has no boundary group "${name}"; it has ${known}.`)
  }
  for (const [name, value] of problem.temperature) for (const node of edgesOf(name)) fixed.set(node, value)
  if (fixed.size === 0)
    throw new InputError('No boundary has a temperature: give at least one group of the mesh a temperature.')
  for (const [name, value] of problem.flux) {
    const edges = edgesOf(name)
    for (let e = 0; e < edges.length; e += 2) {
      const [a, b] = [edges[e], edges[e + 1]]
      const half = (value * Math.hypot(x[b] - x[a], y[b] - y[a])) / 2
      load[a] += half
      load[b] += half
    }
  }

  // Nine entries for each triangle, sorted by row, then those of the same place added up.
  const count = new Int32Array(x.length + 1)
  for (const node of triangles) count[node + 1] += 3
  for (let i = 0; i < x.length; i++) count[i + 1] += count[i]
  const place = count.slice()
  const columns = new Int32Array(triangles.length * 3)
  const values = new Float64Array(triangles.length * 3)
  for (let t = 0; t < triangles.length; t += 3) {
    const node = [triangles[t], triangles[t + 1], triangles[t + 2]]
    // Gradients of the three shape functions, times twice the area.
    const gx = [y[node[1]] - y[node[2]], y[node[2]] - y[node[0]], y[node[0]] - y[node[1]]]
    const gy = [x[node[2]] - x[node[1]], x[node[0]] - x[node[2]], x[node[1]] - x[node[0]]]
    const twice = gx[0] * gy[1] - gx[1] * gy[0]
    for (let i = 0; i < 3; i++) {
      load[node[i]] += (problem.source * twice) / 6
      for (let j = 0; j < 3; j++) {
        const at = place[node[i]]++
        columns[at] = node[j]
        values[at] = (problem.conductivity * (gx[i] * gx[j] + gy[i] * gy[j])) / (2 * twice)
      }
    }
  }
  return { ...merge(count, columns, values), load, fixed }
}

function merge(rows, columns, values) {
  const size = rows.length - 1
  const start = new Int32Array(size + 1)
  const seen = new Int32Array(size).fill(-1)
  let end = 0
  for (let row = 0; row < size; row++) {
    const first = end
    for (let at = rows[row]; at < rows[row + 1]; at++) {
      const column = columns[at]
      if (seen[column] >= first) {
        values[seen[column]] += values[at]
      } else {
        // Never ahead of what is read: entries move to the front only.
        seen[column] = end
        columns[end] = column
        values[end] = values[at]
        end += 1
      }
    }
    start[row + 1] = end
  }
  return { start, column: columns.slice(0, end), value: values.slice(0, end) }
}

/** y = A x */
export function multiply({ start, column, value }, x, y) {
  for (let row = 0; row < y.length; row++) {
    let sum = 0
    for (let at = start[row]; at < start[row + 1]; at++) sum += value[at] * x[column[at]]
    y[row] = sum
  }
}

/**
 * Heat that enters the plate through each group with a given temperature, W per metre of thickness: what the equations of
 * its nodes lack (exact for the discrete solution, so that all groups, fluxes and sources balance).
 * @returns {Map<string, number>}
 */
export function heatFlows(mesh, problem, system, temperature) {
  const residual = new Float64Array(temperature.length)
  multiply(system, temperature, residual)
  const flows = new Map()
  const counted = new Set()
  for (const name of problem.temperature.keys()) {
    let flow = 0
    for (const node of mesh.groups.get(name) ?? []) {
      if (counted.has(node)) continue
      counted.add(node)
      flow += residual[node] - system.load[node]
    }
    flows.set(name, flow)
  }
  return flows
}
