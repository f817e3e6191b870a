import type { OutboxAction } from '../../../../contract/outbox.ts'
import type { Suggestion } from '../../../../contract/preflight.ts'

/** A submission that takes the value which a check suggests; undefined for what is no submission. */
export function withSuggestion(action: OutboxAction, { field, value }: Suggestion): OutboxAction | undefined {
  if (action.kind !== 'submit') return undefined
  const { submission } = action
  const changed =
    field === 'account' || field === 'qos'
      ? { ...submission, options: { ...submission.options, [field]: String(value) } }
      : {
          ...submission,
          resources: { ...submission.resources, [field]: field === 'partition' ? String(value) : Number(value) },
        }
  return { ...action, submission: changed }
}
