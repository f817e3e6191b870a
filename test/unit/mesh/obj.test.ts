import { describe, expect, it } from 'vitest'
import { draw, reasonOf } from './draw.ts'

/** A unit cube of six squares, as modelling programs write them. */
const cube = `# a cube
mtllib none.mtl
o Cube
v 0 0 0
v 1 0 0
v 1 1 0
v 0 1 0
v 0 0 1
v 1 0 1
v 1 1 1
v 0 1 1
vt 0 0
vn 0 0 1
usemtl grey
s off
f 1 4 3 2
f 5/1 6/1 7/1 8/1
f 1//1 2//1 6//1 5//1
f 2/1/1 3/1/1 7/1/1 6/1/1
f -6 -5 -1 -2
f 4 1 5 8
`

describe('a Wavefront OBJ', () => {
  it.each([undefined, 7])('has corners in every form of writing them (pieces of %s)', async (piece) => {
    const { header } = await draw('obj', cube, piece)
    expect(header).toMatchObject({ triangles: 12, vertices: 8, lines: 12, points: 8, cells: 6, skipped: 0 })
    expect(header.elements).toEqual([{ kind: 'quad', nodes: 4, count: 6 }])
    expect(header.bounds).toEqual([0, 1, 0, 1, 0, 1])
  })

  it('counts negative numbers back from where they stand', async () => {
    const mesh = await draw('obj', 'v 0 0 0\nv 1 0 0\nv 0 1 0\nf -3 -2 -1\nv 9 0 0\nv 9 1 0\nf -4 -2 -1\n')
    expect([...mesh.triangles].map((vertex) => mesh.positions[3 * vertex])).toEqual([0, 1, 0, 1, 9, 9])
  })

  it('has polygons, lines, points, colours of vertices, and lines that go on in the next', async () => {
    const polygon = 'v 0 0 0 1 0 0\nv 2 0 0 1 0 0\nv 3 1 0\nv 1 2 0\nv -1 1 0\nf 1 2 \\\n3 4 \\\r\n5\nl 1 2 3\np 4\n'
    const { header } = await draw('obj', polygon)
    expect(header).toMatchObject({ triangles: 3, points: 5, cells: 1 })
    expect(header.elements).toEqual([
      { kind: 'polygon', count: 1 },
      { kind: 'line', nodes: 3, count: 1 },
      { kind: 'vertex', nodes: 1, count: 1 },
    ])
  })

  it.each([
    ['', 'It holds no vertices.'],
    ['v 0 0 0\nv 1 0 0\n', 'It holds no faces that could be drawn.'],
    ['v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 4\n', 'A cell of it names a point that is not there.'],
    ['v 0 0 0\nv 1 0 0\nv 0 1 0\nf 0 1 2\n', 'A cell of it names a point that is not there.'],
    ['v 0 0 0\nv 1 0 0\nv 0 1 0\nf -1 -2 -9\n', 'A cell of it names a point that is not there.'],
    ['v 0 0 0\nv 1 0 0\nv 0 1 0\nf a b c\n', 'A cell of it names a point that is not there.'],
    ['v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 99999999999999999999\n', 'A cell of it names a point that is not there.'],
    ['v 0 0 0\nv 1 0\nv 0 1 0\nf 1 2 3\n', 'Some of its coordinates are no numbers.'],
    ['v 0 0 0\nv 1e999 0 0\nv 0 1 0\nf 1 2 3\n', 'Some of its coordinates are no numbers.'],
  ])('that is damaged is none (%#)', async (text, reason) => expect(await reasonOf('obj', text)).toBe(reason))
})
