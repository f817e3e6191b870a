import { open, stat, type FileHandle } from 'node:fs/promises'
import type { AgentClient } from '../agent-client/index.ts'
import { AppError } from '../kit/app-error.ts'
import { filePath } from './routes.ts'

/** The version of the file that a part belongs to. */
export interface Version {
  etag?: string | undefined
  /** Bytes. */
  size?: number | undefined
}

export interface Fetching {
  client: AgentClient
  job: string
  path: string
  /** Where the bytes gather; what an earlier try left there is gone on with, where it is of the same version. */
  part: string
  version: Version
  /** Told as soon as the answer says which version comes, where it is another one. */
  onVersion: (version: Version) => void
  /** Bytes that are there, and those that came last. */
  onBytes: (have: number, more: number) => void
}

/** Without a byte for so long, the connection is taken for dead. */
const stallMs = 60_000

/** Asks for what is missing and writes it behind what is there; true once the part is whole and on the disk. */
export async function fetchRest(fetching: Fetching, signal: AbortSignal): Promise<true | undefined> {
  const { part, version, onVersion, onBytes } = fetching
  let have = version.etag === undefined ? 0 : await sizeOf(part)
  const stall = new AbortController()
  const { body, headers } = await openAt(fetching, have, AbortSignal.any([signal, stall.signal]))
  // Without a range in the answer the file is another one by now, or ranges are not spoken: from the beginning.
  if (headers['content-range'] === undefined) have = 0
  const rest = headers['content-length']
  const size = rest === undefined ? undefined : have + Number(rest)
  const { etag } = headers
  if (etag !== version.etag || size !== version.size) onVersion({ etag, size })
  const file = await open(part, have === 0 ? 'w' : 'a', 0o600)
  let timer = setTimeout(() => stall.abort(), stallMs)
  try {
    for await (const piece of body as AsyncIterable<Buffer>) {
      await file.write(piece)
      have += piece.length
      clearTimeout(timer)
      timer = setTimeout(() => stall.abort(), stallMs)
      onBytes(have, piece.length)
    }
    await file.sync()
  } finally {
    clearTimeout(timer)
    await closeQuietly(file)
  }
  return size === undefined || have === size ? true : undefined
}

async function openAt({ client, job, path, version: { etag } }: Fetching, from: number, signal: AbortSignal) {
  const ask = (headers: Record<string, string>) => client.stream(filePath(job, path), { headers, signal })
  if (from === 0 || etag === undefined) return ask({})
  try {
    return await ask({ range: `bytes=${from}-`, 'if-range': etag })
  } catch (error) {
    // Nothing behind what is there: it is whole already, or a shorter file took its place.
    const beyond = error instanceof AppError && error.value.code === 'AGENT' && error.value.data.status === 416
    if (beyond) return ask({})
    throw error
  }
}

/** Bytes of a local file; 0 where there is none. */
export async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  )
}

async function closeQuietly(file: FileHandle): Promise<void> {
  await file.close().catch(() => undefined)
}

/** Bytes per second over about the last three seconds. */
export function createSpeed(): (bytes: number) => number {
  let rate = 0
  let at = performance.now()
  let waiting = 0
  return (bytes) => {
    waiting += bytes
    const seconds = (performance.now() - at) / 1000
    if (seconds < 0.1) return rate
    const weight = Math.min(1, seconds / 3)
    rate = rate === 0 ? waiting / seconds : rate * (1 - weight) + (waiting / seconds) * weight
    at = performance.now()
    waiting = 0
    return Math.round(rate)
  }
}
