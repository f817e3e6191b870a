import { smallFileBytes } from '../../../contract/agent/uploads.ts'
import { AppError } from '../kit/app-error.ts'
import type { Turns } from '../kit/turns.ts'
import type { Platform } from '../platform.ts'
import type { UploadRecord } from './record.ts'
import { fileChanged, fileError, openSource, type Version } from './source.ts'
import type { WorkerPool } from './workers/pool.ts'
import { treeDigestOf } from './workers/read-small.ts'

/** Files of a page are asked for over a connection: several at once. */
const PARALLEL = 16

/** A small file as it was read. */
export interface SmallFile {
  record: UploadRecord
  version: Version
  content: Uint8Array
  /** Tree digest, hex. */
  digest: string
}

/** What came of a reading: `large` are those that are small no longer. */
export interface SmallFiles {
  read: SmallFile[]
  failed: { record: UploadRecord; error: AppError }[]
  large: UploadRecord[]
}

interface ReadParts {
  platform: Platform
  workers: WorkerPool
  /** For files that a page holds. */
  reading: Turns
}

/** Reads small files whole and hashes them, each on its own: what is wrong with one concerns no other. */
export async function readSmallFiles(
  { platform, workers, reading }: ReadParts,
  records: readonly UploadRecord[],
  signal: AbortSignal,
): Promise<SmallFiles> {
  const files: SmallFiles = { read: [], failed: [], large: [] }
  await readPaths(workers, records, files)
  signal.throwIfAborted()
  const held = records.filter(({ source }) => source !== undefined && source.kind !== 'path')
  if (held.length > 0) await reading.run(() => readHeld(platform, held, files, signal), signal)
  return files
}

async function readPaths(workers: WorkerPool, records: readonly UploadRecord[], into: SmallFiles): Promise<void> {
  const local = records.flatMap((record) =>
    record.source?.kind === 'path' ? [{ record, path: record.source.path }] : [],
  )
  if (local.length === 0) return
  const { files, contents } = await workers.run('readSmall', {
    paths: local.map(({ path }) => path),
    most: smallFileBytes,
  })
  for (const [at, { record }] of local.entries()) {
    const file = files[at] ?? { code: 'EIO' }
    if (!('code' in file)) {
      const { size, modified, digest, offset } = file
      into.read.push({
        record,
        version: { size, modified },
        content: contents.subarray(offset, offset + size),
        digest,
      })
    } else if (file.code === 'EFBIG') into.large.push(record)
    else into.failed.push({ record, error: failure(record, file.code) })
  }
}

function failure({ name }: UploadRecord, code: string): AppError {
  if (code === 'ETXTBSY') return fileChanged(name)
  return fileError(name, Object.assign(new Error(code), { code: code === 'EISDIR' ? 'not a file' : code }))
}

async function readHeld(
  platform: Platform,
  records: readonly UploadRecord[],
  into: SmallFiles,
  signal: AbortSignal,
): Promise<void> {
  const queue = records.values()
  const reader = async () => {
    for (const record of queue) {
      const file = await readOne(platform, record, signal).catch((error: unknown) => error)
      signal.throwIfAborted()
      if (file === undefined) into.large.push(record)
      else if (file instanceof AppError) into.failed.push({ record, error: file })
      else if (file instanceof Error) throw file
      else into.read.push(file as SmallFile)
    }
  }
  await Promise.all(Array.from({ length: PARALLEL }, reader))
}

/** Undefined where it is small no longer. */
async function readOne(platform: Platform, record: UploadRecord, signal: AbortSignal): Promise<SmallFile | undefined> {
  if (record.source === undefined) throw new Error('There is no file to read.')
  const source = await openSource(record.name, record.source, platform)
  try {
    const version = await source.version()
    if (version.size > smallFileBytes) return undefined
    const range = { offset: 0, length: version.size }
    const content =
      version.size === 0
        ? new Uint8Array()
        : await source.read(range, version, () => Buffer.allocUnsafe(version.size), signal)
    return { record, version, content, digest: treeDigestOf(content) }
  } finally {
    await source.close()
  }
}
