import { Type, type Static } from 'typebox'
import { ResultFile, ResultValue } from '../results.ts'

/** `GET /api/v2/jobs/:id/files`; `GET …/files/<path>` is the file itself, with ranges. */
export const FileList = Type.Object({ files: Type.Array(ResultFile) })
export type FileList = Static<typeof FileList>

/** `GET /api/v2/jobs/:id/results` */
export const ResultValues = Type.Object({ values: Type.Array(ResultValue) })
export type ResultValues = Static<typeof ResultValues>
