import type { Submission } from '../../../../contract/jobs.ts'
import { siteAnswers } from '../../../../contract/site-answers.ts'
import type { Site } from '../../../../contract/sites.ts'
import type { FileSlot, ParameterValues, Template } from '../../../../contract/templates.ts'
import type { Upload } from '../../../../contract/uploads.ts'
import { needsFile } from '../uploads/progress.ts'
import type { Draft } from './draft.ts'
import { checkParameters, type ParameterProblem } from './parameters.ts'
import { checkQueue, type QueueField, type QueueProblem } from './queue.ts'
import { checkWhen } from '../outbox/when.ts'
import { checkResources, type ResourceField } from './resources.ts'
import { slotStatus, type SlotFile } from './slots.ts'

/** Something that stands in the way of a submission; the page says each in a sentence with its next step. */
export type Obstacle =
  | { kind: 'sign-in' }
  | { kind: 'commands'; commands: readonly string[] }
  | { kind: 'name' }
  | { kind: 'command' }
  | { kind: 'parameter'; key: string }
  | { kind: 'resource'; field: ResourceField }
  | { kind: 'queue'; field: QueueField }
  | { kind: 'missing'; slot: FileSlot; count: number }
  | { kind: 'surplus'; slot: FileSlot; count: number }
  /** More files fit it than it takes, and nobody has said which is meant. */
  | { kind: 'rivals'; slot: FileSlot }
  | { kind: 'too-many'; count: number; limit: number }
  | { kind: 'failed'; upload: Upload }
  | { kind: 'pick-again'; upload: Upload }
  /** Found by the agent alone. */
  | { kind: 'agent'; reason: string }
  /** A condition of sending that cannot be taken. */
  | { kind: 'send' }
  /** The entry of the outbox that it changes is on its way. */
  | { kind: 'too-late' }

/** What a submission still waits for once it is made. */
export type Wait = 'files' | 'network' | 'sign-in'

/** A form checked as a whole. */
export interface Checked {
  values: ParameterValues
  parameterProblems: ReadonlyMap<string, ParameterProblem>
  resourceProblems: ReadonlySet<ResourceField>
  queueProblems: ReadonlyMap<QueueField, QueueProblem>
  /** What would be submitted; with values left away that do not fit, so that its script can be shown early. */
  submission?: Submission
}

/** Files that one submission takes (contract/app.ts). */
export const mostFiles = 1000

const namePattern = /^[^\p{Cc}]{1,128}$/u

/** The form's fields as a submission, and what is wrong with them. `template` absent: a custom job. `now` in milliseconds. */
export function checkForm(draft: Draft, template: Template | undefined, now = Date.now()): Checked {
  const { values, problems } = checkParameters(template?.parameters ?? [], draft.values)
  const resources = checkResources(draft.resources)
  const queue = checkQueue(draft.queue, now)
  const checked = {
    values,
    parameterProblems: problems,
    resourceProblems: resources.problems,
    queueProblems: queue.problems,
  }
  const name = draft.name.trim()
  if (resources.resources === undefined || queue.problems.size > 0 || !namePattern.test(name)) return checked
  const base = {
    name,
    resources: { ...resources.resources, ...queue.resources },
    ...(Object.keys(queue.options).length === 0 ? {} : { options: queue.options }),
  }
  if (template === undefined)
    return draft.command.trim() === '' ? checked : { ...checked, submission: { ...base, command: draft.command } }
  return {
    ...checked,
    submission: {
      ...base,
      templateId: template.id,
      templateVersion: template.version,
      parameters: values,
      ...(template.steps === undefined ? {} : { workflow: true as const }),
    },
  }
}

/** All that stands in the way, the gravest first. */
export function obstacles(form: {
  draft: Draft
  template: Template | undefined
  checked: Checked
  uploads: readonly Upload[]
  /** Files of an older job that are taken again. */
  reused: readonly SlotFile[]
  /** Slots for which more files fit than they take. */
  rivals?: readonly FileSlot[]
  site: Site
  /** What it changes is past changing. */
  tooLate?: boolean
  now?: number
}): Obstacle[] {
  const { draft, template, checked, uploads, reused, site, now = Date.now() } = form
  const found: Obstacle[] = []
  if (form.tooLate === true) found.push({ kind: 'too-late' })
  // Whose it is must be known; whoever was signed in before can sign in later.
  if (site.user === undefined && site.lastUsername === undefined) found.push({ kind: 'sign-in' })
  if (template !== undefined && template.missingCommands.length > 0)
    found.push({ kind: 'commands', commands: template.missingCommands })
  if (!namePattern.test(draft.name.trim())) found.push({ kind: 'name' })
  if (template === undefined && draft.command.trim() === '') found.push({ kind: 'command' })
  for (const status of slotStatus(template?.files ?? [], [...uploads, ...reused])) {
    if (status.missing > 0) found.push({ kind: 'missing', slot: status.slot, count: status.missing })
    if (status.surplus > 0) found.push({ kind: 'surplus', slot: status.slot, count: status.surplus })
  }
  for (const slot of form.rivals ?? [])
    if (!found.some((each) => each.kind === 'surplus' && each.slot.key === slot.key))
      found.push({ kind: 'rivals', slot })
  const count = uploads.length + reused.length
  if (count > mostFiles) found.push({ kind: 'too-many', count, limit: mostFiles })
  for (const upload of uploads) {
    if (needsFile(upload)) found.push({ kind: 'pick-again', upload })
    else if (upload.state === 'failed') found.push({ kind: 'failed', upload })
  }
  for (const key of checked.parameterProblems.keys()) found.push({ kind: 'parameter', key })
  for (const field of checked.resourceProblems) found.push({ kind: 'resource', field })
  for (const field of checked.queueProblems.keys()) found.push({ kind: 'queue', field })
  if (checkWhen(draft.send, now).problems.size > 0) found.push({ kind: 'send' })
  return found
}

/** What a submission made now would wait for; the site comes before its files, which wait for it too. */
export function waitsFor(uploads: readonly Upload[], { user, connection }: Site): Wait | undefined {
  if (user === undefined || connection.state === 'signed-out') return 'sign-in'
  if (!siteAnswers(connection)) return 'network'
  return uploads.some((upload) => upload.state !== 'uploaded') ? 'files' : undefined
}
