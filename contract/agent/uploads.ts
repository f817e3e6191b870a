import { Type, type Static } from 'typebox'
import { FileClass } from '../file-classes.ts'
import { Time } from '../text.ts'

export const FileInfo = Type.Object({
  type: FileClass,
  extension: Type.String(),
  mime_type: Type.String(),
  size: Type.Integer(),
  is_binary: Type.Boolean(),
  is_compressed: Type.Boolean(),
})
export type FileInfo = Static<typeof FileInfo>

/** `POST /api/v2/files/upload/init`, the portals' way (multipart chunks, MD5). */
export const InitRequest = Type.Object({
  filename: Type.String({ minLength: 1, maxLength: 4096 }),
  file_size: Type.Integer({ minimum: 0 }),
  user_id: Type.Optional(Type.String()),
  job_id: Type.Optional(Type.String({ maxLength: 128 })),
  chunk_size: Type.Optional(Type.Integer({ minimum: 1024, maximum: 67_108_864 })),
  checksum: Type.Optional(Type.String({ pattern: '^([0-9a-fA-F]{32}|[0-9a-fA-F]{64})$' })),
})
export type InitRequest = Static<typeof InitRequest>

export const InitAnswer = Type.Object({
  upload_id: Type.String(),
  chunk_size: Type.Integer(),
  total_chunks: Type.Integer(),
  storage_path: Type.String(),
  file_info: FileInfo,
})
export type InitAnswer = Static<typeof InitAnswer>

/** `POST /api/v2/files/upload/chunk`: multipart fields `upload_id, chunk_index, chunk, checksum?` (MD5 hex), any order. */
export const PortalChunkAnswer = Type.Object({
  message: Type.String(),
  uploaded_chunks: Type.Integer(),
  total_chunks: Type.Integer(),
  progress: Type.Number(),
})

/** `POST /api/v2/files/upload/complete`. `verify_checksum: false` leaves the checksum given at init unchecked. */
export const PortalComplete = Type.Object({
  upload_id: Type.String({ minLength: 1, maxLength: 64 }),
  verify_checksum: Type.Optional(Type.Boolean()),
})
export const PortalCompleteAnswer = Type.Object({
  message: Type.String(),
  file_path: Type.String(),
  file_info: FileInfo,
})

/**
 * `POST /api/v2/uploads`, the app's way: raw chunks go straight to their offset in one pre-sized temporary file.
 * `key` is made by the client: the same key again answers with the same upload and what it has received, so an
 * upload resumes after any crash. `folder` is the place inside a dropped folder.
 */
export const OpenUpload = Type.Object(
  {
    key: Type.String({ pattern: '^[A-Za-z0-9-]{8,64}$' }),
    name: Type.String({ minLength: 1, maxLength: 1024 }),
    folder: Type.Optional(Type.String({ maxLength: 4096 })),
    size: Type.Integer({ minimum: 0 }),
    label: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9._-]{1,128}$' })),
    class: Type.Optional(FileClass),
    chunk_size: Type.Integer({ minimum: 65_536, maximum: 67_108_864 }),
  },
  { additionalProperties: false },
)
export type OpenUpload = Static<typeof OpenUpload>

export const AgentUploadState = Type.Union([
  Type.Literal('receiving'),
  Type.Literal('verifying'),
  Type.Literal('uploaded'),
  Type.Literal('failed'),
  Type.Literal('cancelled'),
])
export type AgentUploadState = Static<typeof AgentUploadState>

/** An upload as the agent knows it; also each row of `GET /api/v2/files/uploads`. */
export const AgentUpload = Type.Object({
  upload_id: Type.String(),
  filename: Type.String(),
  folder: Type.String(),
  user: Type.String(),
  job_id: Type.String(),
  file_size: Type.Integer(),
  chunk_size: Type.Integer(),
  total_chunks: Type.Integer(),
  uploaded_chunks: Type.Integer(),
  /** Percent, 0–100. */
  progress: Type.Number(),
  status: AgentUploadState,
  /** Inclusive ranges of received chunk indexes, ascending. */
  received: Type.Array(Type.Tuple([Type.Integer(), Type.Integer()])),
  file_path: Type.Optional(Type.String()),
  file_info: FileInfo,
  /** Hex; see `treeDigest`. */
  digest: Type.Optional(Type.String()),
  /** Why it failed, in a sentence. */
  error: Type.Optional(Type.String()),
  warnings: Type.Optional(Type.Array(Type.String())),
  created_at: Time,
  updated_at: Time,
})
export type AgentUpload = Static<typeof AgentUpload>

/** `GET /api/v2/files/uploads?limit=&offset=`, newest first, `X-Total-Count`, `X-Page-Count`. */
export const UploadList = Type.Object({ uploads: Type.Array(AgentUpload), total: Type.Integer() })
export type UploadList = Static<typeof UploadList>

/**
 * `PUT /api/v2/uploads/:id/chunks/:index`: `application/octet-stream` of exactly the chunk's length, with
 * `Content-Digest: sha-256=:<base64>:` (RFC 9530). A chunk counts only after its digest was found in what was written.
 */
export const ChunkAnswer = Type.Object({
  uploaded_chunks: Type.Integer(),
  total_chunks: Type.Integer(),
  progress: Type.Number(),
})
export type ChunkAnswer = Static<typeof ChunkAnswer>

/**
 * `POST /api/v2/uploads/:id/complete`: `digest` is the tree digest, SHA-256 over the concatenated 32-byte SHA-256 digests
 * of all chunks in order (of nothing, for an empty file), hex. 200 with the finished upload, or 202 while it is verified.
 */
export const CompleteUpload = Type.Object(
  { digest: Type.String({ pattern: '^[0-9a-f]{64}$' }) },
  { additionalProperties: false },
)
export type CompleteUpload = Static<typeof CompleteUpload>
