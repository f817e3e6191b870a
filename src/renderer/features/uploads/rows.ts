import type { FileClass } from '../../../../contract/file-classes.ts'
import type { Upload } from '../../../../contract/uploads.ts'
import type { Collection } from '../../app/collection.ts'
import { isUnderWay, needsFile } from './progress.ts'
import type { ClassView, FormView } from './ledger.ts'

/**
 * A line of the table: a form, its files of one class, a file. They are the same objects as long as the line is there: what
 * is shown in them follows the uploads by itself, so that a table of 30,000 is not made anew at every change.
 */
export type UploadRow =
  | { kind: 'form'; id: string; form: string; label: string }
  | { kind: 'class'; id: string; form: string; fileClass: FileClass }
  | { kind: 'file'; id: string }

export type Shown = 'all' | 'moving' | 'trouble' | 'done'

/** Whether a filter by state shows it. */
export function isShown(upload: Upload, shown: Shown): boolean {
  switch (shown) {
    case 'moving':
      return isUnderWay(upload)
    case 'trouble':
      return upload.state === 'failed' || needsFile(upload) || (upload.warnings ?? []).length > 0
    case 'done':
      return upload.state === 'uploaded'
    default:
      return true
  }
}

/** Whether every word stands in its place, its name or the name of its form. */
export function matches(upload: Upload, words: readonly string[]): boolean {
  if (words.length === 0) return true
  const text = `${upload.label}\n${upload.folder}/${upload.name}`.toLowerCase()
  return words.every((word) => text.includes(word))
}

export interface UploadRows {
  top: readonly UploadRow[]
  under: (row: UploadRow) => readonly UploadRow[] | undefined
  /** Uploads that lines stand for, each once, in their order. */
  idsOf: (rows: readonly UploadRow[]) => string[]
  /** Every line that can be opened. */
  parents: readonly string[]
}

/** Makes lines; one for each table. Where nothing came or went they are the very same. */
export function createRows() {
  const handles = new Map<string, UploadRow>()
  const keep = <R extends UploadRow>(row: R): R => {
    const known = handles.get(row.id)
    if (known !== undefined) return known as R
    handles.set(row.id, row)
    return row
  }
  let last: { forms: readonly FormView[]; filter: unknown; rows: UploadRows } | undefined

  function make(forms: readonly FormView[], keeps: ((id: string) => boolean) | undefined): UploadRows {
    const under = new Map<string, readonly UploadRow[]>()
    const top: UploadRow[] = []
    for (const { key, label, classes } of forms) {
      const groups: UploadRow[] = []
      for (const { fileClass, ids } of classes) {
        const shown = keeps === undefined ? ids : ids.filter(keeps)
        if (shown.length === 0) continue
        const group = keep({ kind: 'class', id: `class ${fileClass} ${key}`, form: key, fileClass })
        under.set(
          group.id,
          shown.map((id) => keep({ kind: 'file', id })),
        )
        groups.push(group)
      }
      if (groups.length === 0) continue
      const form = keep({ kind: 'form', id: `form ${key}`, form: key, label })
      under.set(form.id, groups)
      top.push(form)
    }
    const idsOf = (rows: readonly UploadRow[]): string[] => {
      const ids = new Set<string>()
      const add = (row: UploadRow): void => {
        if (row.kind === 'file') ids.add(row.id)
        else for (const child of under.get(row.id) ?? []) add(child)
      }
      for (const row of rows) add(row)
      return [...ids]
    }
    return { top, under: (row) => under.get(row.id), idsOf, parents: [...under.keys()] }
  }

  /** `filter`: anything that is another when the filter would give other lines. */
  return (forms: readonly FormView[], filter: unknown, keeps: ((id: string) => boolean) | undefined): UploadRows => {
    if (last !== undefined && last.filter === filter && sameShape(last.forms, forms)) return last.rows
    last = { forms, filter, rows: make(forms, keeps) }
    return last.rows
  }
}

const sameClasses = (a: readonly ClassView[], b: readonly ClassView[]): boolean =>
  a.length === b.length && a.every((view, index) => view.ids === b[index]?.ids)

/** Whether the same files stand in the same places, whatever became of them. */
export const sameShape = (a: readonly FormView[], b: readonly FormView[]): boolean =>
  a.length === b.length &&
  a.every((form, index) => {
    const other = b[index]
    return form === other || (form.key === other?.key && sameClasses(form.classes, other.classes))
  })

/** What a filter keeps, or undefined where it keeps everything. */
export function keeper(
  uploads: Collection<Upload>,
  shown: Shown,
  words: readonly string[],
): ((id: string) => boolean) | undefined {
  if (shown === 'all' && words.length === 0) return undefined
  return (id) => {
    const upload = uploads.get(id)
    return upload !== undefined && isShown(upload, shown) && matches(upload, words)
  }
}
