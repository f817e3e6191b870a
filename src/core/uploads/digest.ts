import { hash } from 'node:crypto'

/** SHA-256 of a chunk. */
export async function sha256(bytes: Uint8Array): Promise<Buffer> {
  return hash('sha256', bytes, 'buffer')
}
