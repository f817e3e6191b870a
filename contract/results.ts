import { Type, type Static } from 'typebox'
import { FileClass } from './file-classes.ts'
import { Text, Time } from './text.ts'

/** A file in the job's folder. `path` is relative to it, with `/`. */
export const ResultFile = Type.Object({
  path: Type.String(),
  size: Type.Integer({ minimum: 0 }),
  modifiedAt: Time,
  class: FileClass,
  /** Named by the template as worth opening first. */
  main: Type.Boolean(),
})
export type ResultFile = Static<typeof ResultFile>

/** A figure read from the results (`ResultSpec`). Without `value`, `problem` says why it could not be read. */
export const ResultValue = Type.Object({
  key: Type.String(),
  label: Text,
  unit: Type.Optional(Type.String()),
  value: Type.Optional(Type.Number()),
  problem: Type.Optional(Type.String()),
})
export type ResultValue = Static<typeof ResultValue>

/**
 * One entry of a job's folder. `input`: a link to a file that was handed to the job, which is neither renamed nor removed.
 * `path` is relative to the job's folder; names come from programs and may hold any character but `/`.
 */
export const ResultEntry = Type.Object({
  path: Type.String(),
  kind: Type.Union([Type.Literal('file'), Type.Literal('folder'), Type.Literal('input')]),
  /** Bytes; 0 for a folder, whose total is asked for apart (`FolderSizes`). */
  size: Type.Integer({ minimum: 0 }),
  modifiedAt: Time,
  class: FileClass,
  main: Type.Boolean(),
})
export type ResultEntry = Static<typeof ResultEntry>

/** A part of a folder. Folders stand before files; the main results first among files sorted by name. */
export const FolderQuery = Type.Object(
  {
    /** Relative to the job's folder, empty: that folder itself. */
    path: Type.String({ maxLength: 4096 }),
    offset: Type.Integer({ minimum: 0 }),
    limit: Type.Integer({ minimum: 1, maximum: 5000 }),
    sort: Type.Union([Type.Literal('name'), Type.Literal('size'), Type.Literal('modified')]),
    descending: Type.Boolean(),
    /** All files below, however deep, without their folders; so is every answer to a `filter` or `class`. */
    deep: Type.Optional(Type.Boolean()),
    /** `*` and `?` make it a pattern for the name (with a `/` for the whole path); else a part of the path in any case. */
    filter: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    class: Type.Optional(FileClass),
  },
  { additionalProperties: false },
)
export type FolderQuery = Static<typeof FolderQuery>

export const ResultFolder = Type.Object({
  entries: Type.Array(ResultEntry),
  /** Entries of all pages together, and their bytes (folders count none). */
  total: Type.Integer({ minimum: 0 }),
  bytes: Type.Number({ minimum: 0 }),
  /** False where the folder holds more than is looked through (100,000 files). */
  complete: Type.Boolean(),
})
export type ResultFolder = Static<typeof ResultFolder>

/** Totals of the folders directly below one, by name. */
export const FolderSizes = Type.Object({
  folders: Type.Record(Type.String(), Type.Object({ files: Type.Integer(), bytes: Type.Number() })),
  complete: Type.Boolean(),
})
export type FolderSizes = Static<typeof FolderSizes>

/** Bytes. `quota` where the file system has one for the user and tells it. */
export const Space = Type.Object({
  free: Type.Number(),
  total: Type.Number(),
  quota: Type.Optional(Type.Object({ used: Type.Number(), limit: Type.Number() })),
})
export type Space = Static<typeof Space>

/** Which files are meant: those named and all below the folders named; of these with `filter` or `class` only what fits. */
export const Selection = Type.Object(
  {
    /** Files, and folders with a `/` at their end. Empty: the whole folder of the job. */
    paths: Type.Array(Type.String({ minLength: 1, maxLength: 4096 }), { maxItems: 10_000 }),
    filter: FolderQuery.properties.filter,
    class: FolderQuery.properties.class,
    /** Of what fits, only so many: those changed last. */
    newest: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
  },
  { additionalProperties: false },
)
export type Selection = Static<typeof Selection>

/**
 * What becomes of files of this machine that have the names of those to be saved: both are kept, the new ones numbered; they
 * are replaced, but for those of the same size and time, which are the same; or they stay, and only the others are fetched.
 */
export const Collision = Type.Union([Type.Literal('keep-both'), Type.Literal('replace'), Type.Literal('skip')])
export type Collision = Static<typeof Collision>

export const PreviewKind = Type.Union([
  Type.Literal('text'),
  Type.Literal('table'),
  Type.Literal('image'),
  Type.Literal('mesh'),
])
export type PreviewKind = Static<typeof PreviewKind>

/** Encodings that a text can be read in, by their names on the web; `euc-kr` is CP949 (UHC). */
export const TextEncoding = Type.Union([
  Type.Literal('utf-8'),
  Type.Literal('euc-kr'),
  Type.Literal('shift_jis'),
  Type.Literal('gb18030'),
  Type.Literal('windows-1252'),
  Type.Literal('utf-16le'),
  Type.Literal('utf-16be'),
])
export type TextEncoding = Static<typeof TextEncoding>

/** How a file is to be looked at. Without `encoding` it is found from the bytes. */
export const PreviewForm = { as: PreviewKind, encoding: Type.Optional(TextEncoding) }

/** A look at a file, small enough to travel in one answer. Bytes are base64. */
export const Preview = Type.Union([
  /** The beginning and, of a file too large to be shown whole, the end. */
  Type.Object({
    as: Type.Literal('text'),
    size: Type.Integer(),
    encoding: TextEncoding,
    start: Type.String(),
    end: Type.Optional(Type.String()),
  }),
  /** The first rows. `header`: the first of them names the columns. */
  Type.Object({
    as: Type.Literal('table'),
    size: Type.Integer(),
    encoding: TextEncoding,
    delimiter: Type.String(),
    header: Type.Boolean(),
    rows: Type.Array(Type.Array(Type.String())),
    /** The file has more rows than are given. */
    more: Type.Boolean(),
  }),
  Type.Object({ as: Type.Literal('image'), size: Type.Integer(), type: Type.String(), bytes: Type.String() }),
  /** See `mesh.ts`. */
  Type.Object({ as: Type.Literal('mesh'), bytes: Type.String() }),
])
export type Preview = Static<typeof Preview>
