import { Type } from 'typebox'
import { AppError } from '../errors.ts'
import { change, collection, nothing, object, query, site, stream } from '../feature.ts'
import { FileClass } from '../file-classes.ts'
import { Preview, PreviewForm } from '../results.ts'
import { Id } from '../text.ts'
import { ExpandedFiles, PickedFile, Traffic, Upload } from '../uploads.ts'

const several = object({ ids: Type.Array(Id) })

/** Files on their way to a site: whole, verified at both ends, gone on with after anything. */
export const uploads = {
  methods: {
    /** What dropped paths are: folders walked, links and special entries left out with a note. Only with `localPaths`. */
    expand: query(
      object({ paths: Type.Array(Type.String({ minLength: 1, maxLength: 4096 }), { maxItems: 10_000 }) }),
      ExpandedFiles,
    ),
    /** Checks names, sizes and duplicates and starts what is good; what is refused is said beside each file. */
    add: change(
      object({
        ...site,
        label: Id,
        files: Type.Array(
          object({ ...PickedFile.properties, slot: Type.Optional(Type.String()), class: Type.Optional(FileClass) }),
          { minItems: 1, maxItems: 30_000 },
        ),
      }),
      object({
        added: Type.Array(Upload),
        refused: Type.Array(object({ name: Type.String(), error: AppError })),
        /** Names already in this form with the same size and time: not sent again. */
        duplicates: Type.Array(Type.String()),
      }),
    ),
    pause: change(several, nothing),
    resume: change(several, nothing),
    /** Stops it and removes what arrived. */
    cancel: change(several, nothing),
    /** Takes ended uploads off the list; the stored file stays. */
    forget: change(several, nothing),
    /** Sends whole files again though the cluster has them: nothing there is used for it. Also what is uploaded already. */
    sendAgain: change(several, nothing),
    /** Bytes per second for each of them, beside the limit for all; 0: none of its own. In force at once. */
    limit: change(object({ ids: Type.Array(Id), bytesPerSecond: Type.Integer({ minimum: 0 }) }), nothing),
    /** Gives an upload that waits for its file a new source; refused when size or name differ. */
    reattach: change(object({ id: Id, file: PickedFile }), Upload),
    assign: change(object({ id: Id, slot: Type.Optional(Type.String()) }), Upload),
    /**
     * A look at the local file of an upload, in any state while the file can be read. What cannot be shown is an error
     * CONFLICT whose reason says why; FILE_MISSING, FILE_UNREADABLE, FILE_DETACHED.
     */
    preview: query(object({ id: Id, ...PreviewForm }), Preview),
  },
  streams: {
    all: collection(Upload, nothing),
    /** How the way to a site is used: the last minutes, then each second's. */
    traffic: stream(object(site), Traffic, Traffic),
  },
}
