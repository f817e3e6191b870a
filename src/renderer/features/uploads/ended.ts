import type { Task } from '../../../../contract/task.ts'
import { sayIn, type Language } from '../../ui/text.ts'
import { isActive } from '../tasks/store.ts'
import { uploadsMessages } from './messages.ts'

/** A form whose uploads have all ended, and how. */
export interface Ended {
  id: string
  title: string
  failed: boolean
  /** ISO 8601. */
  at: string
}

/** Forms of a site at one look, by id: when an ended one came to its end; undefined while it is under way. */
export type Look = ReadonlyMap<string, string | undefined>

const formsOf = (tasks: Iterable<Task>, site: string): Task[] =>
  [...tasks].filter((task) => task.kind === 'upload' && task.site === site)

export const lookAt = (tasks: Iterable<Task>, site: string): Look =>
  new Map(formsOf(tasks, site).map((task) => [task.id, isActive(task) ? undefined : task.updatedAt]))

/**
 * Forms that have ended since the last look: done or failed, not cancelled. A small file is sent before anybody has seen it
 * under way, so what is new counts if it ended after `since`, the time (ISO 8601) of the first look.
 */
export function endedSince(before: Look, since: string, tasks: Iterable<Task>, site: string): Ended[] {
  return formsOf(tasks, site).flatMap(({ id, state, title, updatedAt }) => {
    if (state !== 'done' && state !== 'failed') return []
    const known = before.has(id) ? (before.get(id) ?? '') : since
    return updatedAt > known ? [{ id, title, failed: state === 'failed', at: updatedAt }] : []
  })
}

/** What became of them in one line: of a failure first. */
export function endedText(ended: readonly Ended[], language: Language): string {
  const say = sayIn(uploadsMessages, language)
  const failed = ended.find((one) => one.failed)
  if (failed !== undefined) return say('ended.failed', { title: failed.title })
  const [first] = ended
  if (first !== undefined && ended.length === 1) return say('ended.done', { title: first.title })
  return say('ended.several', { count: ended.length })
}
