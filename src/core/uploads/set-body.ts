import type { UploadSet } from '../../../contract/agent/uploads.ts'
import { POOR_RATIO } from './compression.ts'
import { sha256 } from './digest.ts'
import { contentDigest } from './packing.ts'
import type { SetCompressing } from './set-compressing.ts'

const LENGTH_BYTES = 4
const type = { 'content-type': 'application/vnd.headway.set' }

/** A set as `contract/agent/uploads.ts` describes it: the length of the JSON text, the text, and the contents behind it. */
export function setBody(files: UploadSet['files'], contents: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const set: UploadSet = { files }
  const text = Buffer.from(JSON.stringify(set))
  const body = new Uint8Array(contents.reduce((sum, { length }) => sum + length, LENGTH_BYTES + text.length))
  new DataView(body.buffer).setUint32(0, text.length)
  let at = LENGTH_BYTES
  for (const part of [text, ...contents]) {
    body.set(part, at)
    at += part.length
  }
  return body
}

/** The same as it is sent: compressed where that pays. `plain`: bytes of it unpacked. */
export async function packedSet(
  files: UploadSet['files'],
  contents: readonly Uint8Array[],
  compressing: Pick<SetCompressing, 'compress'>,
): Promise<{ body: Uint8Array; headers: Record<string, string>; plain: number }> {
  const whole = setBody(files, contents)
  const plain = whole.length
  const { bytes, packed } = await compressing.compress(whole)
  const isPacked = packed !== undefined && packed.length <= plain * POOR_RATIO
  const body = isPacked ? packed : bytes
  const digest = contentDigest(await sha256(body))
  return { body, headers: { ...type, ...digest, ...(isPacked ? { 'content-encoding': 'zstd' } : {}) }, plain }
}
