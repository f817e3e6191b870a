import { multiply } from './conduction.mjs'

/**
 * Solves A x = b for the nodes that are not fixed, by conjugate gradients with the diagonal as preconditioner.
 * `report(iteration, residual)` hears the residual's norm relative to the first one after every iteration.
 * Throws where the residual does not fall below `tolerance`.
 * @param {import('./conduction.mjs').System} system
 * @param {{tolerance: number, maximum: number, report: (iteration: number, residual: number) => void}} options
 * @returns {{x: Float64Array, iterations: number, residual: number}}
 */
export function solve(system, { tolerance, maximum, report }) {
  const size = system.load.length
  const x = new Float64Array(size)
  const isFree = new Uint8Array(size).fill(1)
  for (const [node, value] of system.fixed) {
    x[node] = value
    isFree[node] = 0
  }
  const scale = new Float64Array(size)
  for (let row = 0; row < size; row++) {
    for (let at = system.start[row]; at < system.start[row + 1]; at++) {
      if (system.column[at] === row && isFree[row] === 1) scale[row] = 1 / system.value[at]
    }
  }
  const r = new Float64Array(size)
  const z = new Float64Array(size)
  const q = new Float64Array(size)
  multiply(system, x, q)
  let square = 0
  let rho = 0
  for (let i = 0; i < size; i++) {
    r[i] = isFree[i] * (system.load[i] - q[i])
    z[i] = scale[i] * r[i]
    square += r[i] * r[i]
    rho += r[i] * z[i]
  }
  const first = Math.sqrt(square)
  if (first === 0) return { x, iterations: 0, residual: 0 }
  const p = z.slice()
  for (let iteration = 1; iteration <= maximum; iteration++) {
    multiply(system, p, q)
    let curvature = 0
    for (let i = 0; i < size; i++) curvature += p[i] * q[i] * isFree[i]
    const step = rho / curvature
    square = 0
    let next = 0
    for (let i = 0; i < size; i++) {
      if (isFree[i] === 0) continue
      x[i] += step * p[i]
      r[i] -= step * q[i]
      z[i] = scale[i] * r[i]
      square += r[i] * r[i]
      next += r[i] * z[i]
    }
    const residual = Math.sqrt(square) / first
    report(iteration, residual)
    if (residual <= tolerance) return { x, iterations: iteration, residual }
    if (!Number.isFinite(residual)) break
    const beta = next / rho
    rho = next
    for (let i = 0; i < size; i++) p[i] = z[i] + beta * p[i]
  }
  throw new Error(`The residual did not fall below ${tolerance} in ${maximum} iterations.`)
}
