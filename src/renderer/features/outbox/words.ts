import { useCallback } from 'react'
import type { OutboxAction, OutboxEntry, OutboxQuestion } from '../../../../contract/outbox.ts'
import type { Upload } from '../../../../contract/uploads.ts'
import { useExplain } from '../../app/errors.ts'
import { useFormat } from '../../ui/format.ts'
import { useMessages, type Say } from '../../ui/text.ts'
import { progressOf, type Progress } from '../uploads/progress.ts'
import { useUploads } from '../uploads/store.ts'
import { outboxMessages } from './messages.ts'
import { outboxStore } from './store.ts'

type SayOutbox = Say<typeof outboxMessages.entries>

/** What an action does, in few words. */
export function whatText(action: OutboxAction, say: SayOutbox): string {
  switch (action.kind) {
    case 'submit':
      return say(action.submission.workflow === true ? 'what.workflow' : 'what.job')
    case 'change':
      return say(`what.${action.change.action}`, { count: action.ids.length })
    case 'remove-files':
      return say('what.remove-files', { count: action.paths.length })
    default:
      return say(`what.${action.kind}`)
  }
}

function questionText(question: OutboxQuestion, say: SayOutbox): string {
  switch (question.kind) {
    case 'template-changed':
      return say('why.template-changed', { from: question.from, to: question.to })
    case 'files':
      return say('why.files', { count: question.files.length })
    case 'dependency':
      return say(`why.dependency.${question.why}`, { title: question.title })
    default:
      return say(`why.${question.kind}`)
  }
}

function doneText({ result }: OutboxEntry, say: SayOutbox): string {
  const refused = result?.refused?.length ?? 0
  if (refused > 0) return say('why.refused', { count: refused })
  if (result?.jobId !== undefined) return say('why.job', { id: result.jobId })
  return result?.runId === undefined ? say('why.done') : say('why.run', { id: result.runId })
}

/** Why an entry stands as it does, in words that need nothing but the entry and the names of those it waits for. */
export function useWhy(): (entry: OutboxEntry, files?: Progress) => string {
  const say = useMessages(outboxMessages)
  const format = useFormat()
  const explain = useExplain()
  const entries = outboxStore.use((state) => state.entries)
  return useCallback(
    (entry, files) => {
      const { state, wait, until, when, waitsFor, question, error } = entry
      if (state === 'held') return say('why.held')
      if (state === 'sending' && wait === undefined) return say('why.sending')
      if (state === 'done') return doneText(entry, say)
      if (state === 'failed') return error === undefined ? '' : explain(error).title
      if (state === 'needs-you') return question === undefined ? '' : questionText(question, say)
      const names = (waitsFor ?? []).flatMap((id) => entries?.get(id)?.title ?? [])
      const time = until ?? when.notBefore
      switch (wait) {
        case undefined:
          return ''
        case 'dependency':
          return names.length === 0 ? say('wait.dependency') : say('wait.dependencyOf', { names: names.join(', ') })
        case 'files':
          return files === undefined || files.count === 0
            ? say('wait.files')
            : say('wait.filesOf', { done: files.uploaded, total: files.count })
        case 'time':
          return time === undefined ? say('wait.time') : say('wait.timeOf', { time: format.time(time) })
        case 'place':
          return when.network === undefined ? say('wait.place') : say('wait.placeOf', { network: when.network })
        case 'estimate':
          return when.startWithinMinutes === undefined
            ? say('wait.estimate')
            : say('wait.estimateOf', { time: format.duration(when.startWithinMinutes * 60) })
        case 'server-limit':
        case 'job-limit': {
          const why = say(`wait.${wait}`)
          return until === undefined ? why : say('wait.until', { why, time: format.time(until) })
        }
        default:
          // The next try is soon, and nothing to wait for.
          return say(`wait.${wait}`)
      }
    },
    [say, format, explain, entries],
  )
}

const none: readonly Upload[] = []

/** The uploads that a submission waits for, as far as they are known here. */
export function useBoundUploads({ action }: OutboxEntry): readonly Upload[] {
  const uploads = useUploads()
  if (uploads === undefined || action.kind !== 'submit') return none
  return action.uploads.flatMap(({ id }) => uploads.get(id) ?? [])
}

/** What the uploads of an entry come to; undefined where it has none. */
export function useFiles(entry: OutboxEntry): Progress | undefined {
  const uploads = useBoundUploads(entry)
  return uploads.length === 0 ? undefined : progressOf(uploads)
}
