import { randomUUID } from 'node:crypto'
import type { SiteAnswer, SiteQuestion } from '../../../contract/sites.ts'
import { appError } from '../kit/app-error.ts'
import { createEmitter } from '../kit/emitter.ts'

/** Asks the user; `undefined` where they refused, or where the question was withdrawn by its signal. */
export type Ask = (
  host: string,
  ask: SiteQuestion['ask'],
  signal: AbortSignal,
) => Promise<Exclude<SiteAnswer, { kind: 'refuse' }> | undefined>

/** What sites wait for, shown by every window until one of them answers. */
export interface Questions {
  /** The asker of one site. */
  of(site: string): Ask
  list(): SiteQuestion[]
  /** NOT_FOUND for one that was answered or withdrawn. */
  answer(id: string, answer: SiteAnswer): void
  /** A question came (`question`) or went (absent). */
  onChange(listener: (id: string, question: SiteQuestion | undefined) => void): () => void
}

export function createQuestions(): Questions {
  const open = new Map<string, { question: SiteQuestion; settle: (answer: SiteAnswer) => void }>()
  const changes = createEmitter<[id: string, question: SiteQuestion | undefined]>()

  return {
    of: (site) => (host, ask, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve(undefined)
        const id = randomUUID()
        const question = { id, site, host, ask }
        const settle = (answer: SiteAnswer): void => {
          if (!open.delete(id)) return
          signal.removeEventListener('abort', withdraw)
          changes.emit(id, undefined)
          resolve(answer.kind === 'refuse' ? undefined : answer)
        }
        const withdraw = (): void => settle({ kind: 'refuse' })
        signal.addEventListener('abort', withdraw, { once: true })
        open.set(id, { question, settle })
        changes.emit(id, question)
      }),
    list: () => [...open.values()].map(({ question }) => question),
    answer(id, answer) {
      const waiting = open.get(id)
      if (waiting === undefined) throw appError('NOT_FOUND', { what: 'question', id }, `Nothing is asked as ${id}.`)
      waiting.settle(answer)
    },
    onChange: (listener) => changes.on(listener),
  }
}
