import type { FileClass } from '../../../../contract/file-classes.ts'
import type { Upload } from '../../../../contract/uploads.ts'

/** The order in which classes stand on the page: what a solver reads first, what a person reads last. */
export const classOrder: readonly FileClass[] = [
  'mesh',
  'config',
  'data',
  'script',
  'model',
  'result',
  'document',
  'other',
]

/** The heading of a class. Scripts look for it, so it is the same in every language. */
export const classHeading = (fileClass: FileClass, count: number): string =>
  `${fileClass.toUpperCase()} Files (${count})`

/**
 * By what files are ordered: folder, then name, whatever their case, with numbers by their value. A plain text to be
 * compared as it is: comparing 30,000 names by the rules of a language takes seconds.
 */
export const orderKey = ({ folder, name }: Pick<Upload, 'folder' | 'name'>): string =>
  `${folder}\0${name}`.toLowerCase().replaceAll(/\d+/g, (digits) => digits.padStart(12, '0'))

/** Puts what is ordered by `key` into an ordered list; both stay as they are. */
export function merged(list: readonly string[], more: readonly string[], key: (id: string) => string): string[] {
  const sorted = [...more].sort((a, b) => (key(a) < key(b) ? -1 : 1))
  const whole: string[] = []
  let from = 0
  for (const id of sorted) {
    const mine = key(id)
    let low = from
    let high = list.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (key(list[middle] ?? '') <= mine) low = middle + 1
      else high = middle
    }
    for (; from < low; from += 1) whole.push(list[from] ?? '')
    whole.push(id)
  }
  for (; from < list.length; from += 1) whole.push(list[from] ?? '')
  return whole
}

export interface ClassGroup {
  fileClass: FileClass
  uploads: Upload[]
  bytes: number
}

/** Uploads by class, only classes that have any, each in the order of folder and name. */
export function groupByClass(uploads: readonly Upload[]): ClassGroup[] {
  const keys = new Map(uploads.map((upload) => [upload.id, orderKey(upload)]))
  const key = ({ id }: Upload) => keys.get(id) ?? ''
  const groups = Map.groupBy(uploads, (upload) => upload.class)
  return classOrder.flatMap((fileClass) => {
    const own = groups.get(fileClass)
    if (own === undefined) return []
    return {
      fileClass,
      uploads: own.sort((a, b) => (key(a) < key(b) ? -1 : 1)),
      bytes: own.reduce((sum, { size }) => sum + size, 0),
    }
  })
}
