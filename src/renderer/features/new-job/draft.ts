import type { JobDetail } from '../../../../contract/jobs.ts'
import type { OutboxAction, OutboxWhen } from '../../../../contract/outbox.ts'
import type { Resources } from '../../../../contract/resources.ts'
import type { Parameter, Template } from '../../../../contract/templates.ts'
import { plainWhen, rawWhen, type RawWhen } from '../outbox/when.ts'
import { defaultRaw, rawOf, type RawValues } from './parameters.ts'
import { plainQueue, rawQueue, rawQueueKept, type RawQueue } from './queue.ts'
import { rawResources, type RawResources } from './resources.ts'

/** A file of an older job that the new one takes again; it is on the cluster already. */
export interface ReusedFile {
  /** The agent's id of the finished upload. */
  agentUploadId: string
  name: string
  size: number
  slot?: string
}

/** What a person has filled in so far. It outlives a reload, since its uploads belong to its label. */
export interface Draft {
  /** Names the folder of its uploads on the cluster. */
  label: string
  name: string
  values: RawValues
  resources: RawResources
  queue: RawQueue
  /** Only in a custom job. */
  command: string
  reused: readonly ReusedFile[]
  /** Uploads that it has beside those of its label: of the entry of the outbox that it changes. */
  bound: readonly string[]
  /** When it may be sent; `held`: not before the user says so. */
  send: RawWhen & { held: boolean }
}

const atOnce: Draft['send'] = { ...plainWhen, held: false }

/** What a custom job asks for at first. */
const customResources: Resources = { nodes: 1, tasks: 1, timeMinutes: 60 }

/** A new label such as `bracket-static-20261121-3f9c2a`: readable in the folder list of the cluster, and never twice the same. */
export function newLabel(template: string | undefined, now: Date, random: string): string {
  const day = `${now.getFullYear()}${String(now.getMonth() + 1).padStart(2, '0')}${String(now.getDate()).padStart(2, '0')}`
  return `${(template ?? 'custom').slice(0, 64)}-${day}-${random.slice(0, 6)}`
}

const values = (parameters: readonly Parameter[], raw: (parameter: Parameter) => string | boolean): RawValues =>
  Object.fromEntries(parameters.map((parameter) => [parameter.key, raw(parameter)]))

/** An empty form: the template's defaults. */
export function draftOf(template: Template | undefined, name: string, label: string): Draft {
  return {
    label,
    name,
    values: values(template?.parameters ?? [], defaultRaw),
    resources: rawResources(template?.resources ?? customResources),
    queue: rawQueue(template?.resources ?? customResources),
    command: '',
    reused: [],
    bound: [],
    send: atOnce,
  }
}

/** A form filled as an older job was: its values where the template still has them, and its files. */
export function draftAgain(job: JobDetail, template: Template | undefined, label: string): Draft {
  const slots = new Set(template?.files.map((slot) => slot.key))
  return {
    label,
    name: job.name,
    values: values(template?.parameters ?? [], (parameter) => rawOf(parameter, job.parameters[parameter.key])),
    resources: rawResources(job.resources),
    queue: rawQueue(job.resources, job.options),
    command: job.command ?? '',
    reused: job.inputs.flatMap(({ uploadId, name, size, slot }) =>
      uploadId === undefined
        ? []
        : [{ agentUploadId: uploadId, name, size, ...(slot !== undefined && slots.has(slot) ? { slot } : {}) }],
    ),
    bound: [],
    send: atOnce,
  }
}

/** A form filled with a submission of the outbox: all it says, its uploads and when it may go. */
export function draftOfEntry(
  { submission, uploads, stored = [] }: Extract<OutboxAction, { kind: 'submit' }>,
  when: OutboxWhen,
  template: Template | undefined,
  label: string,
): Draft {
  const given = submission.parameters ?? {}
  return {
    label,
    name: submission.name,
    values: values(template?.parameters ?? [], (parameter) => rawOf(parameter, given[parameter.key])),
    resources: rawResources(submission.resources),
    queue: rawQueueKept(submission.resources, submission.options),
    command: submission.command ?? '',
    // What they are called is known to the site alone.
    reused: stored.map(({ uploadId, slot }) => ({
      agentUploadId: uploadId,
      name: uploadId,
      size: 0,
      ...(slot === undefined ? {} : { slot }),
    })),
    bound: uploads.map(({ id }) => id),
    send: { ...rawWhen(when), held: false },
  }
}

/** Where the draft of a form is kept: one for each site, template, and older job or entry of the outbox that fills it. */
export const draftKey = (site: string, template: string | undefined, from: string | undefined): string =>
  `headway.draft.${site}.${template ?? ''}.${from ?? ''}`

/** The kept draft; fields that the template got since then start with their defaults. */
export function loadDraft(key: string, template: Template | undefined): Draft | undefined {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key) ?? 'null')
    if (typeof stored !== 'object' || stored === null || !('label' in stored)) return undefined
    const draft = stored as Draft
    const defaults = values(template?.parameters ?? [], defaultRaw)
    return {
      ...draft,
      values: { ...defaults, ...draft.values },
      resources: { ...rawResources(template?.resources ?? customResources), ...draft.resources },
      queue: { ...plainQueue, ...draft.queue },
      bound: draft.bound ?? [],
      send: { ...atOnce, ...draft.send },
    }
  } catch {
    return undefined
  }
}

export const saveDraft = (key: string, draft: Draft): void => localStorage.setItem(key, JSON.stringify(draft))
export const dropDraft = (key: string): void => localStorage.removeItem(key)
