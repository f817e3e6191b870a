import { Type } from 'typebox'
import { age, change, dated, object, query, site } from '../feature.ts'
import {
  Collision,
  FolderQuery,
  FolderSizes,
  Preview,
  PreviewForm,
  ResultFile,
  ResultFolder,
  ResultValue,
  Selection,
  Space,
} from '../results.ts'
import { Id } from '../text.ts'

/** Of a file in a job's folder. */
const filePath = Type.String({ minLength: 1, maxLength: 4096 })

/** What a job leaves behind; `id` is the job's, an element's id stands for its array. */
export const results = {
  methods: {
    files: query(object({ ...site, id: Id }), object({ files: Type.Array(ResultFile), ...age })),
    /** The figures its template reads from its files. */
    figures: query(object({ ...site, id: Id }), object({ values: Type.Array(ResultValue), ...age })),
    /** A part of the job's folder. */
    folder: query(object({ ...site, id: Id, ...FolderQuery.properties }), dated(ResultFolder)),
    /** Totals of the folders directly below `path`; may take seconds where there are many files. */
    sizes: query(object({ ...site, id: Id, path: FolderQuery.properties.path }), FolderSizes),
    space: query(object(site), Space),
    /** A look at a file. What cannot be shown is an error CONFLICT whose reason says why. */
    preview: query(object({ ...site, id: Id, path: filePath, ...PreviewForm }), Preview),
    makeFolder: change(object({ ...site, id: Id, path: filePath }), object({ path: Type.String() })),
    rename: change(object({ ...site, id: Id, from: filePath, to: filePath }), object({ path: Type.String() })),
    remove: change(
      object({ ...site, id: Id, paths: Type.Array(filePath, { minItems: 1, maxItems: 1000 }) }),
      object({ removed: Type.Integer() }),
    ),
    /** Puts files into the job's folder as a task: it waits for their uploads, then gives them their place below `folder`. */
    put: change(
      object({
        ...site,
        id: Id,
        folder: FolderQuery.properties.path,
        uploads: Type.Array(object({ id: Id, path: filePath }), { minItems: 1, maxItems: 10_000 }),
      }),
      object({ taskId: Type.String() }),
    ),
    /** Whether a file or folder of that name is on this machine in `to`; absent: Downloads. */
    taken: query(
      object({ name: Type.String({ minLength: 1, maxLength: 4096 }), to: Type.Optional(Type.String()) }),
      object({ taken: Type.Boolean() }),
    ),
    /**
     * Saves one result file on this machine as a task (hosts without `browserDownloads`): its pieces side by side, each verified
     * by its digest, gone on with after anything. `to`: a folder; absent: Downloads. `collision` absent: both are kept.
     */
    save: change(
      object({
        ...site,
        id: Id,
        path: filePath,
        to: Type.Optional(Type.String()),
        collision: Type.Optional(Collision),
      }),
      object({ taskId: Type.String() }),
    ),
    /** The same for several files and folders, kept as they lie, in a folder called `name`; both kept: in a new one. */
    saveMany: change(
      object({
        ...site,
        id: Id,
        ...Selection.properties,
        name: Type.String({ minLength: 1, maxLength: 200 }),
        to: Type.Optional(Type.String()),
        collision: Type.Optional(Collision),
      }),
      object({ taskId: Type.String() }),
    ),
    /** A one-time ticket that the page posts to `/download` (hosts with `browserDownloads`). */
    downloadTicket: change(object({ ...site, id: Id, path: filePath }), object({ ticket: Type.String() })),
    /** The same for several files and folders as one zip. */
    archiveTicket: change(
      object({ ...site, id: Id, ...Selection.properties, name: Type.String({ minLength: 1, maxLength: 200 }) }),
      object({ ticket: Type.String() }),
    ),
  },
  streams: {},
}
