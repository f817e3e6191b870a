import type { FileSlot } from '../../../../contract/templates.ts'
import { accepts } from './slots.ts'

/** A file that could fill a slot: an upload of the form, or a file of the older job that fills it. */
export interface Candidate {
  id: string
  name: string
  folder: string
  size: number
  slot?: string | undefined
  /** When it was added; absent for a file of the older job, which came before. */
  addedAt?: string
}

/** More files than a slot takes could be meant by it: those in use, and those that go along beside it. */
export interface Rivalry<C extends Candidate = Candidate> {
  slot: FileSlot
  used: readonly C[]
  /** In the order they were added. */
  spare: readonly C[]
}

const byTime = ({ addedAt: a = '' }: Candidate, { addedAt: b = '' }: Candidate): number => (a < b ? -1 : a > b ? 1 : 0)

/**
 * Slots for which more files were given than they take. A file counts as meant for a slot when its name ends as the slot asks
 * for and no other slot has it; a slot that takes anything has no rivals.
 */
export function rivalries<C extends Candidate>(slots: readonly FileSlot[], files: readonly C[]): Rivalry<C>[] {
  return slots.flatMap((slot) => {
    if (slot.accept.length === 0) return []
    const used = files.filter((file) => file.slot === slot.key).sort(byTime)
    const spare = files.filter((file) => file.slot === undefined && accepts(slot, file.name)).sort(byTime)
    const given = used.length + spare.length
    return given > slot.max && used.length >= slot.max ? [{ slot, used, spare }] : []
  })
}

/** Whether another of them has its name and place: they are versions of one file. */
export const isVersion = (file: Candidate, all: readonly Candidate[]): boolean =>
  all.some((other) => other.id !== file.id && other.name === file.name && other.folder === file.folder)
