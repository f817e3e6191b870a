import type { FileSlot } from '../../../contract/templates.ts'

/** A file as a submission names it; `folder` is its place inside a dropped folder. */
export interface GivenFile {
  slot?: string | undefined
  name: string
  folder?: string | undefined
}

export interface SlotProblem {
  slot: string
  reason: string
}

/** Whether the files fit the slots of a template: at most one problem for each slot. */
export function checkSlots(slots: readonly FileSlot[], files: readonly GivenFile[]): SlotProblem[] {
  const problems: SlotProblem[] = []
  for (const slot of slots) {
    const own = files.filter((file) => file.slot === slot.key)
    const misfit = own.find(
      ({ name }) => slot.accept.length > 0 && !slot.accept.some((end) => name.toLowerCase().endsWith(end)),
    )
    if (misfit !== undefined) {
      problems.push({ slot: slot.key, reason: `"${misfit.name}" is none of ${slot.accept.join(', ')}` })
    } else if (own.length < slot.min) {
      problems.push({ slot: slot.key, reason: `needs ${slot.min === 1 ? 'a file' : `at least ${slot.min} files`}` })
    } else if (own.length > slot.max) {
      problems.push({ slot: slot.key, reason: `takes at most ${slot.max === 1 ? 'one file' : `${slot.max} files`}` })
    }
  }
  const known = new Set(slots.map((slot) => slot.key))
  for (const { slot } of files) {
    if (slot !== undefined && !known.has(slot)) problems.push({ slot, reason: 'is no file slot of this template' })
  }
  return problems
}

/**
 * Names for the inputs in a job's folder, in the order of `files`: their own, with a number where two would meet (also on a
 * file system that does not tell cases apart) or where the name is taken by the job itself.
 */
export function runNames(files: readonly GivenFile[], reserved: readonly string[]): string[] {
  const taken = new Set(reserved.map((name) => name.toLowerCase()))
  return files.map((file) => {
    const folder = file.folder === undefined || file.folder === '' ? '' : `${file.folder}/`
    const dot = file.name.lastIndexOf('.')
    const [stem, extension] = dot > 0 ? [file.name.slice(0, dot), file.name.slice(dot)] : [file.name, '']
    let name = `${folder}${file.name}`
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${folder}${stem}-${n}${extension}`
    taken.add(name.toLowerCase())
    return name
  })
}

/** Names by slot, as scripts see them: one that begins with `-` must not be taken for an option. */
export function filesBySlot(
  slots: readonly FileSlot[],
  files: readonly { slot?: string | undefined; name: string }[],
): Record<string, string[]> {
  const names = (key: string) =>
    files.filter((file) => file.slot === key).map(({ name }) => (name.startsWith('-') ? `./${name}` : name))
  return Object.fromEntries(slots.map((slot) => [slot.key, names(slot.key)]))
}
