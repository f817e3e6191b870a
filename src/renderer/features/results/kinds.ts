import { isMesh } from '../../../../contract/mesh.ts'
import type { PreviewKind, ResultEntry } from '../../../../contract/results.ts'

const ends = (path: string, list: readonly string[]) => list.some((end) => path.toLowerCase().endsWith(end))

const pictures = ['.png', '.jpg', '.jpeg', '.gif', '.webp', '.bmp', '.svg']
const tables = ['.csv', '.tsv']
/** What is surely no text. */
const binary = [
  '.gz',
  '.zip',
  '.tar',
  '.tgz',
  '.bz2',
  '.xz',
  '.odb',
  '.d3plot',
  '.h5',
  '.hdf5',
  '.cgns',
  '.pt',
  '.pth',
  '.ckpt',
  '.onnx',
  '.pdf',
  '.docx',
  '.exe',
  '.so',
]

/** In how many ways a file can be looked at, the best first; none: only downloaded. */
export function previewKinds({ path, kind, size }: Pick<ResultEntry, 'path' | 'kind' | 'size'>): PreviewKind[] {
  if (kind === 'folder' || size === 0) return []
  if (ends(path, pictures)) return ['image']
  if (ends(path, tables)) return ['table', 'text']
  if (isMesh(path)) return ['mesh', 'text']
  return ends(path, binary) ? [] : ['text']
}

/** Characters that cannot be seen, or turn the reading direction: a name must not look like another. */
const unseen = /[\p{Cc}\p{Cf}\u2028\u2029]/gu

/** A name as it is shown. */
export const shownName = (name: string): string => name.replaceAll(unseen, '�')
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
export const parentOf = (path: string): string => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '')
export const joined = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`)
/** As a selection names it: a folder ends with a `/`. */
export const selectionPath = ({ path, kind }: ResultEntry): string => (kind === 'folder' ? `${path}/` : path)
