import type { ParameterValues, TemplateSource } from '../../../contract/templates.ts'
import type { StepInput, StepValue, WorkflowStep } from '../../../contract/workflow-steps.ts'
import type { Fault } from './fault.ts'
import { leavesFolder } from './names.ts'

type Steps = readonly WorkflowStep[]

/** A step may name only steps that stand before it: whatever order is written down can be run, and no circle can be made. */
function unknownStep(steps: Steps, index: number): Fault | undefined {
  const before = new Set(steps.slice(0, index).map(({ key }) => key))
  const fault = (path: (string | number)[], key: string): Fault => ({
    path: ['steps', index, ...path],
    reason: steps.some((step) => step.key === key)
      ? `The step "${key}" stands further down: a step can only wait for those before it.`
      : `There is no step "${key}".`,
  })
  const { after = [], files = {} } = steps[index] ?? {}
  const named = after.findIndex((key) => !before.has(key))
  if (named >= 0) return fault(['after', named], after[named] ?? '')
  for (const [slot, inputs] of Object.entries(files)) {
    for (const [at, input] of inputs.entries()) {
      if ('step' in input && !before.has(input.step)) return fault(['files', slot, at, 'step'], input.step)
    }
  }
  return undefined
}

/** What a step takes from the workflow must be there, and what it takes from a step lies in that step's folder. */
function unknownSource({ parameters, files }: TemplateSource, step: WorkflowStep, index: number): Fault | undefined {
  const wrongInput = (input: StepInput): string | undefined => {
    if ('step' in input) return leavesFolder(input.file) ? '"file" leaves the folder of the job.' : undefined
    const known = files.some(({ key }) => key === input.slot)
    return known ? undefined : `The workflow has no file slot "${input.slot}".`
  }
  for (const [slot, inputs] of Object.entries(step.files ?? {})) {
    for (const [at, input] of inputs.entries()) {
      const reason = wrongInput(input)
      if (reason !== undefined) return { path: ['steps', index, 'files', slot, at], reason }
    }
  }
  const isUnknown = (value: StepValue) =>
    typeof value === 'object' && !parameters.some(({ key }) => key === value.parameter)
  const wrong = Object.entries(step.parameters ?? {}).find(([, value]) => isUnknown(value))
  if (wrong === undefined) return undefined
  const [key, value] = wrong
  const named = typeof value === 'object' ? value.parameter : ''
  return { path: ['steps', index, 'parameters', key], reason: `The workflow has no parameter "${named}".` }
}

/** What is wrong with the steps of a workflow, as far as its own file tells. */
export function workflowSteps(source: TemplateSource): Fault | undefined {
  const steps = source.steps ?? []
  for (const [index, step] of steps.entries()) {
    if (steps.findIndex(({ key }) => key === step.key) < index) {
      return { path: ['steps', index, 'key'], reason: `The key "${step.key}" is used twice in "steps".` }
    }
    const fault = unknownStep(steps, index) ?? unknownSource(source, step, index)
    if (fault !== undefined) return fault
  }
  if (source.steps !== undefined && (source.convergence ?? source.results) !== undefined) {
    const path = [source.convergence === undefined ? 'results' : 'convergence']
    return { path, reason: 'A workflow has none of its own: its steps have.' }
  }
  return undefined
}

/** A file for a step's job: one of those given to the workflow for `slot`, or one that another step leaves behind. */
export type StepFile<F> = { slot: string } & ({ given: F } | { step: string; file: string })

/** What a step's template is given, once the workflow's own values and files are known. */
export function resolveStep<F extends { slot?: string | undefined }>(
  step: WorkflowStep,
  values: ParameterValues,
  given: readonly F[],
): { parameters: ParameterValues; files: StepFile<F>[] } {
  const parameters: ParameterValues = {}
  for (const [key, value] of Object.entries(step.parameters ?? {})) {
    const resolved = typeof value === 'object' ? values[value.parameter] : value
    if (resolved !== undefined) parameters[key] = resolved
  }
  const filesOf = (slot: string, input: StepInput): StepFile<F>[] =>
    'step' in input
      ? [{ slot, step: input.step, file: input.file }]
      : given.filter((file) => file.slot === input.slot).map((file) => ({ slot, given: file }))
  const files = Object.entries(step.files ?? {}).flatMap(([slot, inputs]) =>
    inputs.flatMap((input) => filesOf(slot, input)),
  )
  return { parameters, files }
}
