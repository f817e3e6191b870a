import { Type, type Static } from 'typebox'
import { AppError } from './errors.ts'
import { FileClass } from './file-classes.ts'
import { Id, Time } from './text.ts'

/**
 * Where the bytes of a file come from. `path`: a file of this machine. `browser`: a file that a page holds and sends
 * range by range when asked (`token` was given out by the page; it does not outlive it).
 */
export const SourceRef = Type.Union([
  Type.Object(
    { kind: Type.Literal('path'), path: Type.String({ minLength: 1, maxLength: 4096 }) },
    { additionalProperties: false },
  ),
  Type.Object({ kind: Type.Literal('browser'), token: Id }, { additionalProperties: false }),
])
export type SourceRef = Static<typeof SourceRef>

/** A file as it was dropped or picked. `folder` is its place inside a dropped folder, with `/`, empty at the top. */
export const PickedFile = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 1024 }),
    folder: Type.String({ maxLength: 4096 }),
    size: Type.Integer({ minimum: 0 }),
    /** Milliseconds since 1970. */
    modified: Type.Number(),
    source: SourceRef,
  },
  { additionalProperties: false },
)
export type PickedFile = Static<typeof PickedFile>

/** Files of this machine, folders walked; links, devices and what cannot be read left out with the reason. */
export const ExpandedFiles = Type.Object(
  {
    files: Type.Array(PickedFile),
    skipped: Type.Array(
      Type.Object(
        {
          path: Type.String(),
          reason: Type.Union([Type.Literal('link'), Type.Literal('special'), Type.Literal('unreadable')]),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
)
export type ExpandedFiles = Static<typeof ExpandedFiles>

export const UploadState = Type.Union([
  Type.Literal('queued'),
  Type.Literal('uploading'),
  Type.Literal('paused'),
  /** For a network, a sign-in, the agent's limit, or the page that holds the file. */
  Type.Literal('waiting'),
  Type.Literal('verifying'),
  Type.Literal('uploaded'),
  Type.Literal('failed'),
  Type.Literal('cancelled'),
])
export type UploadState = Static<typeof UploadState>

export const Upload = Type.Object({
  id: Id,
  site: Id,
  /** The job form (draft) it belongs to; a free label on the agent. */
  label: Id,
  /** In NFC. */
  name: Type.String(),
  folder: Type.String(),
  size: Type.Integer(),
  class: FileClass,
  /** The slot of the template it fills, where it was dropped for one. */
  slot: Type.Optional(Type.String()),
  state: UploadState,
  wait: Type.Optional(
    Type.Union([Type.Literal('network'), Type.Literal('sign-in'), Type.Literal('server-limit'), Type.Literal('file')]),
  ),
  /** While `uploading`: the file is being compared with what the cluster has of it, before its bytes are sent. */
  comparing: Type.Optional(Type.Literal(true)),
  /** Bytes that the agent has confirmed, of `size`. */
  sent: Type.Number(),
  /** Bytes of `sent` that the cluster had already: its own copy was used. All of them: the file was there as it is. */
  reused: Type.Number(),
  /** Bytes that crossed the network for `sent`, less where they were compressed or not needed. */
  crossed: Type.Number(),
  /** Bytes of the file per second, smoothed. */
  bytesPerSecond: Type.Number(),
  /** Its own limit in bytes per second of the network. Absent: none. */
  limit: Type.Optional(Type.Number()),
  /** What the security check of the agent had to say of a file that it took all the same. */
  warnings: Type.Optional(Type.Array(Type.String())),
  error: Type.Optional(AppError),
  /** Once uploaded: the agent's id, the tree digest proven at both ends (hex). */
  agentUploadId: Type.Optional(Type.String()),
  digest: Type.Optional(Type.String()),
  createdAt: Time,
  updatedAt: Time,
})
export type Upload = Static<typeof Upload>

/** How the way to one site is used by uploads. */
export const Traffic = Type.Object({
  /** Bytes per second that crossed the network, one figure a second, the latest last; at most the last 300. */
  samples: Type.Array(Type.Number()),
  /** Chunks and sets on their way at this moment, each on a connection of its own. */
  connections: Type.Integer(),
  /** Bytes per second that are allowed now for all uploads, by the time of day; 0: no limit. */
  limit: Type.Number(),
})
export type Traffic = Static<typeof Traffic>
