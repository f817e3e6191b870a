import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const solver = resolve(import.meta.dirname, '../../../../assets/examples/heat/solver/heat.mjs')
const example = resolve(import.meta.dirname, '../../../../assets/examples/heat')

interface Triangulation {
  x: number[]
  y: number[]
  triangles: number[][]
  edges: Record<string, [number, number][]>
}

/** A rectangle of n × n cells, each halved; a grid of real numbers, uneven on purpose. */
function rectangle(width: number, height: number, n: number): Triangulation {
  const mesh: Triangulation = { x: [], y: [], triangles: [], edges: { LEFT: [], RIGHT: [], TOP: [], BOTTOM: [] } }
  const at = (i: number, j: number) => j * (n + 1) + i
  for (let j = 0; j <= n; j++) {
    for (let i = 0; i <= n; i++) {
      mesh.x.push(width * (i / n) ** 1.3)
      mesh.y.push(height * (j / n))
    }
  }
  for (let j = 0; j < n; j++) {
    mesh.edges['LEFT']?.push([at(0, j), at(0, j + 1)])
    mesh.edges['RIGHT']?.push([at(n, j), at(n, j + 1)])
    mesh.edges['BOTTOM']?.push([at(j, 0), at(j + 1, 0)])
    mesh.edges['TOP']?.push([at(j, n), at(j + 1, n)])
    for (let i = 0; i < n; i++) {
      mesh.triangles.push([at(i, j), at(i + 1, j), at(i + 1, j + 1)])
      // One of the two turns the wrong way round: the reader must not mind.
      mesh.triangles.push([at(i, j), at(i, j + 1), at(i + 1, j + 1)])
    }
  }
  return mesh
}

/** A quarter of a ring, n cells across and 2n around. */
function ring(inner: number, outer: number, n: number): Triangulation {
  const mesh: Triangulation = { x: [], y: [], triangles: [], edges: { INNER: [], OUTER: [] } }
  const at = (i: number, j: number) => j * (n + 1) + i
  for (let j = 0; j <= 2 * n; j++) {
    for (let i = 0; i <= n; i++) {
      const r = inner + (outer - inner) * (i / n)
      const angle = (Math.PI / 2) * (j / (2 * n))
      mesh.x.push(r * Math.cos(angle))
      mesh.y.push(r * Math.sin(angle))
    }
  }
  for (let j = 0; j < 2 * n; j++) {
    mesh.edges['INNER']?.push([at(0, j), at(0, j + 1)])
    mesh.edges['OUTER']?.push([at(n, j), at(n, j + 1)])
    for (let i = 0; i < n; i++) {
      mesh.triangles.push([at(i, j), at(i + 1, j), at(i + 1, j + 1)], [at(i, j), at(i + 1, j + 1), at(i, j + 1)])
    }
  }
  return mesh
}

function msh22({ x, y, triangles, edges }: Triangulation): string {
  const names = Object.keys(edges)
  const lines = names.flatMap((name, tag) =>
    (edges[name] ?? []).map(([a, b]) => `1 2 ${tag + 1} ${tag + 1} ${a + 1} ${b + 1}`),
  )
  const faces = triangles.map((nodes) => `2 2 99 1 ${nodes.map((n) => n + 1).join(' ')}`)
  const elements = [...lines, ...faces].map((text, index) => `${index + 1} ${text}`)
  return [
    '$MeshFormat\n2.2 0 8\n$EndMeshFormat',
    `$PhysicalNames\n${names.length}\n${names.map((name, tag) => `1 ${tag + 1} "${name}"`).join('\n')}\n$EndPhysicalNames`,
    `$Nodes\n${x.length}\n${x.map((value, i) => `${i + 1} ${value} ${y[i]} 0`).join('\n')}\n$EndNodes`,
    `$Elements\n${elements.length}\n${elements.join('\n')}\n$EndElements\n`,
  ].join('\n')
}

function arrayOf(vtu: string, name: string): Buffer {
  const text = new RegExp(`Name="${name}"[^>]*>([^<]*)<`).exec(vtu)?.[1] ?? ''
  const bytes = Buffer.from(text, 'base64')
  expect(bytes.readUInt32LE(0)).toBe(bytes.length - 4)
  return bytes.subarray(4)
}
const doubles = (bytes: Buffer) => Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readDoubleLE(8 * i))

function solve(mesh: string, settings: string, ...more: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'headway-heat-'))
  writeFileSync(join(folder, 'mesh.msh'), mesh)
  writeFileSync(join(folder, 'settings.yaml'), settings)
  const files = ['--mesh', 'mesh.msh', '--settings', 'settings.yaml', '--out', 'out']
  const log = execFileSync(process.execPath, [solver, ...files, ...more], {
    cwd: folder,
    encoding: 'utf8',
    stdio: 'pipe',
  })
  const vtu = readFileSync(join(folder, 'out.vtu'), 'utf8')
  const points = doubles(arrayOf(vtu, 'points'))
  const temperature = doubles(arrayOf(vtu, 'temperature'))
  const nodes = temperature.map((t, i) => ({ x: points[3 * i] ?? NaN, y: points[3 * i + 1] ?? NaN, t }))
  const figures = new Map(
    readFileSync(join(folder, 'out.txt'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  )
  return { log, vtu, nodes, figures }
}
const worst = (nodes: { x: number; y: number; t: number }[], exact: (x: number, y: number) => number) =>
  Math.max(...nodes.map(({ x, y, t }) => Math.abs(t - exact(x, y))))

/** A square plate held at zero on all sides, with a source: the Fourier series (k 45, q 1000). */
const series = (x: number, y: number) => {
  let sum = 0
  for (let m = 1; m < 80; m += 2) {
    for (let n = 1; n < 80; n += 2) {
      sum += (Math.sin(m * Math.PI * x) * Math.sin(n * Math.PI * y)) / (m * n * (m * m + n * n))
    }
  }
  return (16 / Math.PI ** 4) * sum * (1000 / 45)
}

/** Between radius 1 at 100° and radius 3 at 20°. */
const inRing = (x: number, y: number) => 100 - (80 * Math.log(Math.hypot(x, y) / 1)) / Math.log(3)

describe('against solutions known in closed form', () => {
  test('between two temperatures the field is linear, exactly', () => {
    const { nodes, figures } = solve(
      msh22(rectangle(2, 1, 8)),
      'temperature:\n  LEFT: 10\n  RIGHT: 50\n',
      '--tolerance',
      '1e-13',
    )
    expect(worst(nodes, (x) => 10 + 20 * x)).toBeLessThan(1e-8)
    // k ΔT / L × height
    expect(figures.get('heat_flow RIGHT')).toBeCloseTo((45 * 40) / 2, 6)
    expect(figures.get('heat_flow LEFT')).toBeCloseTo((-45 * 40) / 2, 6)
  })

  test('a flux into the one side is what comes out of the other', () => {
    const { nodes, figures } = solve(
      msh22(rectangle(2, 1, 8)),
      'temperature: \n  LEFT: 0 # °C\nflux:\n  RIGHT: 900\n',
      '--tolerance',
      '1e-13',
    )
    expect(worst(nodes, (x) => (900 / 45) * x)).toBeLessThan(1e-8)
    expect(figures.get('heat_flow LEFT')).toBeCloseTo(-900, 6)
  })

  test('a heat source gives a parabola; each refinement quarters the error', () => {
    const settings = 'temperature:\n  LEFT: 0\n  RIGHT: 0\n  TOP: 0\n  BOTTOM: 0\n'
    const errors = [0, 1, 2].map((times) => {
      const { figures } = solve(
        msh22(rectangle(1, 1, 8)),
        settings,
        '--source',
        '1000',
        '--refine',
        String(times),
        '--tolerance',
        '1e-12',
      )
      return Math.abs((figures.get('temperature_max') ?? NaN) - series(0.5, 0.5))
    })
    const exact = series(0.5, 0.5)
    expect(exact).toBeCloseTo((0.0736713 * 1000) / 45, 3)
    expect(errors[2]).toBeLessThan(0.005 * exact)
    expect((errors[0] ?? 0) / (errors[2] ?? 1)).toBeGreaterThan(6)
  })

  test('a ring: logarithm of the radius, second order', () => {
    const errors = [4, 8, 16].map((n) => {
      const { nodes } = solve(msh22(ring(1, 3, n)), 'temperature:\n  INNER: 100\n  OUTER: 20\n', '--tolerance', '1e-12')
      return worst(nodes, inRing)
    })
    expect(errors[2]).toBeLessThan(0.1)
    expect((errors[0] ?? 0) / (errors[1] ?? 1)).toBeGreaterThan(3)
    expect((errors[1] ?? 0) / (errors[2] ?? 1)).toBeGreaterThan(3)
  })
})

describe('the shipped plate', () => {
  const mesh = readFileSync(join(example, 'plate.msh'), 'utf8')
  const settings = readFileSync(join(example, 'settings.yaml'), 'utf8')

  test('what goes in comes out, and the residual falls line by line', () => {
    const { log, figures, nodes } = solve(mesh, settings, '--refine', '1')
    // The heated bore is a polygon: its edges together are a little shorter than the circle.
    const flux = -(figures.get('heat_flow COLD') ?? NaN) - (figures.get('heat_flow HOT') ?? NaN)
    expect(flux).toBeGreaterThan(1500 * 2 * Math.PI * 0.022 * 0.995)
    expect(flux).toBeLessThan(1500 * 2 * Math.PI * 0.022)
    const residuals = [...log.matchAll(/^iteration \d+ residual (\S+)$/gm)].map(([, value]) => Number(value))
    expect(residuals).toHaveLength(figures.get('iterations') ?? -1)
    expect(residuals.at(-1)).toBeLessThanOrEqual(1e-9)
    expect(Math.min(...nodes.map(({ t }) => t))).toBeCloseTo(20, 6)
  })

  test('both formats of the mesh say the same', () => {
    // The same triangles in format 2.2, made from the 4.1 file by Gmsh itself once.
    const old = readFileSync(join(import.meta.dirname, 'square-22.msh'), 'utf8')
    const fresh = readFileSync(join(import.meta.dirname, 'square-41.msh'), 'utf8')
    const temperature = 'temperature:\n  HOT: 100\n  "COLD": 0\n'
    const [a, b] = [solve(old, temperature), solve(fresh, temperature)]
    expect(a.nodes.length).toBeGreaterThan(20)
    expect(b.figures).toEqual(a.figures)
  })
})

describe('bad input ends with a sentence', () => {
  const good = msh22(rectangle(1, 1, 2))
  const cases: [string, string, string, RegExp][] = [
    ['no mesh', 'hello', 'temperature:\n  LEFT: 1\n', /no Gmsh mesh/],
    ['binary', good.replace('2.2 0 8', '2.2 1 8'), 'temperature:\n  LEFT: 1\n', /binary/],
    ['unknown format', good.replace('2.2 0 8', '3.7 0 8'), 'temperature:\n  LEFT: 1\n', /format 3.7/],
    [
      'second order',
      good.replace(/^(\d+) 2 2 99 1 (.*)$/m, '$1 9 2 99 1 $2 1 2 3'),
      'temperature:\n  LEFT: 1\n',
      /type 9/,
    ],
    ['not plane', good.replace(/^(\d+ \S+ \S+) 0$/m, '$1 1'), 'temperature:\n  LEFT: 1\n', /not plane/],
    ['unknown group', good, 'temperature:\n  WARM: 1\n', /no boundary group "WARM"; it has LEFT, RIGHT/],
    ['no temperature', good, 'flux:\n  LEFT: 1\n', /No boundary has a temperature/],
    ['no number', good, 'temperature:\n  LEFT: warm\n', /line 2: "warm" is no number/],
    ['unknown setting', good, 'pressure:\n  LEFT: 1\n', /line 1: "pressure" is unknown/],
  ]
  test.each(cases)('%s', (_what, mesh, settings, reason) => {
    const folder = mkdtempSync(join(tmpdir(), 'headway-heat-'))
    writeFileSync(join(folder, 'mesh.msh'), mesh)
    writeFileSync(join(folder, 'settings.yaml'), settings)
    const run = spawnSync(process.execPath, [solver, '--mesh', 'mesh.msh', '--settings', 'settings.yaml'], {
      cwd: folder,
      encoding: 'utf8',
    })
    expect(run.status).toBe(2)
    expect(run.stderr).toMatch(reason)
    expect(run.stderr.trim().split('\n')).toHaveLength(1)
  })
})
