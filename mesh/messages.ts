import type { SurfaceLimits } from './extract.ts'

/** What a mesh thread is started with. `size` in bytes. */
export interface WorkerStart {
  extension: string
  size: number
  limits: SurfaceLimits
}
export type FromWorker =
  | { type: 'read'; position: number; length: number }
  | { type: 'mesh'; mesh: Uint8Array<ArrayBuffer> }
  /** Without a reason it is a damaged file, or a fault of ours. */
  | { type: 'failed'; reason: string | undefined }
export interface FromMain {
  bytes: Uint8Array
}
