import { Type } from 'typebox'
import { change, nothing, object, query } from '../feature.ts'
import { HostInfo } from '../host.ts'
import { ExpandedFiles } from '../uploads.ts'

/** What the surroundings of the core are and can do. */
export const host = {
  methods: {
    info: query(nothing, HostInfo),
    /** Opens an http(s) address in the system's browser. */
    openExternal: change(object({ url: Type.String({ pattern: '^https?://' }) }), nothing),
    /** A native dialog; only with the capability `nativeDialogs`. */
    pickFiles: change(object({ folders: Type.Boolean() }), ExpandedFiles),
  },
  streams: {},
}
