import type { Preview, PreviewKind } from '../../../contract/results.ts'
import type { AgentClient } from '../agent-client/index.ts'
import { appError, AppError } from '../kit/app-error.ts'
import { encodingOf, isText, textOf } from './decode.ts'
import { imageType } from './image.ts'
import { filePath, meshPath } from './routes.ts'
import { delimiterOf, hasHeader, rowsOf } from './table.ts'

/** Of each end of a text that is not shown whole. */
const TEXT_BYTES = 128 * 1024
/** Read for the first rows of a table. */
const TABLE_BYTES = 2 * 1024 * 1024
const ROWS = 1000
const IMAGE_BYTES = 12 * 1024 * 1024
/** A surface of 200,000 triangles with a dozen values is under 12 MB. */
const MESH_BYTES = 20 * 1024 * 1024

interface Part {
  bytes: Buffer
  /** Of the whole file. */
  size: number
}

/** Looks at one file of a job: only as much of it as is shown is fetched. */
export async function preview(
  client: AgentClient,
  job: string,
  path: string,
  as: PreviewKind,
  signal: AbortSignal,
): Promise<Preview> {
  const read = (range: string, most: number) => fetchPart(client, filePath(job, path), { range, most, signal })
  if (as === 'mesh') {
    const { bytes } = await fetchPart(client, meshPath(job), { query: { path }, most: MESH_BYTES, signal })
    return { as, bytes: bytes.toString('base64') }
  }
  if (as === 'image') {
    const { bytes, size } = await read(`bytes=0-${IMAGE_BYTES - 1}`, IMAGE_BYTES)
    const type = imageType(bytes)
    if (type === undefined) throw unshown('It is no picture that can be shown here, whatever its name says.')
    if (size > bytes.length) throw unshown('The picture is larger than 12 MB. Download it to look at it.')
    return { as, size, type, bytes: bytes.toString('base64') }
  }
  const most = as === 'table' ? TABLE_BYTES : TEXT_BYTES
  // A text that fits into both ends is shown whole.
  const first = as === 'table' ? most : 2 * most
  const { bytes, size } = await read(`bytes=0-${first - 1}`, first)
  const cut = size > bytes.length
  const encoding = encodingOf(bytes, cut)
  if (!isText(bytes, encoding)) throw unshown('It is no text. Download it to open it in its own program.')
  if (as === 'table') {
    const text = textOf(bytes, encoding)
    const delimiter = delimiterOf(text)
    // One more tells that there are more; the last of a cut text may be half a row.
    const all = rowsOf(text, delimiter, ROWS + 1)
    const rows = all.length > ROWS ? all.slice(0, ROWS) : cut ? all.slice(0, -1) : all
    return { as, size, encoding, delimiter, header: hasHeader(rows.slice(0, 50)), rows, more: cut || all.length > ROWS }
  }
  if (!cut) return { as, size, encoding, start: textOf(bytes, encoding) }
  const last = await read(`bytes=${size - most}-${size - 1}`, most)
  const start = textOf(bytes.subarray(0, most), encoding)
  const end = textOf(last.bytes, encoding)
  // Whole lines at the cut.
  return {
    as,
    size,
    encoding,
    start: start.slice(0, start.lastIndexOf('\n') + 1 || undefined),
    end: end.slice(end.indexOf('\n') + 1),
  }
}

const unshown = (reason: string): AppError => appError('CONFLICT', { reason }, reason)

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
