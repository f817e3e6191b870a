import type { PreviewAnswer, PreviewRequest } from '../../../contract/agent/templates.ts'
import type { Template } from '../../../contract/templates.ts'
import { checkParameters } from './parameters.ts'
import { renderScript, type Tools } from './script.ts'
import { checkSlots, filesBySlot, runNames } from './slots.ts'

/**
 * What a submission would run, and what stands in its way. With a parameter that does not fit there is no script: such a value
 * never reaches one.
 */
export function previewTemplate(
  template: Template,
  { submission, files }: PreviewRequest,
  surroundings: { user: string; tools: Tools; reserved: readonly string[] },
): PreviewAnswer {
  const { values, problems } = checkParameters(template.parameters, submission.parameters ?? {})
  const slots = checkSlots(template.files, files)
  if (problems.length > 0) return { script: '', problems: [...problems, ...slots] }
  const names = runNames(files, surroundings.reserved)
  const named = files.map(({ slot }, index) => ({ slot, name: names[index] ?? '' }))
  const script = renderScript(template, {
    parameters: values,
    files: filesBySlot(template.files, named),
    job: { name: submission.name, user: surroundings.user },
    resources: submission.resources,
    tools: surroundings.tools,
  })
  return { script, problems: slots }
}
