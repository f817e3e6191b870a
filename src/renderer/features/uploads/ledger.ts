import type { FileClass } from '../../../../contract/file-classes.ts'
import type { Upload } from '../../../../contract/uploads.ts'
import type { Collection } from '../../app/collection.ts'
import { classOrder, merged, orderKey } from './groups.ts'
import { noUploads, plus, tallyOf, type Tally } from './progress.ts'

/** The uploads of one form and class. */
export interface ClassView {
  fileClass: FileClass
  /** In the order of folder and name; the same list until one comes or goes. */
  ids: readonly string[]
  tally: Tally
}

/** The uploads of one form. Another object after every change of one of them. */
export interface FormView {
  key: string
  site: string
  label: string
  /** When its newest upload was added: does not change while bytes move, so that groups do not jump. */
  createdAt: string
  classes: readonly ClassView[]
  tally: Tally
}

/**
 * The uploads as they are at any time, over one map that changes: thousands change many times a second, and a copy of a
 * map of 30,000 takes longer than a page may stand still. Another view is made after every change, so that who compares
 * them is told.
 */
class LiveView implements Collection<Upload> {
  readonly #map: Map<string, Upload>
  constructor(map: Map<string, Upload>) {
    this.#map = map
  }
  get size(): number {
    return this.#map.size
  }
  get(id: string): Upload | undefined {
    return this.#map.get(id)
  }
  has(id: string): boolean {
    return this.#map.has(id)
  }
  keys() {
    return this.#map.keys()
  }
  values() {
    return this.#map.values()
  }
  entries() {
    return this.#map.entries()
  }
  forEach(each: (upload: Upload, id: string, map: ReadonlyMap<string, Upload>) => void): void {
    for (const [id, upload] of this.#map) each(upload, id, this)
  }
  [Symbol.iterator]() {
    return this.#map[Symbol.iterator]()
  }
}

export const formKey = ({ site, label }: Pick<Upload, 'site' | 'label'>): string => `${site} ${label}`

const emptyClass = (fileClass: FileClass): ClassView => ({ fileClass, ids: [], tally: noUploads })

/** All uploads with their sums by form and class, brought up to date by what has changed alone. */
export class Ledger {
  readonly #uploads = new Map<string, Upload>()
  readonly #keys = new Map<string, string>()
  #forms: ReadonlyMap<string, FormView> = new Map()
  #view: Collection<Upload> = new LiveView(this.#uploads)

  get uploads(): Collection<Upload> {
    return this.#view
  }

  /** By `formKey`. */
  get forms(): ReadonlyMap<string, FormView> {
    return this.#forms
  }

  /** Begins anew with these. */
  reset(items: readonly Upload[]): void {
    this.#uploads.clear()
    this.#keys.clear()
    this.#forms = new Map()
    this.apply({ put: items, gone: [] })
  }

  apply({ put, gone }: { put: readonly Upload[]; gone: readonly string[] }): void {
    /** By form: what its classes lose and get, in numbers and in files. */
    const changes = new Map<string, FormChange>()
    const changeOf = (upload: Upload): FormChange => {
      const key = formKey(upload)
      const known = changes.get(key) ?? { of: upload, createdAt: '', classes: new Map() }
      changes.set(key, known)
      return known
    }
    for (const id of gone) {
      const before = this.#uploads.get(id)
      if (before === undefined) continue
      this.#uploads.delete(id)
      leave(takeAway(changeOf(before), before), id)
    }
    for (const upload of put) {
      const before = this.#uploads.get(upload.id)
      this.#uploads.set(upload.id, upload)
      const stays = before !== undefined && before.class === upload.class && formKey(before) === formKey(upload)
      if (before !== undefined) {
        const from = takeAway(changeOf(before), before)
        if (!stays) leave(from, upload.id)
      }
      const change = changeOf(upload)
      if (upload.createdAt > change.createdAt) change.createdAt = upload.createdAt
      const to = classChange(change, upload.class)
      to.tally = plus(to.tally, tallyOf(upload))
      if (stays) continue
      this.#keys.set(upload.id, orderKey(upload))
      to.come.add(upload.id)
    }
    if (changes.size > 0) {
      const forms = new Map(this.#forms)
      for (const [key, change] of changes) {
        const form = this.#changed(forms.get(key), key, change)
        if (form.tally.listed === 0) forms.delete(key)
        else forms.set(key, form)
      }
      this.#forms = forms
    }
    for (const id of gone) if (!this.#uploads.has(id)) this.#keys.delete(id)
    this.#view = new LiveView(this.#uploads)
  }

  #changed(form: FormView | undefined, key: string, { of: { site, label }, createdAt, classes }: FormChange): FormView {
    const views = new Map(form?.classes.map((view) => [view.fileClass, view]))
    let tally = form?.tally ?? noUploads
    for (const [fileClass, change] of classes) {
      const view = views.get(fileClass) ?? emptyClass(fileClass)
      tally = plus(tally, change.tally)
      views.set(fileClass, { fileClass, ids: this.#ids(view.ids, change), tally: plus(view.tally, change.tally) })
    }
    return {
      key,
      site,
      label,
      createdAt: form === undefined || createdAt > form.createdAt ? createdAt : form.createdAt,
      tally,
      classes: classOrder.flatMap((fileClass) => {
        const view = views.get(fileClass)
        return view === undefined || view.ids.length === 0 ? [] : view
      }),
    }
  }

  #ids(ids: readonly string[], { come, gone }: ClassChange): readonly string[] {
    const left = gone.size === 0 ? ids : ids.filter((id) => !gone.has(id))
    return come.size === 0 ? left : merged(left, [...come], (id) => this.#keys.get(id) ?? '')
  }
}

interface ClassChange {
  tally: Tally
  come: Set<string>
  gone: Set<string>
}
interface FormChange {
  of: Pick<Upload, 'site' | 'label'>
  createdAt: string
  classes: Map<FileClass, ClassChange>
}

function classChange(form: FormChange, fileClass: FileClass): ClassChange {
  const change = form.classes.get(fileClass) ?? { tally: noUploads, come: new Set(), gone: new Set() }
  form.classes.set(fileClass, change)
  return change
}

function takeAway(form: FormChange, upload: Upload): ClassChange {
  const change = classChange(form, upload.class)
  change.tally = plus(change.tally, tallyOf(upload), -1)
  return change
}

const leave = (change: ClassChange, id: string): void => {
  change.gone.add(id)
  change.come.delete(id)
}

/** Forms of a site, the newest first. */
export function formsOf(forms: ReadonlyMap<string, FormView>, site: string): FormView[] {
  return [...forms.values()]
    .filter((form) => form.site === site)
    .sort((a, b) => (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0))
}
