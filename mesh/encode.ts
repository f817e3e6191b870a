import type { Mesh } from '../contract/mesh.ts'
import { meshMagic } from '../contract/mesh-magic.ts'

const HEAD = 8

/** As `Mesh` says. */
export function encodeMesh({ header, positions, triangles, lines, values }: Mesh): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(header))
  const padded = Math.ceil(json.length / 4) * 4
  const parts = [positions, triangles, lines, ...values]
  const bytes = new Uint8Array(HEAD + padded + parts.reduce((sum, part) => sum + part.byteLength, 0))
  const view = new DataView(bytes.buffer)
  view.setUint32(0, meshMagic, true)
  view.setUint32(4, padded, true)
  bytes.fill(0x20, HEAD, HEAD + padded)
  bytes.set(json, HEAD)
  let at = HEAD + padded
  for (const part of parts) {
    bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at)
    at += part.byteLength
  }
  return bytes
}
