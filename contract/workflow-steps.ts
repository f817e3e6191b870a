import { Type, type Static } from 'typebox'
import { Text } from './text.ts'

/** Names a step within its workflow. */
export const StepKey = Type.String({ pattern: '^[a-z][a-z0-9_]{0,39}$' })

/** Where a file of a step comes from: a slot of the workflow, or what an earlier step writes into its folder. */
export const StepInput = Type.Union([
  Type.Object({ slot: StepKey }, { additionalProperties: false }),
  Type.Object({ step: StepKey, file: Type.String({ minLength: 1, maxLength: 200 }) }, { additionalProperties: false }),
])
export type StepInput = Static<typeof StepInput>

/** A value for a parameter of a step's template: as it is, or that of a parameter of the workflow. */
export const StepValue = Type.Union([
  Type.Number(),
  Type.String({ maxLength: 10_000 }),
  Type.Boolean(),
  Type.Object({ parameter: StepKey }, { additionalProperties: false }),
])
export type StepValue = Static<typeof StepValue>

/** A job of a workflow. It runs after every step it takes files from and every one named in `after`, once they succeeded. */
export const WorkflowStep = Type.Object(
  {
    key: StepKey,
    name: Text,
    /** Id of the template that makes its job; what it takes and does not get here keeps its default. */
    template: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,63}$' }),
    parameters: Type.Optional(Type.Record(StepKey, StepValue)),
    /** By slot of that template. */
    files: Type.Optional(Type.Record(StepKey, Type.Array(StepInput, { maxItems: 100 }))),
    after: Type.Optional(Type.Array(StepKey, { maxItems: 50 })),
  },
  { additionalProperties: false },
)
export type WorkflowStep = Static<typeof WorkflowStep>

/** The steps that a step waits for, each once, in the order they are named. */
export function stepsBefore(step: WorkflowStep): string[] {
  const inputs = Object.values(step.files ?? {}).flat()
  return [...new Set([...(step.after ?? []), ...inputs.flatMap((input) => ('step' in input ? [input.step] : []))])]
}
