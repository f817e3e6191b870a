import { rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assert, asyncProperty, constantFrom, uint8Array } from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { type Bytes, Undrawable } from '../../../mesh/bytes.ts'
import { extractMesh } from '../../../mesh/extract.ts'
import { drawInThread, type ThreadLimits } from '../../../mesh/thread.ts'
import { decodeMesh } from '../../../src/renderer/features/previews/mesh/decode.ts'
import { binaryStl, bytesOf, draw, plate, reasonOf } from './draw.ts'

const never = new AbortController().signal
const limits: ThreadLimits = { surface: { triangles: 50_000, bytes: 2 ** 24 }, ms: 60_000, heapMb: 256 }
const triangle = [
  [0, 0, 0],
  [1, 0, 0],
  [0, 1, 0],
]

describe('a file that lies', () => {
  it.each([
    ['stl', binaryStl(triangle, 4_000_000_000), 'It holds no triangles.'],
    ['stl', Buffer.concat([Buffer.alloc(80), Buffer.from([9, 0, 0, 0]), Buffer.alloc(50)]), 'which does not fit'],
    ['stl', binaryStl([...triangle.slice(0, 2), [Number.NaN, 0, 0]]), 'no numbers'],
    ['stl', binaryStl([...triangle.slice(0, 2), [Infinity, 0, 0]]), 'no numbers'],
    ['msh', '$MeshFormat\n4.1 0 8\n$Nodes\n1 9e15 1 9e15\n3 1 0 9e15\n1\n', 'ends too early'],
    ['msh', '$MeshFormat\n4.1 0 8\n$Nodes\n1 1 1 1\n3 1 0 1\n-7\n0 0 0\n', 'no number'],
    [
      'msh',
      '$MeshFormat\n4.1 0 8\n$Nodes\n1 1 1 1\n3 1 0 1\n1\n0 0 0\n$Elements\n1 1 1 1\n3 1 4 1\n1 1 2 3 4e12\n',
      'not there',
    ],
    [
      'vtk',
      '# vtk DataFile Version 2.0\nx\nASCII\nDATASET POLYDATA\nPOINTS 30000000 double\n1 2 3\n',
      'ends too early',
    ],
    [
      'vtk',
      '# vtk DataFile Version 2.0\nx\nASCII\nDATASET POLYDATA\nPOINTS 1 float\n0 0 0\nPOLYGONS 9e15 4\n3 0 0 0\n',
      'more cells than it holds',
    ],
    [
      'vtk',
      '# vtk DataFile Version 2.0\nx\nASCII\nDATASET POLYDATA\nPOINTS 1 float\n0 0 0\nPOLYGONS 1 2\n9e9 0\n',
      'not there',
    ],
    [
      'frd',
      '    2C                             1                                     1\n -1         x 0 0 0\n',
      'no number',
    ],
    ['inp', '*NODE\n1,0,0,0\n*ELEMENT, TYPE=S3\n1, 1, 1, 99999999999\n', 'not there'],
    ['inp', `*NODE\n${'1,'.repeat(5_000_000)}`, 'longer than any mesh file has'],
  ])('is refused (%#: %s)', async (extension, content, reason) =>
    expect(await reasonOf(extension, content)).toContain(reason),
  )

  it('with any bytes at all is drawn or refused, never worse', async () => {
    const starts = [
      '',
      'solid x\n',
      '# vtk DataFile Version 2.0\nx\nBINARY\nDATASET POLYDATA\nPOINTS 3 float\n',
      '*NODE\n',
    ]
    const extension = constantFrom('stl', 'obj', 'msh', 'vtk', 'vtu', 'inp', 'frd')
    await assert(
      asyncProperty(extension, constantFrom(...starts), uint8Array({ maxLength: 400 }), async (kind, start, rest) => {
        const content = Buffer.concat([Buffer.from(start), rest])
        const drawn = extractMesh(kind, bytesOf(content), limits.surface)
        await drawn.catch((error: unknown) => {
          // What else a damaged file may cause in a reader: said as "damaged" by its thread.
          if (!(error instanceof Undrawable) && !(error instanceof RangeError)) throw error
        })
      }),
      { numRuns: 300 },
    )
  })
})

describe('a large surface', () => {
  it('becomes coarser by triangles or by bytes, says of how many, and keeps its box', async () => {
    const stl = binaryStl(plate(100))
    const whole = await draw('stl', stl)
    expect(whole.header).toMatchObject({ triangles: 20_000, surface: 20_000, reduced: false, points: 101 ** 2 })
    for (const few of [
      { triangles: 5000, bytes: 2 ** 30 },
      { triangles: 10 ** 9, bytes: 5000 * 18 },
    ]) {
      const { header } = await draw('stl', stl, undefined, few)
      expect(header).toMatchObject({ surface: 20_000, reduced: true, cells: 20_000, bounds: whole.header.bounds })
      expect(header.triangles).toBeLessThanOrEqual(5000)
      expect(header.triangles).toBeGreaterThan(2500)
    }
  })
})

// A thread reads the sources anew: on a busy machine that takes its time.
describe('a thread that draws', { timeout: 60_000 }, () => {
  const path = join(tmpdir(), `headway-mesh-${process.pid}.stl`)
  writeFileSync(path, binaryStl(plate(160)))
  afterAll(() => rmSync(path))
  const opened = async () => {
    const handle = await open(path)
    const { size } = await handle.stat()
    const read: Bytes<Uint8Array>['read'] = async (position, length) => {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, position)
      return buffer.subarray(0, bytesRead)
    }
    return { bytes: { size, read }, handle }
  }

  it('gives the surface of a file', async () => {
    const { bytes, handle } = await opened()
    const mesh = decodeMesh(await drawInThread({ extension: 'stl', bytes }, limits, never))
    expect(mesh.header).toMatchObject({
      surface: 51_200,
      reduced: true,
      elements: [{ kind: 'triangle', count: 51_200 }],
    })
    await handle.close()
  })

  it('is ended by its signal, by the time it takes, and with what the file rejects with', async () => {
    const { bytes, handle } = await opened()
    const abort = new AbortController()
    const given = drawInThread({ extension: 'stl', bytes }, limits, abort.signal)
    abort.abort(new Error('not wanted any more'))
    await expect(given).rejects.toThrow('not wanted any more')
    const slow = { size: bytes.size, read: () => new Promise<Uint8Array>(() => undefined) }
    await expect(drawInThread({ extension: 'stl', bytes: slow }, { ...limits, ms: 1000 }, never)).rejects.toThrow(
      'It takes longer than 1 seconds to be read.',
    )
    const broken = { size: bytes.size, read: () => Promise.reject(new Error('the disk is gone')) }
    await expect(drawInThread({ extension: 'stl', bytes: broken }, limits, never)).rejects.toThrow('the disk is gone')
    await handle.close()
  })

  it('that needs too much memory ends alone', async () => {
    // Each line is kept until the points are known.
    const line = Buffer.from('1, 1,2,3\n'.repeat(50_000))
    const endless = {
      size: 2 ** 31,
      read: () => Promise.resolve(Buffer.concat([Buffer.from('*ELEMENT, TYPE=S3\n'), line])),
    }
    const drawn = drawInThread({ extension: 'inp', bytes: endless }, { ...limits, heapMb: 16 }, never)
    await expect(drawn).rejects.toThrow('It needs more memory than is given to a look at it.')
  })
})
