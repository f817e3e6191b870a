import { isMesh } from '../../../../contract/mesh.ts'
import type { PreviewKind } from '../../../../contract/results.ts'

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

/** In how many ways a file can be looked at, by its name, the best first; none: only in its own program. */
export function previewKindsOf(path: string): PreviewKind[] {
  if (ends(path, pictures)) return ['image']
  if (ends(path, tables)) return ['table', 'text']
  if (isMesh(path)) return ['mesh', 'text']
  return ends(path, binary) ? [] : ['text']
}

export const isJson = (path: string): boolean => ends(path, ['.json', '.geojson'])
