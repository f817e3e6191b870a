import { useMessages } from '../../ui/text.ts'
import { uploadsMessages } from './messages.ts'
import type { Taken } from './store.ts'

const named = 3
const someOf = (names: readonly string[]): string =>
  names.slice(0, named).join(', ') + (names.length > named ? ' …' : '')

/** What came of a drop, in sentences: what was taken, and what was not with the reason. */
export function useTakenWords(taken: Taken | undefined, site: string): { taken?: string; problem?: string } {
  const say = useMessages(uploadsMessages)
  if (taken === undefined) return {}
  const { added, duplicates, refused, skipped } = taken
  const problems = [
    ...(refused.length > 0
      ? [say('drop.refused', { count: refused.length, names: someOf(refused.map(({ name }) => name)) })]
      : []),
    ...(skipped.length > 0
      ? [say('drop.skipped', { count: skipped.length, names: someOf(skipped.map(({ path }) => path)) })]
      : []),
  ]
  const told = [
    added.length > 0 ? say('drop.taken', { count: added.length, site }) : say('drop.nothing'),
    ...(duplicates.length > 0 ? [say('drop.duplicates', { count: duplicates.length })] : []),
  ]
  return { taken: told.join(' '), ...(problems.length > 0 ? { problem: problems.join(' ') } : {}) }
}
