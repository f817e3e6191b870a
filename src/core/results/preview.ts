import type { Preview, PreviewKind, TextEncoding } from '../../../contract/results.ts'
import type { AgentClient } from '../agent-client/index.ts'
import { AppError } from '../kit/app-error.ts'
import { previewOf, unshown } from '../previews/index.ts'
import { filePath, meshPath } from './routes.ts'

/** A surface of 200,000 triangles with a dozen values is under 12 MB. */
const MESH_BYTES = 20 * 1024 * 1024

interface Part {
  bytes: Buffer
  /** Of the whole file. */
  size: number
}

/** Looks at one file of a job: only as much of it as is shown is fetched. */
export function preview(
  client: AgentClient,
  { id, path, as, encoding }: { id: string; path: string; as: PreviewKind; encoding?: TextEncoding },
  signal: AbortSignal,
): Promise<Preview> {
  const file = {
    read: (from: number, length: number) =>
      fetchPart(client, filePath(id, path), { range: `bytes=${from}-${from + length - 1}`, most: length, signal }),
    async mesh() {
      const { bytes } = await fetchPart(client, meshPath(id), { query: { path }, most: MESH_BYTES, signal })
      return bytes
    },
  }
  return previewOf(file, as, encoding)
}

async function fetchPart(
  client: AgentClient,
  path: string,
  options: { range?: string; query?: Record<string, string>; most: number; signal: AbortSignal },
): Promise<Part> {
  const { range, query, most, signal } = options
  try {
    const { body, headers } = await client.stream(path, {
      signal,
      ...(query === undefined ? {} : { query }),
      ...(range === undefined ? {} : { headers: { range } }),
    })
    const parts: Buffer[] = []
    let length = 0
    for await (const part of body as AsyncIterable<Buffer>) {
      parts.push(part)
      length += part.length
      if (length > most) break
    }
    if (length > most && range === undefined) throw unshown('It is too large to be shown here.')
    const whole = /\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1] ?? headers['content-length']
    return { bytes: Buffer.concat(parts).subarray(0, most), size: whole === undefined ? length : Number(whole) }
  } catch (error) {
    // Nothing lies in the range: the file is empty.
    const empty = error instanceof AppError && error.value.code === 'AGENT' && error.value.data.status === 416
    if (empty) return { bytes: Buffer.alloc(0), size: 0 }
    throw error
  }
}
