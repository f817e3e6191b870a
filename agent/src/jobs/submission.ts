import type { SubmitRequest } from '../../../contract/agent/jobs.ts'
import { readArrayRange } from '../../../contract/array-range.ts'
import type { DesktopGeometry, DesktopSpec } from '../../../contract/desktops.ts'
import type { JobOptions, Resources } from '../../../contract/resources.ts'
import type { ParameterValues, Template, TemplateSource } from '../../../contract/templates.ts'
import type { Agent } from '../kit/agent.ts'
import { MOST_ELEMENTS } from '../kit/array-indices.ts'
import { Failure } from '../kit/failure.ts'
import type { Identity } from '../kit/identity.ts'
import { BOOKKEEPING, LOG_NAME } from '../scheduler/index.ts'
import {
  checkRunnable,
  checkSlots,
  filesBySlot,
  fittingParameters,
  type JobTemplate,
  renderScript,
  runNames,
  type Templates,
} from '../templates/index.ts'
import type { StoredFile, Uploads } from '../uploads/index.ts'
import { resolveDependencies } from './dependencies.ts'
import type { History } from './history.ts'
import { linkOutputs, type Output, outputsOf } from './outputs.ts'
import { type DesktopRecord, type JobInput, type NewSubmission, snapshotOf } from './record.ts'
import { parseSlurmTime } from './slurm-time.ts'

/** A custom job that names no time ends after an hour. */
const DEFAULT_MINUTES = 60

/** What another noun of the agent adds to what a client may ask for. */
export interface Beside {
  /** The workflow run it is a step of. */
  workflow?: { id: string; step: string }
  /** Files that other jobs of the user make; those it depends on may make them yet. */
  outputs?: readonly Output[]
  /** For the template of a desktop; what is absent is the template's. */
  desktop?: DesktopScreen
}

interface DesktopScreen {
  geometry?: DesktopGeometry
  dpi?: number
}

/** What makes a job out of the template of a desktop. */
export interface DesktopJobs {
  /** How many of one user's may wait or run at a time. */
  readonly perUser: number
  /** The script inside an X session. */
  wrap(
    script: string,
    about: { name: string; spec: DesktopSpec; screen: DesktopScreen },
  ): Promise<{ script: string; desktop: DesktopRecord }>
}

interface Parts {
  agent: Agent
  history: History
  uploads: Uploads
  templates: Templates
  desktops: DesktopJobs
}

/** A request to submit as something that can be stored and run: checked whole before anything is kept. */
export async function planSubmission(
  { agent, history, uploads, templates, desktops }: Parts,
  who: Identity,
  request: SubmitRequest,
  key: string,
  beside: Beside = {},
): Promise<NewSubmission> {
  const { config } = agent
  if ((request.command === undefined) === (request.template_id === undefined)) {
    throw new Failure('VALIDATION_FAILED', 'A submission names either "command" or "template_id".')
  }
  const template = request.template_id === undefined ? undefined : await runnable(request.template_id)
  const outputs = await outputsOf(history, who.username, beside.outputs ?? [])
  const files = await inputsOf(template)
  const resources = resourcesOf(template)
  const options = await optionsOf()
  const parameters = template === undefined ? {} : fittingParameters(template.parameters, request.parameters ?? {})
  const rendered = template === undefined ? (request.command ?? '') : scriptOf(template, parameters)
  const { script, desktop } = await sessionOf(template, rendered)
  return {
    user: who.username,
    key,
    name: request.name,
    resources,
    options,
    template: template === undefined ? undefined : snapshotOf(template),
    source: template === undefined ? undefined : sourceOf(template),
    parameters,
    command: request.command,
    script: linkOutputs(script, files),
    inputs: files,
    workflow: beside.workflow,
    desktop,
  }

  /** However it was asked for: a script that expects an X session gets one. */
  async function sessionOf(
    template: JobTemplate | undefined,
    script: string,
  ): Promise<{ script: string; desktop: DesktopRecord | undefined }> {
    if (template?.desktop === undefined) return { script, desktop: undefined }
    if (request.options?.array !== undefined) {
      const reason = 'The elements of an array cannot be desktops: ask for them one by one.'
      throw new Failure('VALIDATION_FAILED', reason, { details: { path: '/options/array', reason } })
    }
    return desktops.wrap(script, { name: request.name, spec: template.desktop, screen: beside.desktop ?? {} })
  }

  async function optionsOf(): Promise<JobOptions | undefined> {
    const { dependencies = [], array, ...options } = request.options ?? {}
    if (array !== undefined) checkArray(array)
    const resolved = await resolveDependencies(history, who.username, dependencies)
    const all = {
      ...options,
      ...(array === undefined ? {} : { array }),
      ...(resolved.length === 0 ? {} : { dependencies: resolved }),
    }
    return Object.keys(all).length === 0 ? undefined : all
  }

  async function runnable(id: string): Promise<JobTemplate> {
    const template = await templates.find(who, id)
    checkRunnable(template, request.template_version)
    const { script } = template
    if (script === undefined) {
      throw new Failure('VALIDATION_FAILED', `The template "${id}" is a workflow: execute it as one.`, {
        details: { path: '/template_id', reason: 'is a workflow' },
      })
    }
    return { ...template, script }
  }

  async function inputsOf(template: Template | undefined): Promise<JobInput[]> {
    const stored: (StoredFile & { slot: string | undefined })[] = []
    for (const { slot, uploadId } of request.files ?? [])
      stored.push({ ...(await uploads.stored(who.username, uploadId)), slot })
    // A dropped folder counts as one file.
    const items = new Set(stored.map(({ folder, uploadId }) => (folder === '' ? `:${uploadId}` : folder.split('/')[0])))
    if (items.size > config.limits.filesPerJob) {
      throw new Failure(
        'VALIDATION_FAILED',
        `A job takes at most ${config.limits.filesPerJob} files and folders; these are ${items.size}.`,
      )
    }
    const given: { slot?: string | undefined; name: string; folder?: string }[] = [...stored, ...outputs]
    const problems = template === undefined ? [] : checkSlots(template.files, given)
    const first = problems[0]
    if (first !== undefined) {
      throw new Failure('FILES_MISSING', `Files for "${first.slot}": ${first.reason}.`, {
        details: { slots: problems.map(({ slot }) => slot), problems },
      })
    }
    const names = runNames(given, [LOG_NAME, BOOKKEEPING])
    const uploaded = stored.map(({ slot, uploadId, size, digest, path }, index) => ({
      ...(slot === undefined ? {} : { slot }),
      uploadId,
      name: names[index] ?? '',
      size,
      ...(digest === undefined ? {} : { digest }),
      path,
    }))
    const made = outputs.map((output, index) => ({ ...output, name: names[stored.length + index] ?? '' }))
    return [...uploaded, ...made]
  }

  function resourcesOf(template: Template | undefined): Resources {
    const usual = template?.resources
    const timeMinutes =
      request.time === undefined ? (usual?.timeMinutes ?? DEFAULT_MINUTES) : parseSlurmTime(request.time)
    if (timeMinutes === undefined) {
      const reason = 'must be minutes, HH:MM:SS or D-HH:MM:SS'
      throw new Failure('VALIDATION_FAILED', `"time" ${reason}.`, { details: { path: '/time', reason } })
    }
    const { partition, gpus, gres, exclusive, licenses, constraint } = request
    const asked: Partial<Resources> = defined({
      partition,
      nodes: request.nodes,
      tasks: request.tasks,
      memoryMb: request.memory_mb,
      cpusPerTask: request.cpus_per_task,
      gpus,
      gres,
      exclusive,
      licenses,
      constraint,
    })
    return { nodes: 1, tasks: 1, ...usual, ...asked, timeMinutes }
  }

  function scriptOf(template: JobTemplate, parameters: ParameterValues): string {
    return renderScript(template, {
      parameters,
      files: filesBySlot(template.files, files),
      job: { name: request.name, user: who.username },
      resources,
      tools: templates.tools,
    })
  }
}

/** Without what is undefined: an option that is there without a value would be another one than none. */
function defined<T extends object>(values: { [K in keyof T]: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>
}

/** The template as its file says, without what the catalogue adds. */
function sourceOf(template: JobTemplate): TemplateSource {
  const { visibility: _v, owner: _o, editable: _e, updatedAt: _u, missingCommands: _m, ...source } = template
  return source
}

function checkArray(range: string): void {
  // Counted without being listed: a range of a few characters may name millions.
  const read = readArrayRange(range)
  const path = '/options/array'
  if (read === undefined) {
    const reason = `"${range}" is no range of an array, such as 0-15 or 1,3,7-9%2.`
    throw new Failure('VALIDATION_FAILED', reason, { details: { path, reason } })
  }
  if (read.total > MOST_ELEMENTS) {
    const reason = `An array has at most ${MOST_ELEMENTS} elements; these are ${read.total}. Make several of it.`
    throw new Failure('VALIDATION_FAILED', reason, { details: { path, reason } })
  }
}
