import { Type, type Static } from 'typebox'
import { FileClass } from '../file-classes.ts'
import { Time } from '../text.ts'
import { AgentError } from './errors.ts'

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
 * `PUT /api/v2/uploads/:id/chunks/:index` takes the bytes of one chunk in one of three forms. A chunk counts only after its
 * digest was found in what was written.
 *
 * - `application/octet-stream`, exactly the chunk's length, with `Content-Digest: sha-256=:<base64>:` (RFC 9530).
 * - The same with `Content-Encoding: zstd` (RFC 8878) and `Repr-Digest` instead: the digest of the chunk itself, as it is to
 *   be stored, not of its encoded bytes.
 * - `application/vnd.headway.recipe` (see `recipe.ts`), also with `Content-Encoding: zstd`: how the chunk is put together
 *   out of an earlier file of the same user and new bytes. `Repr-Digest` as above; `Headway-Source` is the earlier upload's
 *   id. 404 where that is not there (any more); a source that is not what it was shows as 422 CHECKSUM_MISMATCH, and the chunk
 *   is then sent as it is.
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
 * `read_back`: all chunks are read from the disk and compared once more.
 */
export const CompleteUpload = Type.Object(
  { digest: Type.String({ pattern: '^[0-9a-f]{64}$' }), read_back: Type.Optional(Type.Boolean()) },
  { additionalProperties: false },
)
export type CompleteUpload = Static<typeof CompleteUpload>

/**
 * `GET /api/v2/uploads/sources?name=&size=`: files of the user's own that an upload of this name and size may be made from:
 * those of the same size (perhaps the same file; of the same name first), then those of the same name, newest first, at most
 * eight. Of one that is still `receiving` only what has arrived can be used.
 */
export const UploadSources = Type.Object({
  sources: Type.Array(
    Type.Object({
      upload_id: Type.String(),
      filename: Type.String(),
      folder: Type.String(),
      job_id: Type.String(),
      file_size: Type.Integer(),
      chunk_size: Type.Integer(),
      status: Type.Union([Type.Literal('receiving'), Type.Literal('uploaded')]),
      /** Tree digest, hex, of a finished one. */
      digest: Type.Optional(Type.String()),
      updated_at: Time,
    }),
  ),
})
export type UploadSources = Static<typeof UploadSources>
export type UploadSourceFile = UploadSources['sources'][number]

/**
 * `POST /api/v2/uploads/sets`: many small files in one request, each opened, verified and stored as if it had come alone.
 * The body is `application/vnd.headway.set`, also with `Content-Encoding: zstd`: 4 bytes, big-endian, with the length of a
 * JSON text in UTF-8 (`UploadSet`), that text, and behind it the contents of the files in the same order. Unpacked at most
 * `setBytes` of contents and `setFiles` files, each of at most `smallFileBytes`. A `Content-Digest` (RFC 9530) that comes with
 * it is checked: it is the list's only one.
 */
export const setFiles = 1_000
export const setBytes = 8 * 1024 * 1024
export const smallFileBytes = 256 * 1024

export const UploadSet = Type.Object(
  {
    files: Type.Array(
      Type.Object(
        {
          ...OpenUpload.properties,
          /** Tree digest, hex; a file of a set has one chunk, or none. */
          digest: CompleteUpload.properties.digest,
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: setFiles },
    ),
  },
  { additionalProperties: false },
)
export type UploadSet = Static<typeof UploadSet>

/** What became of each file of a set, by its key; one that is refused keeps no other from being stored. */
export const UploadSetAnswer = Type.Object({
  files: Type.Array(
    Type.Union([
      Type.Object({ key: Type.String(), upload: AgentUpload }),
      Type.Object({ key: Type.String(), error: AgentError }),
    ]),
  ),
})
export type UploadSetAnswer = Static<typeof UploadSetAnswer>
