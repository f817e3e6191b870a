import type { SubmitRequest } from '../../../contract/agent/jobs.ts'
import type { Resources } from '../../../contract/resources.ts'
import type { ParameterValues, Template } from '../../../contract/templates.ts'
import type { Agent } from '../kit/agent.ts'
import { Failure } from '../kit/failure.ts'
import type { Identity } from '../kit/identity.ts'
import { BOOKKEEPING, LOG_NAME } from '../scheduler/index.ts'
import {
  checkSlots,
  filesBySlot,
  fittingParameters,
  renderScript,
  runNames,
  type Templates,
} from '../templates/index.ts'
import type { StoredFile, Uploads } from '../uploads/index.ts'
import { type JobInput, type NewSubmission, snapshotOf } from './history.ts'
import { parseSlurmTime } from './slurm-time.ts'

/** A custom job that names no time ends after an hour. */
const DEFAULT_MINUTES = 60

interface Parts {
  agent: Agent
  uploads: Uploads
  templates: Templates
}

/** A request to submit as something that can be stored and run: checked whole before anything is kept. */
export async function planSubmission(
  { agent, uploads, templates }: Parts,
  who: Identity,
  request: SubmitRequest,
  key: string,
): Promise<NewSubmission> {
  const { config } = agent
  if ((request.command === undefined) === (request.template_id === undefined)) {
    throw new Failure('VALIDATION_FAILED', 'A submission names either "command" or "template_id".')
  }
  const template = request.template_id === undefined ? undefined : await runnable(request.template_id)
  const files = await inputsOf(template)
  const resources = resourcesOf(template)
  const parameters = template === undefined ? {} : fittingParameters(template.parameters, request.parameters ?? {})
  return {
    user: who.username,
    key,
    name: request.name,
    resources,
    template: template === undefined ? undefined : snapshotOf(template),
    parameters,
    command: request.command,
    script: template === undefined ? (request.command ?? '') : scriptOf(template, parameters),
    inputs: files,
  }

  async function runnable(id: string): Promise<Template> {
    const template = await templates.find(who, id)
    if (request.template_version !== undefined && request.template_version !== template.version) {
      throw new Failure(
        'CONFLICT',
        `The template "${id}" is version ${template.version} by now, not ${request.template_version}: look at its form again.`,
        { details: { version: template.version } },
      )
    }
    if (template.missingCommands.length > 0) {
      const commands = template.missingCommands
      throw new Failure(
        'REQUIREMENT_MISSING',
        `The template "${id}" needs ${commands.join(', ')}, which this cluster lacks.`,
        {
          details: { commands },
        },
      )
    }
    return template
  }

  async function inputsOf(template: Template | undefined): Promise<JobInput[]> {
    const given = request.files ?? []
    const stored: (StoredFile & { slot: string | undefined })[] = []
    for (const { slot, uploadId } of given) stored.push({ ...(await uploads.stored(who.username, uploadId)), slot })
    // A dropped folder counts as one file.
    const items = new Set(stored.map(({ folder, uploadId }) => (folder === '' ? `:${uploadId}` : folder.split('/')[0])))
    if (items.size > config.limits.filesPerJob) {
      throw new Failure(
        'VALIDATION_FAILED',
        `A job takes at most ${config.limits.filesPerJob} files and folders; these are ${items.size}.`,
      )
    }
    const problems = template === undefined ? [] : checkSlots(template.files, stored)
    const first = problems[0]
    if (first !== undefined) {
      throw new Failure('FILES_MISSING', `Files for "${first.slot}": ${first.reason}.`, {
        details: { slots: problems.map(({ slot }) => slot), problems },
      })
    }
    const names = runNames(stored, [LOG_NAME, BOOKKEEPING])
    return stored.map(({ slot, uploadId, size, path }, index) => ({
      ...(slot === undefined ? {} : { slot }),
      uploadId,
      name: names[index] ?? '',
      size,
      path,
    }))
  }

  function resourcesOf(template: Template | undefined): Resources {
    const usual = template?.resources
    const timeMinutes =
      request.time === undefined ? (usual?.timeMinutes ?? DEFAULT_MINUTES) : parseSlurmTime(request.time)
    if (timeMinutes === undefined) {
      const reason = 'must be minutes, HH:MM:SS or D-HH:MM:SS'
      throw new Failure('VALIDATION_FAILED', `"time" ${reason}.`, { details: { path: '/time', reason } })
    }
    const partition = request.partition ?? usual?.partition
    const memoryMb = request.memory_mb ?? usual?.memoryMb
    return {
      ...(partition === undefined ? {} : { partition }),
      nodes: request.nodes ?? usual?.nodes ?? 1,
      tasks: request.tasks ?? usual?.tasks ?? 1,
      timeMinutes,
      ...(memoryMb === undefined ? {} : { memoryMb }),
    }
  }

  function scriptOf(template: Template, parameters: ParameterValues): string {
    return renderScript(template, {
      parameters,
      files: filesBySlot(template.files, files),
      job: { name: request.name, user: who.username },
      resources,
      tools: templates.tools,
    })
  }
}
