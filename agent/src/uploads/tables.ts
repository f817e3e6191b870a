import type { AgentUploadState } from '../../../contract/agent/uploads.ts'
import type { FileClass } from '../../../contract/file-classes.ts'

/** An upload, open or done. Times are ISO 8601 UTC, sizes bytes. */
export interface FileUploadsTable {
  id: string
  user: string
  /** The app's own key, unique per user; null for portals. */
  key: string | null
  /** NFC. */
  filename: string
  folder: string
  label: string
  class: FileClass
  size: number
  chunk_size: number
  total_chunks: number
  status: AgentUploadState
  /** Where the whole file is or is about to be, relative to the user's area. */
  path: string | null
  /** The tree digest, hex, once the client has stated it. */
  digest: string | null
  /** Of the whole file, as a portal gave it at init: MD5 or SHA-256, hex. */
  checksum: string | null
  error: string | null
  /** JSON array of sentences. */
  warnings: string | null
  created_at: string
  updated_at: string
}

/** A chunk whose bytes were found to have this digest; gone once the file is whole. */
export interface UploadChunksTable {
  upload_id: string
  idx: number
  /** 32 bytes of SHA-256. */
  digest: Uint8Array
  /** The machine's boot under which it was written: after another one the bytes may be lost though the row is not. */
  boot: string
}

/** An upload that comes by the tus protocol. */
export interface TusUploadsTable {
  upload_id: string
  /** `Upload-Metadata` as its client has sent it. */
  metadata: string
  /** Bytes up to which it is written, where that is behind the last whole chunk; else what is said by the chunks counts. */
  offset: number
  /** The machine's boot under which they were written. */
  boot: string
}

export interface UploadTables {
  file_uploads: FileUploadsTable
  upload_chunks: UploadChunksTable
  tus_uploads: TusUploadsTable
}
