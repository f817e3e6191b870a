import type { AgentUpload } from '../../../contract/agent/uploads.ts'
import type { UserFiles } from '../user-files/index.ts'
import { warningsOf } from './over.ts'
import { percent } from './progress.ts'
import { ChunkSet, type Range } from './ranges.ts'
import { fileInfo } from './security/index.ts'
import type { UploadRow, UploadStore } from './store.ts'
import type { Transfer } from './transfer.ts'

/** What has arrived: all of it once verification has begun, nothing once it is over without success. */
async function receivedOf(row: UploadRow, store: UploadStore, transfer?: Transfer): Promise<Range[]> {
  if (row.status === 'failed' || row.status === 'cancelled') return []
  if (row.status !== 'receiving') return row.total_chunks === 0 ? [] : [[0, row.total_chunks - 1]]
  if (transfer !== undefined) return transfer.received.ranges()
  const received = new ChunkSet(row.total_chunks)
  for await (const { idx } of store.chunks(row.id)) received.add(idx)
  return received.ranges()
}

/** An upload as clients see it. */
export async function viewOf(
  row: UploadRow,
  { store, files, transfer }: { store: UploadStore; files: UserFiles; transfer?: Transfer | undefined },
): Promise<AgentUpload> {
  const received = await receivedOf(row, store, transfer)
  const count = received.reduce((sum, [first, last]) => sum + last - first + 1, 0)
  return {
    upload_id: row.id,
    filename: row.filename,
    folder: row.folder,
    user: row.user,
    job_id: row.label,
    file_size: row.size,
    chunk_size: row.chunk_size,
    total_chunks: row.total_chunks,
    uploaded_chunks: count,
    progress: row.total_chunks === 0 && row.status !== 'uploaded' ? 0 : percent(count, row.total_chunks),
    status: row.status,
    received,
    file_info: fileInfo(row.filename, row.size, row.class),
    created_at: row.created_at,
    updated_at: transfer === undefined ? row.updated_at : new Date(transfer.lastUsed).toISOString(),
    ...(row.path !== null && row.status === 'uploaded' ? { file_path: await files.absolute(row.user, row.path) } : {}),
    ...(row.digest !== null && row.status === 'uploaded' ? { digest: row.digest } : {}),
    ...(row.error === null ? {} : { error: row.error }),
    ...(row.warnings === null ? {} : { warnings: warningsOf(row) }),
  }
}
