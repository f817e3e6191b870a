// Steady heat conduction in a plate, by linear finite elements on triangles. Needs Node and nothing else:
//   node heat.mjs --mesh plate.msh --settings settings.yaml [--refine 2] [--conductivity 45] [--source 0]
//                 [--tolerance 1e-9] [--out plate]
// Writes <out>.vtu (for ParaView) and <out>.txt (figures), and the residual of every iteration to standard output.
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { assemble, heatFlows } from './conduction.mjs'
import { solve } from './conjugate-gradient.mjs'
import { InputError, readMesh, refine } from './mesh.mjs'
import { readSettings } from './settings.mjs'
import { vtu } from './vtu.mjs'

const say = (line) => process.stdout.write(`${line}\n`)

function run() {
  const text = { type: 'string' }
  const options = {
    mesh: text,
    settings: text,
    refine: text,
    conductivity: text,
    source: text,
    tolerance: text,
    out: text,
  }
  const { values } = parseArgs({ options })
  const number = (name, fallback, smallest) => {
    const value = Number(values[name] ?? fallback)
    if (!Number.isFinite(value) || value < smallest)
      throw new InputError(`--${name} must be a number from ${smallest} on.`)
    return value
  }
  if (values.mesh === undefined || values.settings === undefined)
    throw new InputError('--mesh and --settings are needed.')
  const problem = {
    conductivity: number('conductivity', 45, 1e-12),
    source: number('source', 0, -Infinity),
    ...readSettings(readFileSync(values.settings, 'utf8')),
  }
  const tolerance = number('tolerance', 1e-9, 1e-15)
  const times = number('refine', 0, 0)
  const out = String(values.out ?? 'heat')

  let mesh = readMesh(readFileSync(values.mesh, 'utf8'))
  for (let n = 0; n < times; n++) mesh = refine(mesh)
  say(
    `${mesh.x.length} nodes, ${mesh.triangles.length / 3} triangles, boundary groups: ${[...mesh.groups.keys()].join(', ')}`,
  )
  const system = assemble(mesh, problem)
  say(`${system.value.length} matrix entries, ${system.fixed.size} temperatures given`)
  const { x, iterations } = solve(system, {
    tolerance,
    maximum: Math.max(1000, 20 * Math.ceil(Math.sqrt(mesh.x.length))),
    report: (iteration, residual) => say(`iteration ${iteration} residual ${residual.toExponential(6)}`),
  })
  writeFileSync(`${out}.vtu`, vtu(mesh, x, problem.conductivity))
  const figures = [
    `iterations ${iterations}`,
    `temperature_min ${x.reduce((a, b) => Math.min(a, b), Infinity)}`,
    `temperature_max ${x.reduce((a, b) => Math.max(a, b), -Infinity)}`,
    `heat_in ${[...heatFlows(mesh, problem, system, x).values()].reduce((sum, flow) => sum + Math.max(0, flow), 0)}`,
    ...[...heatFlows(mesh, problem, system, x)].map(([name, flow]) => `heat_flow ${name} ${flow}`),
  ]
  writeFileSync(`${out}.txt`, `${figures.join('\n')}\n`)
  figures.forEach(say)
}

try {
  run()
} catch (error) {
  process.stderr.write(`heat: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = error instanceof InputError ? 2 : 1
}
