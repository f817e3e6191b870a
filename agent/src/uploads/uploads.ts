import type { FileClass } from '../../../contract/file-classes.ts'

/** A verified file in a user's area, as jobs see it. */
export interface StoredFile {
  uploadId: string
  /** As the user called it; the last segment of `path` may carry a number where another file had the name. */
  name: string
  folder: string
  size: number
  class: FileClass
  /** Hex: its tree digest, where its client stated one. */
  digest?: string
  /** Relative to the user's area (UserFiles). */
  path: string
}

/** What other nouns may ask of uploads. */
export interface Uploads {
  /** The user's own finished upload; Failure NOT_FOUND, or WRONG_STATE while it is not verified. */
  stored(user: string, uploadId: string): Promise<StoredFile>
  /** Gives a finished upload another place in the user's area, where nothing is yet; it is known there from then on. */
  move(user: string, uploadId: string, path: string): Promise<void>
  /** Copies a file of the agent's own (a shipped example) into the user's area as a finished upload. */
  adopt(user: string, label: string, file: { source: string; name: string; class: FileClass }): Promise<StoredFile>
}
