import type { Readable } from 'node:stream'
import type { UploadSourceFile, UploadSources } from '../../../../contract/agent/uploads.ts'
import type { AgentClient } from '../../agent-client/index.ts'
import { retryAfterSeconds } from '../../kit/back-off.ts'
import { wait } from '../../kit/wait.ts'
import { Signature } from './signature.ts'

/** Much more than the signature of the largest file that an agent takes. */
const MOST_SIGNATURE = 128 * 2 ** 20
/** Seconds between two questions, whatever the agent says. */
const ASK = { least: 1, most: 10 }

/** Files of the user's own on the cluster that one of this name and size may be made from. */
export async function askSources(
  client: AgentClient,
  { name, size }: { name: string; size: number },
  signal: AbortSignal,
): Promise<UploadSourceFile[]> {
  const { sources } = await client.get<UploadSources>('/api/v2/uploads/sources', { query: { name, size }, signal })
  return sources
}

async function readWhole(body: Readable): Promise<Buffer> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of body as AsyncIterable<Buffer>) {
    pieces.push(piece)
    size += piece.length
    if (size > MOST_SIGNATURE) throw new Error('This is no signature.')
  }
  return Buffer.concat(pieces)
}

/**
 * The signature of a file on the cluster, and the bytes that it took; undefined where the agent has not computed it in
 * `patienceMs`.
 */
export async function fetchSignature(
  client: AgentClient,
  id: string,
  patienceMs: number,
  signal: AbortSignal,
): Promise<{ signature: Signature; crossed: number } | undefined> {
  for (const since = performance.now(); ;) {
    const { body, headers } = await client.stream(`/api/v2/uploads/${id}/signature`, { signal })
    if (headers['content-type'] === 'application/octet-stream') {
      const bytes = await readWhole(body).catch(() => undefined)
      if (bytes !== undefined) return { signature: new Signature(bytes), crossed: bytes.length }
      // The connection broke: the agent keeps it for a while.
    } else body.resume()
    const asked = retryAfterSeconds(headers['retry-after'], Date.now()) ?? ASK.least
    const ms = Math.min(Math.max(asked, ASK.least), ASK.most) * 1000
    if (performance.now() - since + ms > patienceMs) return undefined
    await wait(ms, signal)
  }
}
