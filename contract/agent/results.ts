import { Type, type Static } from 'typebox'
import { FolderQuery, ResultFile, ResultValue } from '../results.ts'

/**
 * `GET /api/v2/jobs/:id/files`; `GET …/files/<path>` is the file itself, with ranges. An element's id stands for its array.
 */
export const FileList = Type.Object({ files: Type.Array(ResultFile) })
export type FileList = Static<typeof FileList>

/** `GET /api/v2/jobs/:id/results` */
export const ResultValues = Type.Object({ values: Type.Array(ResultValue) })
export type ResultValues = Static<typeof ResultValues>

/** `GET /api/v2/jobs/:id/folder?path=&offset=&limit=&sort=&descending=&deep=&filter=&class=` answers a `ResultFolder`. */
export const FolderParameters = Type.Partial(FolderQuery)
/** `GET /api/v2/jobs/:id/folder/sizes?path=` answers `FolderSizes`; `GET /api/v2/files/space` answers `Space`. */
export const SizesParameters = Type.Object({ path: Type.Optional(FolderQuery.properties.path) })

const path = Type.String({ minLength: 1, maxLength: 4096 })
/** `POST /api/v2/jobs/:id/folder` makes a folder. */
export const MakeFolder = Type.Object({ path }, { additionalProperties: false })
/** `POST /api/v2/jobs/:id/files` puts a finished upload of the user into the folder; answers where it lies. */
export const PlaceUpload = Type.Object(
  { uploadId: Type.String({ maxLength: 128 }), path },
  { additionalProperties: false },
)
/** `POST /api/v2/jobs/:id/files/rename`; nothing is ever overwritten. */
export const RenameFile = Type.Object({ from: path, to: path }, { additionalProperties: false })
/** `POST /api/v2/jobs/:id/files/remove`: files and whole folders. */
export const RemoveFiles = Type.Object(
  { paths: Type.Array(path, { minItems: 1, maxItems: 1000 }) },
  { additionalProperties: false },
)
export const PathAnswer = Type.Object({ path: Type.String() })
export const RemoveAnswer = Type.Object({ removed: Type.Integer() })

/**
 * `GET /api/v2/jobs/:id/mesh?path=`: the outer surface of a mesh or result file, small enough to look at, with its nodal
 * values: `application/octet-stream`, see `mesh-format.ts`.
 */
export const MeshParameters = Type.Object({ path })
