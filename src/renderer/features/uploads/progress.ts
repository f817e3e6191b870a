import type { Upload, UploadState } from '../../../../contract/uploads.ts'

const underWay: readonly UploadState[] = ['queued', 'uploading', 'waiting', 'verifying', 'paused']

export const isUnderWay = (upload: Upload): boolean => underWay.includes(upload.state)
export const canPause = ({ state }: Upload): boolean =>
  state === 'queued' || state === 'uploading' || state === 'waiting'
/** Never to be accepted as it is: too large, or refused by the security checks or for its name. */
export const isRefused = ({ state, error }: Upload): boolean =>
  state === 'failed' &&
  (error?.code === 'FILE_TOO_LARGE' || error?.code === 'FILE_REFUSED' || error?.code === 'NAME_REFUSED')
/** The page or disk no longer has the file: it has to be picked once more. */
export const needsFile = ({ state, wait, error }: Upload): boolean =>
  (state === 'waiting' && wait === 'file') || error?.code === 'FILE_DETACHED' || error?.code === 'FILE_MISSING'
/** It was edited on the disk while it was sent: what goes on is its new version. */
export const hasChanged = ({ state, error }: Upload): boolean => state === 'failed' && error?.code === 'FILE_CHANGED'
/** A failed upload goes on where it stopped, too. */
export const canRetry = (upload: Upload): boolean =>
  upload.state === 'failed' && !isRefused(upload) && !needsFile(upload)
export const canResume = (upload: Upload): boolean => upload.state === 'paused' || canRetry(upload)
/** The cluster had all of it already: no byte of the file was sent. */
export const wasThere = ({ state, size, reused }: Upload): boolean => state === 'uploaded' && size > 0 && reused >= size

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

/** Sums of uploads that can be added and taken away again. Cancelled ones only stand in `listed`, failed ones without their bytes. */
export interface Tally {
  /** All that stand in the list. */
  listed: number
  count: number
  uploaded: number
  failed: number
  bytes: number
  sent: number
  bytesPerSecond: number
  /** Are sent or will be. */
  underWay: number
  moving: number
  pausable: number
  paused: number
  retriable: number
  /** Need their file picked again, or have failed for good. */
  troubled: number
}

export const noUploads: Tally = {
  listed: 0,
  count: 0,
  uploaded: 0,
  failed: 0,
  bytes: 0,
  sent: 0,
  bytesPerSecond: 0,
  underWay: 0,
  moving: 0,
  pausable: 0,
  paused: 0,
  retriable: 0,
  troubled: 0,
}

const one = (is: boolean) => (is ? 1 : 0)

/** What one upload adds to a tally. */
export function tallyOf(upload: Upload): Tally {
  const { state, size } = upload
  if (state === 'cancelled') return { ...noUploads, listed: 1 }
  const failed = state === 'failed'
  const uploaded = state === 'uploaded'
  const moving = state === 'uploading'
  return {
    listed: 1,
    count: 1,
    uploaded: one(uploaded),
    failed: one(failed),
    // Nobody waits for the bytes of a failed one.
    bytes: failed ? 0 : size,
    sent: failed ? 0 : uploaded ? size : Math.min(upload.sent, size),
    bytesPerSecond: moving ? upload.bytesPerSecond : 0,
    underWay: one(isUnderWay(upload)),
    moving: one(moving),
    pausable: one(canPause(upload)),
    paused: one(state === 'paused'),
    retriable: one(canRetry(upload)),
    troubled: one(failed || needsFile(upload)),
  }
}

/** `a` and `times` b. */
export function plus(a: Tally, b: Tally, times: 1 | -1 = 1): Tally {
  return {
    listed: a.listed + times * b.listed,
    count: a.count + times * b.count,
    uploaded: a.uploaded + times * b.uploaded,
    failed: a.failed + times * b.failed,
    bytes: a.bytes + times * b.bytes,
    sent: a.sent + times * b.sent,
    bytesPerSecond: a.bytesPerSecond + times * b.bytesPerSecond,
    underWay: a.underWay + times * b.underWay,
    moving: a.moving + times * b.moving,
    pausable: a.pausable + times * b.pausable,
    paused: a.paused + times * b.paused,
    retriable: a.retriable + times * b.retriable,
    troubled: a.troubled + times * b.troubled,
  }
}

/** A tally as progress. */
export function progressIn({ count, uploaded, failed, bytes, sent, moving, ...tally }: Tally): Progress {
  // Fractions that come and go do not come out even.
  const bytesPerSecond = moving === 0 ? 0 : Math.max(0, tally.bytesPerSecond)
  const left = secondsLeft(sent, bytes, bytesPerSecond)
  return { count, uploaded, failed, bytes, sent, bytesPerSecond, ...(left === undefined ? {} : { secondsLeft: left }) }
}

/** The sum of uploads; cancelled ones do not count, and of failed ones only their number. */
export function progressOf(uploads: Iterable<Upload>): Progress {
  let sum = noUploads
  for (const upload of uploads) sum = plus(sum, tallyOf(upload))
  return progressIn(sum)
}

/** The part of an upload that has arrived, 0 to 1. An empty file is whole once it is uploaded. */
export function fractionOf(upload: Upload): number {
  if (upload.state === 'uploaded') return 1
  return upload.size === 0 ? 0 : Math.min(1, upload.sent / upload.size)
}
