import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { reduce } from '../../../mesh/reduce.ts'
import { binaryStl, draw, reasonOf } from './draw.ts'

/** A block of n × n × n hexahedra of the unit cube. */
function block(n: number) {
  const points: number[] = []
  const cells: number[] = []
  const at = (i: number, j: number, k: number) => (i * (n + 1) + j) * (n + 1) + k
  for (let i = 0; i <= n; i++)
    for (let j = 0; j <= n; j++) for (let k = 0; k <= n; k++) points.push(i / n, j / n, k / n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      for (let k = 0; k < n; k++) {
        cells.push(at(i, j, k), at(i + 1, j, k), at(i + 1, j + 1, k), at(i, j + 1, k))
        cells.push(at(i, j, k + 1), at(i + 1, j, k + 1), at(i + 1, j + 1, k + 1), at(i, j + 1, k + 1))
      }
    }
  }
  return { points, cells, count: n ** 3 }
}

const e12 = (value: number) =>
  value
    .toExponential(5)
    .replace(/e([+-])(\d)$/, 'e$10$2')
    .padStart(12)
const i10 = (value: number) => String(value).padStart(10)

/** A `.frd` as CalculiX writes it: two steps of displacements, one of stresses. */
function frd(n: number): string {
  const { points, cells, count } = block(n)
  const nodes = points.length / 3
  const values = (name: string, components: string[], of: (x: number) => number[]) => [
    `  100CL  101 ${e12(2)}${String(nodes).padStart(12)}                     0    1           1`,
    ` -4  ${name.padEnd(8)}    ${components.length}    1`,
    ...components.map(
      (component) => ` -5  ${component.padEnd(8)}    1    2    1    ${component === 'ALL' ? '0    1ALL' : '0    0'}`,
    ),
    ...Array.from(
      { length: nodes },
      (_, i) =>
        ` -1${i10(i + 1)}${of(points[3 * i] ?? 0)
          .map(e12)
          .join('')}`,
    ),
    ' -3',
  ]
  return [
    '    1C',
    `    2C                  ${String(nodes).padStart(12)}                                     1`,
    ...Array.from(
      { length: nodes },
      (_, i) => ` -1${i10(i + 1)}${[0, 1, 2].map((axis) => e12(points[3 * i + axis] ?? 0)).join('')}`,
    ),
    ' -3',
    `    3C                  ${String(count).padStart(12)}                                     1`,
    ...Array.from({ length: count }, (_, c) => [
      ` -1${i10(c + 1)}    1    0    1`,
      ` -2${cells
        .slice(8 * c, 8 * c + 8)
        .map((node) => i10(node + 1))
        .join('')}`,
    ]).flat(),
    ' -3',
    ...values('DISP', ['D1', 'D2', 'D3', 'ALL'], () => [9, 9, 9]),
    ...values('DISP', ['D1', 'D2', 'D3', 'ALL'], (x) => [3 * x, 4 * x, 0]),
    ...values('STRESS', ['SXX', 'SYY', 'SZZ', 'SXY', 'SYZ', 'SZX'], (x) => [-100 * x, 0, 0, 0, 0, 0]),
    ' 9999',
  ].join('\n')
}

const typed = (type: string, list: readonly number[]): Buffer => {
  if (type === 'Int64') return Buffer.from(BigInt64Array.from(list, BigInt).buffer)
  const make =
    { Float32: Float32Array, Float64: Float64Array, UInt8: Uint8Array, Int32: Int32Array }[type] ?? Float64Array
  return Buffer.from(make.from(list).buffer)
}

/** A `.vtu` in one of the ways VTK writes them. */
function vtu(
  n: number,
  form: 'ascii' | 'binary' | 'raw' | 'base64',
  options: { wide: boolean; packed: boolean },
): Buffer {
  const { points, cells, count } = block(n)
  const word = (...values: number[]) => {
    const buffer = Buffer.alloc(values.length * (options.wide ? 8 : 4))
    values.forEach((value, i) =>
      options.wide ? buffer.writeBigUInt64LE(BigInt(value), 8 * i) : buffer.writeUInt32LE(value, 4 * i),
    )
    return buffer
  }
  const encode = (data: Buffer): [Buffer, Buffer] => {
    if (!options.packed) return [word(data.length), data]
    const size = 1000
    const blocks = Array.from({ length: Math.ceil(data.length / size) }, (_, i) =>
      deflateSync(data.subarray(i * size, (i + 1) * size)),
    )
    return [word(blocks.length, size, data.length % size, ...blocks.map(({ length }) => length)), Buffer.concat(blocks)]
  }
  let appended = Buffer.alloc(0)
  const array = (type: string, name: string, components: number, list: readonly number[]) => {
    const head = `<DataArray type="${type}" Name="${name}" NumberOfComponents="${components}"`
    if (form === 'ascii') return `${head} format="ascii">\n${list.join(' ')}\n</DataArray>`
    const [header, data] = encode(typed(type, list))
    const text = options.packed
      ? header.toString('base64') + data.toString('base64')
      : Buffer.concat([header, data]).toString('base64')
    if (form === 'binary') return `${head} format="binary">\n${text}\n</DataArray>`
    const tag = `${head} format="appended" offset="${appended.length}"/>`
    appended = Buffer.concat([appended, form === 'raw' ? Buffer.concat([header, data]) : Buffer.from(text)])
    return tag
  }
  const xs = points.filter((_, i) => i % 3 === 0)
  const body = [
    `<Piece NumberOfPoints="${xs.length}" NumberOfCells="${count}">`,
    '<Points>',
    array('Float32', 'Points', 3, points),
    '</Points><Cells>',
    array('Int64', 'connectivity', 1, cells),
    array(
      'Int64',
      'offsets',
      1,
      Array.from({ length: count }, (_, i) => 8 * (i + 1)),
    ),
    array(
      'UInt8',
      'types',
      1,
      Array.from({ length: count }, () => 12),
    ),
    '</Cells><PointData>',
    array(
      'Float64',
      'Temperature [K]',
      1,
      xs.map((x) => 300 + x),
    ),
    '</PointData><CellData>',
    array('Float64', 'U', 3, Array.from({ length: count }, () => [3, 4, 0]).flat()),
    '</CellData></Piece>',
  ].join('\n')
  const head = `<?xml version="1.0"?>\n<VTKFile type="UnstructuredGrid" version="1.0" byte_order="LittleEndian" header_type="${options.wide ? 'UInt64' : 'UInt32'}"${options.packed ? ' compressor="vtkZLibDataCompressor"' : ''}>\n<UnstructuredGrid>${body}</UnstructuredGrid>`
  const tail =
    appended.length === 0
      ? []
      : [
          Buffer.from(`\n<AppendedData encoding="${form === 'raw' ? 'raw' : 'base64'}">\n_`),
          appended,
          Buffer.from('\n</AppendedData>'),
        ]
  return Buffer.concat([Buffer.from(head), ...tail, Buffer.from('\n</VTKFile>\n')])
}

/** A facet of an ASCII STL. */
const facet = (list: number[][]) =>
  `facet normal 0 0 1\nouter loop\n${list.map((p) => `vertex ${p.join(' ')}`).join('\n')}\nendloop\nendfacet`

const range = (mesh: Awaited<ReturnType<typeof draw>>, name: string) => {
  const field = mesh.header.fields.find((candidate) => candidate.name === name)
  return field === undefined ? undefined : [field.min, field.max]
}

describe('the surface of a file', () => {
  it.each([undefined, 1000, 37])('of CalculiX: last step, magnitude, von Mises (pieces of %s)', async (piece) => {
    const mesh = await draw('frd', frd(4), piece)
    // A cube of 4 × 4 faces a side, two triangles each; Euler: V − E + F = 2.
    expect(mesh.header).toMatchObject({
      triangles: 192,
      vertices: 98,
      lines: 192,
      points: 125,
      cells: 64,
      reduced: false,
      surface: 192,
      elements: [{ kind: 'hexa', nodes: 8, count: 64 }],
      time: 2,
    })
    expect(range(mesh, 'Displacement')).toEqual([0, 5])
    expect(range(mesh, 'Displacement Y')).toEqual([0, 4])
    expect(range(mesh, 'Stress von Mises')).toEqual([0, 100])
    expect(mesh.header.bounds).toEqual([0, 1, 0, 1, 0, 1])
  })

  const forms = (['ascii', 'binary', 'raw', 'base64'] as const).flatMap((form) =>
    [false, true].flatMap((wide) => [false, true].map((packed) => ({ form, wide, packed }))),
  )
  it.each(forms)('of VTK in XML: $form, wide header $wide, packed $packed', async ({ form, ...options }) => {
    const mesh = await draw('vtu', vtu(5, form, options), 4099)
    expect(mesh.header).toMatchObject({ triangles: 300, vertices: 152, points: 216, cells: 125, skipped: 0 })
    expect(mesh.header.fields[0]).toEqual({ name: 'Temperature', unit: 'K', min: 300, max: 301 })
    expect(range(mesh, 'U')).toEqual([5, 5])
    const [values] = mesh.values
    expect(values?.every((value, i) => Math.abs(value - 300 - (mesh.positions[3 * i] ?? 0)) < 1e-4)).toBe(true)
  })

  it('of gmsh, closed: every edge lies between two faces', async () => {
    const text = readFileSync(join(import.meta.dirname, 'recorded/bracket-41.msh'), 'latin1')
    const sectionHead = (name: string) => (text.split(`${name}\n`)[1]?.split('\n')[0] ?? '').split(' ').map(Number)
    const mesh = await draw('msh', text)
    expect(mesh.header).toMatchObject({ vertices: 253, triangles: 506, lines: 759, bounds: [0, 60, 0, 40, 0, 50] })
    const { elements = [], points, cells } = mesh.header
    expect(elements).toEqual([
      { kind: 'tetra', nodes: 4, count: 655 },
      { kind: 'triangle', nodes: 3, count: 100 },
    ])
    // As gmsh counts them itself, in the head of each section.
    const [, nodeCount = 0] = sectionHead('$Nodes')
    const [, elementCount = 0] = sectionHead('$Elements')
    expect(points).toBe(nodeCount)
    expect(elements.reduce((sum, { count }) => sum + count, 0)).toBe(elementCount)
    expect(cells).toBe(755)
    const edges = new Map<string, number>()
    for (let i = 0; i < mesh.triangles.length; i += 3) {
      const corners = [...mesh.triangles.subarray(i, i + 3)]
      corners.forEach((a, n) => {
        const key = [a, corners[(n + 1) % 3] ?? 0].toSorted((x, y) => x - y).join()
        edges.set(key, (edges.get(key) ?? 0) + 1)
      })
    }
    expect([...edges.values()].every((count) => count === 2)).toBe(true)
  })

  it('of an STL, ASCII and binary, with shared corners joined', async () => {
    const corners = [
      [0, 0, 0],
      [1, 0, 0],
      [1, 1, 0],
      [0, 0, 0],
      [1, 1, 0],
      [0, 1, 0],
    ]
    const text = `solid x\n${facet(corners.slice(0, 3))}\n${facet(corners.slice(3))}\nendsolid x\n`
    expect((await draw('stl', text)).header).toMatchObject({ vertices: 4, triangles: 2, lines: 5 })
    expect((await draw('stl', binaryStl(corners))).header).toMatchObject({ vertices: 4, triangles: 2 })
  })

  it('of an input deck: a wedge beside a tetrahedron, nodes after elements', async () => {
    const deck =
      '*ELEMENT, TYPE=C3D4\n1, 1,2,3,\n4\n*Element,type=C3D6\n2, 1,2,3,5,6,7\n*NODE\n1,0,0,0\n2,1,0,0\n3,0,1,0\n4,0,0,-1\n5,0,0,1\n6,1,0,1\n7,0,1,1\n'
    // They share one face: 3 + 1 triangles and 3 quads are left.
    expect((await draw('inp', deck)).header).toMatchObject({ triangles: 10, cells: 2 })
  })

  it('becomes coarser where it is too large, and keeps its size and its peak', () => {
    const n = 120
    const positions = Float32Array.from(
      { length: 3 * n * n },
      (_, i) => [Math.floor(i / 3 / n), Math.floor(i / 3) % n, 0][i % 3] ?? 0,
    )
    const corners: number[] = []
    for (let i = 0; i + 1 < n; i++) {
      for (let j = 0; j + 1 < n; j++) {
        const at = i * n + j
        corners.push(at, at + n, at + n + 1, at, at + n + 1, at + 1)
      }
    }
    const values = new Float32Array(n * n)
    values[4321] = -7
    const whole = { positions, triangles: Uint32Array.from(corners), lines: new Uint32Array(), values: [values] }
    const bounds = [0, n - 1, 0, n - 1, 0, 0]
    expect(reduce(whole, bounds, 1_000_000)).toEqual({ drawn: whole, reduced: false })
    const { drawn, reduced } = reduce(whole, bounds, 2000)
    expect(reduced).toBe(true)
    expect(drawn.triangles.length / 3).toBeLessThanOrEqual(2000)
    expect(drawn.triangles.length / 3).toBeGreaterThan(800)
    expect(drawn.triangles.every((vertex) => 3 * vertex < drawn.positions.length)).toBe(true)
    expect(Math.min(...(drawn.values[0] ?? []))).toBe(-7)
    expect(Math.max(...drawn.positions)).toBeGreaterThan(n - 6)
  })

  it.each([
    ['frd', 'hello'],
    [
      'frd',
      frd(2).replace(
        '    2C                            27                                     1',
        '    2C                            27                                     3',
      ),
    ],
    ['msh', 'hello'],
    ['msh', '$MeshFormat\n4.1 1 8\n$EndMeshFormat\n'],
    ['msh', '$MeshFormat\n2.2 0 8\n$EndMeshFormat\n$Nodes\n99999999\n1 0 0 0\n'],
    ['vtk', 'hello'],
    ['vtk', '# vtk DataFile Version 2.0\nx\nASCII\nDATASET STRUCTURED_POINTS\n'],
    ['vtk', '# vtk DataFile Version 2.0\nx\nBINARY\nDATASET UNSTRUCTURED_GRID\nPOINTS 99999999999 double\n'],
    ['vtu', 'hello'],
    ['vtu', '<VTKFile type="UnstructuredGrid" byte_order="BigEndian">'],
    ['vtu', '<VTKFile type="UnstructuredGrid" compressor="vtkLZ4DataCompressor">'],
    ['vtu', `<${'x'.repeat(200_000)}`],
    ['vtu', vtu(2, 'raw', { wide: false, packed: false }).subarray(0, 1500)],
    ['stl', 'solid\nendsolid\n'],
    ['stl', ''],
    ['inp', '*NODE\n1,0,0,0\n*ELEMENT, TYPE=C3D4\n1, 1,2,3,4\n'],
    ['exe', 'MZ'],
  ])('is none for a %s that is damaged or not understood (%#), said in a sentence', async (extension, content) => {
    const reason = await reasonOf(extension, content)
    expect(reason).not.toBe('drawn')
    expect(reason).toMatch(/\.$/)
  })
})
