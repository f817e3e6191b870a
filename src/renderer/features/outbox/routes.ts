import type { OutboxEntry } from '../../../../contract/outbox.ts'
import type { Route } from '../../app/router.ts'

/** The form that changes an entry; undefined where there is none: such an entry is deleted and asked for anew. */
export function editRoute({ id, action, can }: OutboxEntry): Route | undefined {
  if (!can.edit) return undefined
  if (action.kind === 'submit') {
    const { templateId } = action.submission
    return { page: 'new-job', entry: id, ...(templateId === undefined ? {} : { template: templateId }) }
  }
  if (action.kind === 'save-template')
    return { page: 'template-editor', entry: id, ...(action.id === undefined ? {} : { id: action.id }) }
  return undefined
}

/** Where what an entry has made is seen; undefined where there is nothing to see. */
export function resultRoute({ action, result }: OutboxEntry): Route | undefined {
  if (result?.jobId !== undefined) return { page: 'jobs', id: result.jobId }
  if (result?.runId !== undefined) return { page: 'workflows', id: result.runId }
  if (result?.templateId !== undefined) return { page: 'template-editor', id: result.templateId }
  return action.kind === 'change' && action.ids[0] !== undefined ? { page: 'jobs', id: action.ids[0] } : undefined
}
