/** A file that the page holds, as it is told to the worker and the core. `size` in bytes, `modified` in ms since 1970. */
export interface HeldEntry {
  token: string
  size: number
  modified: number
  /** Opened again after a change, it is the new version. */
  reopens: boolean
}

/** What the page tells the worker: how to connect (first), files that it holds, files that it was asked to open. */
export type ToWorker =
  | { protocols: string[] }
  | { held: readonly HeldEntry[] }
  | { opened: string; file: File }
  /** `name`: of the browser's error. */
  | { failed: string; name: string }

/** What the worker asks of the page: to open the file under a token. */
export interface FromWorker {
  open: string
}
