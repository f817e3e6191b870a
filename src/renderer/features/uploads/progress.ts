import type { Upload, UploadState } from '../../../../contract/uploads.ts'

const underWay: readonly UploadState[] = ['queued', 'uploading', 'waiting', 'verifying', 'paused']

export const isUnderWay = (upload: Upload): boolean => underWay.includes(upload.state)
export const canPause = ({ state }: Upload): boolean =>
  state === 'queued' || state === 'uploading' || state === 'waiting'
/** Never to be accepted as it is: too large, or refused by the security checks or for its name. */
export const isRefused = ({ state, error }: Upload): boolean =>
  state === 'failed' &&
  (error?.code === 'FILE_TOO_LARGE' || error?.code === 'FILE_REFUSED' || error?.code === 'NAME_REFUSED')
/** A failed upload goes on where it stopped, too. */
export const canResume = (upload: Upload): boolean =>
  upload.state === 'paused' || (upload.state === 'failed' && !isRefused(upload))
/** The page or disk no longer has the file: it has to be picked once more. */
export const needsFile = ({ state, wait, error }: Upload): boolean =>
  (state === 'waiting' && wait === 'file') || error?.code === 'FILE_DETACHED' || error?.code === 'FILE_MISSING'

/** What many uploads come to. Sizes in bytes, `secondsLeft` absent where nothing moves. */
export interface Progress {
  count: number
  uploaded: number
  failed: number
  bytes: number
  sent: number
  bytesPerSecond: number
  secondsLeft?: number
}

/** Seconds until the rest has gone at this speed; absent where nothing moves or nothing is left. */
export function secondsLeft(sent: number, size: number, bytesPerSecond: number): number | undefined {
  if (bytesPerSecond <= 0 || sent >= size) return undefined
  return (size - sent) / bytesPerSecond
}

/** The sum of uploads; cancelled ones do not count, and of failed ones only their number. */
export function progressOf(uploads: Iterable<Upload>): Progress {
  const sum = { count: 0, uploaded: 0, failed: 0, bytes: 0, sent: 0, bytesPerSecond: 0 }
  for (const upload of uploads) {
    if (upload.state === 'cancelled') continue
    sum.count += 1
    if (upload.state === 'failed') {
      // Nobody waits for its bytes.
      sum.failed += 1
      continue
    }
    sum.bytes += upload.size
    sum.sent += upload.state === 'uploaded' ? upload.size : Math.min(upload.sent, upload.size)
    if (upload.state === 'uploaded') sum.uploaded += 1
    if (upload.state === 'uploading') sum.bytesPerSecond += upload.bytesPerSecond
  }
  const left = secondsLeft(sum.sent, sum.bytes, sum.bytesPerSecond)
  return left === undefined ? sum : { ...sum, secondsLeft: left }
}

/** The part of an upload that has arrived, 0 to 1. An empty file is whole once it is uploaded. */
export function fractionOf(upload: Upload): number {
  if (upload.state === 'uploaded') return 1
  return upload.size === 0 ? 0 : Math.min(1, upload.sent / upload.size)
}
