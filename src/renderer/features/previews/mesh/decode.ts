import type { Mesh, MeshHeader } from '../../../../../contract/mesh.ts'
import { meshMagic } from '../../../../../contract/mesh-magic.ts'

const headBytes = 8
const floats = (buffer: ArrayBuffer, from: number, count: number) => new Float32Array(buffer, from, count)
const integers = (buffer: ArrayBuffer, from: number, count: number) => new Uint32Array(buffer, from, count)

/** Throws where the bytes are no such mesh, or end too early. */
export function decodeMesh(bytes: Uint8Array<ArrayBuffer>): Mesh {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < headBytes || view.getUint32(0, true) !== meshMagic) throw new Error('This is no mesh.')
  const jsonBytes = view.getUint32(4, true)
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(headBytes, headBytes + jsonBytes))) as MeshHeader
  // A copy begins at an address that typed arrays take.
  const data = bytes.slice(headBytes + jsonBytes).buffer
  let at = 0
  const take = <T>(make: (buffer: ArrayBuffer, from: number, count: number) => T, count: number): T => {
    const part = make(data, at, count)
    at += 4 * count
    return part
  }
  return {
    header,
    positions: take(floats, 3 * header.vertices),
    triangles: take(integers, 3 * header.triangles),
    lines: take(integers, 2 * header.lines),
    values: header.fields.map(() => take(floats, header.vertices)),
  }
}
