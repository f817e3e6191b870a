import type { FileClass } from '../../../../contract/file-classes.ts'
import type { FileSlot } from '../../../../contract/templates.ts'

/** What the assignment of files to the template's slots needs to know of a file. */
export interface SlotFile {
  name: string
  slot?: string | undefined
  class?: FileClass | undefined
}

/** How well a slot takes a file: the length of the accepted ending, 0 where it takes anything, `undefined` where it does not. */
function fit(slot: FileSlot, file: SlotFile): number | undefined {
  if (slot.accept.length === 0) return slot.class === file.class ? 0.5 : 0
  const lower = file.name.toLowerCase()
  const endings = slot.accept.filter((ending) => lower.endsWith(ending)).map((ending) => ending.length)
  return endings.length === 0 ? undefined : Math.max(...endings)
}

/** Whether a slot accepts a file by its name. */
export const accepts = (slot: FileSlot, name: string): boolean => fit(slot, { name }) !== undefined

/**
 * The slot for each new file, in order: the best fitting one that still has room, needed ones before optional ones.
 * A file that fits nowhere gets none and goes along as an extra file.
 */
export function assignSlots(
  slots: readonly FileSlot[],
  present: readonly SlotFile[],
  files: readonly SlotFile[],
): (string | undefined)[] {
  const filled = new Map<string, number>()
  for (const { slot } of present) if (slot !== undefined) filled.set(slot, (filled.get(slot) ?? 0) + 1)
  return files.map((file) => {
    let best: { slot: FileSlot; score: number } | undefined
    for (const slot of slots) {
      const count = filled.get(slot.key) ?? 0
      const score = fit(slot, file)
      if (score === undefined || count >= slot.max) continue
      // A slot that still lacks files wins over one that only has room, unless the other fits by a longer ending.
      const weighted = score * 2 + (count < slot.min ? 1 : 0)
      if (best === undefined || weighted > best.score) best = { slot, score: weighted }
    }
    if (best !== undefined) filled.set(best.slot.key, (filled.get(best.slot.key) ?? 0) + 1)
    return best?.slot.key
  })
}

export interface SlotStatus<F> {
  slot: FileSlot
  files: readonly F[]
  /** How many files it still needs. */
  missing: number
  /** How many it has beyond what it takes. */
  surplus: number
}

/** Slot by slot: its files, and what it still needs. */
export function slotStatus<F extends { slot?: string | undefined }>(
  slots: readonly FileSlot[],
  files: readonly F[],
): SlotStatus<F>[] {
  return slots.map((slot) => {
    const own = files.filter((file) => file.slot === slot.key)
    return {
      slot,
      files: own,
      missing: Math.max(0, slot.min - own.length),
      surplus: Math.max(0, own.length - slot.max),
    }
  })
}
