import type { PreviewKind, ResultEntry } from '../../../../contract/results.ts'
import { previewKindsOf } from '../previews/kinds.ts'

/** In how many ways an entry can be looked at, the best first; none: only downloaded. */
export const previewKinds = ({ path, kind, size }: Pick<ResultEntry, 'path' | 'kind' | 'size'>): PreviewKind[] =>
  kind === 'folder' || size === 0 ? [] : previewKindsOf(path)

/** Characters that cannot be seen, or turn the reading direction: a name must not look like another. */
const unseen = /[\p{Cc}\p{Cf}\u2028\u2029]/gu

/** A name as it is shown. */
export const shownName = (name: string): string => name.replaceAll(unseen, '�')
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
export const parentOf = (path: string): string => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '')
export const joined = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`)
/** As a selection names it: a folder ends with a `/`. */
export const selectionPath = ({ path, kind }: ResultEntry): string => (kind === 'folder' ? `${path}/` : path)
