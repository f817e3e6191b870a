import type { FileClass } from '../../../../contract/file-classes.ts'
import type { Upload } from '../../../../contract/uploads.ts'

/** The order in which classes stand on the page: what a solver reads first, what a person reads last. */
const classOrder: readonly FileClass[] = ['mesh', 'config', 'data', 'script', 'model', 'result', 'document', 'other']

export interface ClassGroup {
  fileClass: FileClass
  uploads: Upload[]
  bytes: number
}

/** Uploads by class, only classes that have any, each in the order of folder and name. */
export function groupByClass(uploads: readonly Upload[], language: string): ClassGroup[] {
  const groups = new Map<FileClass, ClassGroup>()
  for (const upload of uploads) {
    const group = groups.get(upload.class) ?? { fileClass: upload.class, uploads: [], bytes: 0 }
    group.uploads.push(upload)
    group.bytes += upload.size
    groups.set(upload.class, group)
  }
  const { compare } = new Intl.Collator(language, { numeric: true, sensitivity: 'base' })
  for (const group of groups.values())
    group.uploads.sort((a, b) => compare(a.folder, b.folder) || compare(a.name, b.name))
  return classOrder.flatMap((fileClass) => groups.get(fileClass) ?? [])
}

/** The heading of a class. Scripts look for it, so it is the same in every language. */
export const classHeading = (fileClass: FileClass, count: number): string =>
  `${fileClass.toUpperCase()} Files (${count})`

/** The uploads of one form. */
export interface FormGroup {
  label: string
  uploads: Upload[]
  /** When its newest upload was added: does not change while bytes move, so that groups do not jump. */
  createdAt: string
}

const byTime = (a: { createdAt: string }, b: { createdAt: string }): number =>
  a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 : 0

/** Uploads by form, the newest first, each in the order they were added. */
export function groupByForm(uploads: Iterable<Upload>): FormGroup[] {
  const groups = new Map<string, FormGroup>()
  for (const upload of uploads) {
    const group = groups.get(upload.label) ?? { label: upload.label, uploads: [], createdAt: '' }
    group.uploads.push(upload)
    if (upload.createdAt > group.createdAt) group.createdAt = upload.createdAt
    groups.set(upload.label, group)
  }
  for (const group of groups.values()) group.uploads.sort(byTime)
  return [...groups.values()].sort((a, b) => byTime(b, a))
}
