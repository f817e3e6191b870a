import { randomUUID } from 'node:crypto'
import type { AgentUpload, OpenUpload } from '../../../contract/agent/uploads.ts'
import { classifyFile } from '../../../contract/file-classes.ts'
import type { AppErrorValue } from '../../../contract/errors.ts'
import type { Input } from '../../../contract/app.ts'
import type { SourceRef, Upload, UploadState } from '../../../contract/uploads.ts'
import { appError } from '../kit/app-error.ts'
import { formerChunkSize } from './chunks.ts'

/** An upload as the journal keeps it. */
export interface UploadRecord {
  readonly id: string
  /** Its place in line, in the order of adding. */
  readonly rank: number
  readonly site: string
  readonly label: string
  /** NFC, as is `folder`. */
  readonly name: string
  readonly folder: string
  readonly createdAt: string
  /** Whose it is: nobody else's sign-in may carry it on. */
  readonly user: string | undefined
  class: Upload['class']
  slot: string | undefined
  /** Absent for files that the agent had already (examples). */
  source: SourceRef | undefined
  /** Bytes, and milliseconds since 1970: the version of the file that goes up. */
  size: number
  modified: number
  /** What the agent knows this version by; another version of the file gets another key. */
  key: string
  /** The agent may know the key. */
  opened: boolean
  /** It was sent together with other small files, under its key. */
  inSet: boolean
  /** The file may have changed until the upload begins, or begins again as the user wished; after that not. */
  rebase: boolean
  agentUploadId: string | undefined
  state: UploadState
  wait: Upload['wait']
  error: AppErrorValue | undefined
  /** Bytes per chunk of this version, once it was opened at the agent; see `chunkSizeOf`. */
  chunkSize: number | undefined
  /** Nothing that the cluster has is used for it: the user wants it sent whole. */
  whole: boolean
  /** An earlier version's upload at the agent, as far as it came: what this one may be made from, removed once it is. */
  formerUploadId: string | undefined
  /** Bytes of it that had arrived. */
  formerSent: number
  comparing: boolean
  /** Bytes that the agent has confirmed; of these, bytes that it had already, and bytes that crossed the network. */
  sent: number
  reused: number
  crossed: number
  /** Bytes per second of its own, 0: none. */
  limit: number
  warnings: string[]
  /** Tree digest, hex, once uploaded. */
  digest: string | undefined
  /** Taken off the list, but what arrived at the agent is still to be removed there. */
  forgotten: boolean
  updatedAt: string
}

/** What a new upload has not learned or been told yet; records of older journals lack it too. */
const unbegun = {
  inSet: false,
  chunkSize: undefined,
  whole: false,
  formerUploadId: undefined,
  formerSent: 0,
  comparing: false,
  reused: 0,
  crossed: 0,
  limit: 0,
  warnings: [],
}

/** A record as a journal has kept it, perhaps an older one. */
export const recordOf = (kept: Partial<UploadRecord>): UploadRecord => ({ ...unbegun, ...kept }) as UploadRecord

type AddInput = Input<'uploads', 'add'>

/** A new upload of a file as it was dropped; names are taken over in NFC. */
export function newRecord(
  { site, label, user }: Pick<UploadRecord, 'site' | 'label' | 'user'>,
  file: AddInput['files'][number],
  rank: number,
): UploadRecord {
  const now = new Date().toISOString()
  const name = file.name.normalize('NFC')
  return {
    id: randomUUID(),
    rank,
    site,
    label,
    name,
    folder: file.folder.normalize('NFC'),
    createdAt: now,
    user,
    class: file.class ?? classifyFile(name).fileClass,
    slot: file.slot,
    source: file.source,
    size: file.size,
    modified: file.modified,
    key: randomUUID(),
    opened: false,
    rebase: true,
    agentUploadId: undefined,
    state: 'queued',
    wait: undefined,
    error: undefined,
    sent: 0,
    ...unbegun,
    digest: undefined,
    forgotten: false,
    updatedAt: now,
  }
}

/** A file that the agent has already, as a finished upload of a job form. */
export function adoptedRecord(
  form: Pick<UploadRecord, 'site' | 'label' | 'slot'>,
  remote: AgentUpload,
  rank: number,
): UploadRecord {
  return {
    ...form,
    id: randomUUID(),
    rank,
    name: remote.filename,
    folder: remote.folder,
    createdAt: remote.created_at,
    user: remote.user,
    class: remote.file_info.type,
    source: undefined,
    size: remote.file_size,
    modified: Date.parse(remote.created_at),
    key: randomUUID(),
    opened: false,
    rebase: false,
    agentUploadId: remote.upload_id,
    state: 'uploaded',
    wait: undefined,
    error: undefined,
    sent: remote.file_size,
    ...unbegun,
    reused: remote.file_size,
    warnings: remote.warnings ?? [],
    digest: remote.digest,
    forgotten: false,
    updatedAt: remote.updated_at,
  }
}

/** A former run of the core has left it in the middle. */
export const isInterrupted = (record: UploadRecord): boolean => !isEnded(record) && record.state !== 'paused'

/** How an interrupted upload goes on: what a page held did not outlive the core. */
export function takeUp({ source, name }: UploadRecord): Partial<UploadRecord> {
  if (source?.kind === 'path') return { state: 'queued', wait: undefined }
  const error = appError('FILE_DETACHED', { name }, `"${name}" has to be picked again.`).value
  return { state: 'waiting', wait: 'file', error }
}

export const chunkSizeOf = (record: UploadRecord): number => record.chunkSize ?? formerChunkSize(record.size)

/** Whether the upload's own user is signed in at its site. */
export const isTheirs = ({ site, user }: UploadRecord, userOf: (site: string) => string | undefined): boolean =>
  user === undefined || userOf(site) === user

/** Throws SIGNED_OUT while it is not: to this upload, another user's sign-in is none. */
export function checkUser(record: UploadRecord, userOf: (site: string) => string | undefined): void {
  if (isTheirs(record, userOf)) return
  throw appError('SIGNED_OUT', { site: record.site }, `${record.user} is not signed in at ${record.site}.`)
}

/** What the agent is asked with: the same record, the same upload there. */
export function openingOf(record: UploadRecord): OpenUpload {
  const { key, name, folder, size, label } = record
  return { key, name, folder, size, label, class: record.class, chunk_size: chunkSizeOf(record) }
}

/** The agent may have a part of it, for which something is to be removed. Of files in a set it takes none or all. */
export const hasPart = ({ opened, inSet, state }: UploadRecord): boolean => opened && !inSet && state !== 'uploaded'

/** Something is to be removed at the agent, once it has ended: its own part, or that of a version before it. */
export const leavesPart = (record: UploadRecord): boolean => hasPart(record) || record.formerUploadId !== undefined

/** Nothing goes on with it by itself. */
export const isEnded = ({ state }: Pick<UploadRecord, 'state'>): boolean =>
  state === 'uploaded' || state === 'failed' || state === 'cancelled'

/** An upload as windows see it. */
export function viewOf(record: UploadRecord, bytesPerSecond: number): Upload {
  const { slot, wait, error, digest, agentUploadId, limit, warnings } = record
  return {
    id: record.id,
    site: record.site,
    label: record.label,
    name: record.name,
    folder: record.folder,
    size: record.size,
    class: record.class,
    ...(slot === undefined ? {} : { slot }),
    state: record.state,
    ...(wait === undefined ? {} : { wait }),
    ...(record.comparing && record.state === 'uploading' ? { comparing: true } : {}),
    sent: record.sent,
    reused: record.reused,
    crossed: record.crossed,
    bytesPerSecond,
    ...(limit > 0 ? { limit } : {}),
    ...(warnings.length > 0 ? { warnings } : {}),
    ...(error === undefined ? {} : { error }),
    ...(record.state === 'uploaded' && agentUploadId !== undefined ? { agentUploadId } : {}),
    ...(digest === undefined ? {} : { digest }),
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
  }
}
