import type { Bytes } from '../../../mesh/bytes.ts'
import { extractMesh } from '../../../mesh/extract.ts'
import { decodeMesh } from '../../../src/renderer/features/previews/mesh/decode.ts'

/** A file in memory that gives at most `piece` bytes at a time, so that every cut is met. */
export const bytesOf = (content: Buffer, piece = content.length): Bytes => ({
  size: content.length,
  read: (position, length) => Promise.resolve(content.subarray(position, position + Math.min(length, piece))),
})

const usual = { triangles: 200_000, bytes: 16 * 2 ** 20 }

export const draw = async (extension: string, content: Buffer | string, piece?: number, limits = usual) =>
  decodeMesh(await extractMesh(extension, bytesOf(Buffer.from(content), piece), limits))

/** The sentence that says why nothing is drawn. */
export const reasonOf = (extension: string, content: Buffer | string): Promise<string> =>
  draw(extension, content).then(
    () => 'drawn',
    (error: Error) => error.message,
  )

/** A binary STL of these corners, three a triangle. `count` is what its head says. */
export function binaryStl(corners: readonly (readonly number[])[], count = corners.length / 3): Buffer {
  const stl = Buffer.alloc(84 + (50 * corners.length) / 3)
  stl.write('solid that is binary')
  stl.writeUInt32LE(count, 80)
  corners.forEach((corner, i) =>
    corner.forEach((value, axis) =>
      stl.writeFloatLE(value, 84 + 50 * Math.floor(i / 3) + 12 + 12 * (i % 3) + 4 * axis),
    ),
  )
  return stl
}

const at = (i: number, j: number) => [i, j, Math.sin(i / 9) * Math.cos(j / 7)]

/** A plate of n × n squares, each of two triangles, bent: the corners of its triangles. */
export function plate(n: number): number[][] {
  const corners: number[][] = []
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      corners.push(at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j), at(i + 1, j + 1), at(i, j + 1))
    }
  }
  return corners
}
