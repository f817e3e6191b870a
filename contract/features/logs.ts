import { Type } from 'typebox'
import { object, query, site, stream } from '../feature.ts'
import { LogFile, LogMatches, LogQuery, longestRead, SearchDirection } from '../logs.ts'
import { Id } from '../text.ts'

/** A text file in the folder of a job or of an element of an array. */
const ofJob = { ...site, id: Id, file: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })) }

/** Text files of a job's folder; without `file` its own log. Bytes travel as base64: the window chooses the encoding. */
export const logs = {
  methods: {
    files: query(object({ ...site, id: Id }), object({ files: Type.Array(LogFile), more: Type.Boolean() })),
    /** `start` is less than `offset` where the file is shorter. `version` changes when the file is started over. */
    read: query(
      object({
        ...ofJob,
        offset: Type.Integer({ minimum: 0 }),
        length: Type.Integer({ minimum: 1, maximum: longestRead }),
      }),
      object({ bytes: Type.String(), start: Type.Integer(), size: Type.Integer(), version: Type.String() }),
    ),
    /** One leg of a search; the next one begins at its `next`. */
    search: query(
      object({
        ...ofJob,
        query: LogQuery,
        from: Type.Integer({ minimum: 0 }),
        direction: SearchDirection,
        limit: Type.Integer({ minimum: 1, maximum: 1000 }),
      }),
      LogMatches,
    ),
  },
  streams: {
    /**
     * The snapshot is the file's end (at most 256 KiB), `start` the byte it begins at; events add to it. A file that is
     * started over, and a window that cannot keep up, get a new snapshot.
     */
    follow: stream(
      object(ofJob),
      object({
        bytes: Type.String(),
        start: Type.Integer(),
        end: Type.Integer(),
        complete: Type.Boolean(),
        version: Type.String(),
      }),
      object({ bytes: Type.String(), end: Type.Integer(), complete: Type.Boolean() }),
    ),
  },
}
