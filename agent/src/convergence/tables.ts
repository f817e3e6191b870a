/** How far a job's file has been read and what came of it; JSON is read and written by store.ts alone. */
export interface ConvergenceWatchTable {
  /** As in addresses: `123`, `123_4`. */
  job: string
  /** The parser that the user chose; null: the template's, or none. */
  chosen: string | null
  alarm: string
  /** JSON: Progress; null where nothing has been read. */
  progress: string | null
  updated_at: string
}

/** Points of a run: chunk −1 the latest one by one, the others stretches, 256 in each. Deflated JSON. */
export interface ConvergenceChunkTable {
  job: string
  run: number
  chunk: number
  body: Uint8Array
}

export interface ConvergenceTables {
  convergence_watches: ConvergenceWatchTable
  convergence_chunks: ConvergenceChunkTable
}
