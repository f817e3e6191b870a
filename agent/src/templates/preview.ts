import { basename } from 'node:path/posix'
import type { PreviewAnswer, PreviewRequest } from '../../../contract/agent/templates.ts'
import type { Template } from '../../../contract/templates.ts'
import { Failure } from '../kit/failure.ts'
import { checkParameters } from './parameters.ts'
import { renderScript, type Tools } from './script.ts'
import { checkSlots, filesBySlot, runNames } from './slots.ts'
import { resolveStep } from './steps.ts'

interface Surroundings {
  user: string
  tools: Tools
  reserved: readonly string[]
  /** Failure NOT_FOUND, TEMPLATE_INVALID. */
  find: (id: string) => Promise<Template>
}

/**
 * What a submission would run, and what stands in its way; of a workflow, the scripts of all its steps, one after the other.
 * With a parameter that does not fit there is no script: such a value never reaches one.
 */
export async function previewTemplate(
  template: Template,
  request: PreviewRequest,
  surroundings: Surroundings,
): Promise<PreviewAnswer> {
  return template.steps === undefined
    ? previewJob(template, request, surroundings)
    : previewWorkflow(template, request, surroundings)
}

function previewJob(
  template: Template,
  { submission, files }: PreviewRequest,
  { user, tools, reserved }: Surroundings,
): PreviewAnswer {
  const { values, problems } = checkParameters(template.parameters, submission.parameters ?? {})
  const slots = checkSlots(template.files, files)
  if (problems.length > 0 || template.script === undefined) return { script: '', problems: [...problems, ...slots] }
  const names = runNames(files, reserved)
  const named = files.map(({ slot }, index) => ({ slot, name: names[index] ?? '' }))
  const script = renderScript(
    { script: template.script, parameters: template.parameters },
    {
      parameters: values,
      files: filesBySlot(template.files, named),
      job: { name: submission.name, user },
      resources: submission.resources,
      tools,
    },
  )
  return { script, problems: slots }
}

async function previewWorkflow(
  template: Template,
  { submission, files }: PreviewRequest,
  surroundings: Surroundings,
): Promise<PreviewAnswer> {
  const { values, problems } = checkParameters(template.parameters, submission.parameters ?? {})
  const slots = checkSlots(template.files, files)
  if (problems.length > 0) return { script: '', problems: [...problems, ...slots] }
  const parts: string[] = []
  const faults: PreviewAnswer['problems'] = []
  for (const step of template.steps ?? []) {
    const found = await surroundings.find(step.template).catch((error: unknown) => {
      if (error instanceof Failure) return error
      throw error
    })
    if (found instanceof Failure) {
      faults.push({ reason: `step "${step.key}": ${found.message}` })
      continue
    }
    const resolved = resolveStep(step, values, files)
    const named = resolved.files.map((file) => ({
      slot: file.slot,
      name: 'given' in file ? file.given.name : basename(file.file),
    }))
    const asked = { name: submission.name, resources: found.resources, parameters: resolved.parameters }
    const { script, problems: wrong } = previewJob(found, { submission: asked, files: named }, surroundings)
    parts.push(`# ${step.key}: ${found.id} ${found.version}\n${script}`)
    // Files the workflow itself still lacks are named once, by its own slots.
    if (slots.length === 0) {
      faults.push(...wrong.map(({ reason }) => ({ reason: `step "${step.key}": ${reason}` })))
    }
  }
  return { script: parts.join('\n\n'), problems: [...slots, ...faults] }
}
