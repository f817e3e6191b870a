import { findingSentence } from '../../../../contract/agent/security.ts'
import { classifyFile } from '../../../../contract/file-classes.ts'
import type { FileInfo } from '../../../../contract/agent/uploads.ts'
import type { FileClass } from '../../../../contract/file-classes.ts'
import type { Content } from './magic.ts'

const PROGRAMS = new Set(['.exe', '.com', '.scr', '.pif', '.cpl', '.msi', '.dll', '.sys', '.drv', '.so', '.dylib'])

const text: Content[] = ['text', 'empty']

interface Expectation {
  mime: string
  /** What the first bytes of an honest file may be; left out where a format has a text and a binary form. */
  contents?: Content[]
}

const known: Record<string, Expectation> = {
  '.zip': { mime: 'application/zip', contents: ['zip'] },
  '.gz': { mime: 'application/gzip', contents: ['gzip'] },
  '.tar.gz': { mime: 'application/gzip', contents: ['gzip'] },
  '.tar': { mime: 'application/x-tar', contents: ['tar'] },
  '.hdf5': { mime: 'application/x-hdf5', contents: ['hdf5'] },
  '.h5': { mime: 'application/x-hdf5', contents: ['hdf5'] },
  '.pdf': { mime: 'application/pdf', contents: ['pdf'] },
  '.docx': { mime: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', contents: ['zip'] },
  '.csv': { mime: 'text/csv', contents: text },
  '.yaml': { mime: 'application/yaml', contents: text },
  '.yml': { mime: 'application/yaml', contents: text },
  '.json': { mime: 'application/json', contents: text },
  '.toml': { mime: 'application/toml', contents: text },
  '.ini': { mime: 'text/plain', contents: text },
  '.md': { mime: 'text/markdown', contents: text },
  '.txt': { mime: 'text/plain', contents: text },
  '.log': { mime: 'text/plain', contents: text },
  '.py': { mime: 'text/x-python', contents: text },
  '.sh': { mime: 'application/x-sh', contents: text },
  '.sbatch': { mime: 'application/x-sh', contents: text },
  '.geo': { mime: 'text/plain', contents: text },
  '.inp': { mime: 'text/plain', contents: text },
  '.k': { mime: 'text/plain', contents: text },
  '.unv': { mime: 'text/plain', contents: text },
  '.step': { mime: 'model/step', contents: text },
  '.stp': { mime: 'model/step', contents: text },
  '.iges': { mime: 'model/iges', contents: text },
  '.obj': { mime: 'model/obj', contents: text },
  '.stl': { mime: 'model/stl' },
  '.png': { mime: 'image/png', contents: ['png'] },
  '.jpg': { mime: 'image/jpeg', contents: ['jpeg'] },
  '.jpeg': { mime: 'image/jpeg', contents: ['jpeg'] },
}

const COMPRESSED = new Set(['.zip', '.gz', '.tar.gz', '.docx', '.bz2', '.xz', '.zst', '.7z'])

/** What can be said of a file by its name. `fileClass`: what a template has said of it, else its extension decides. */
export function fileInfo(name: string, size: number, fileClass: FileClass): FileInfo {
  const { extension } = classifyFile(name)
  const expectation = known[extension]
  return {
    type: fileClass,
    extension,
    mime_type: expectation?.mime ?? 'application/octet-stream',
    size,
    is_binary: expectation?.contents !== text,
    is_compressed: COMPRESSED.has(extension),
  }
}

/** `mesh.msh.exe`: a program that passes for something else. Undefined for an honest name. */
export function doubleExtension(name: string): string | undefined {
  const parts = name.toLowerCase().split('.')
  const last = `.${parts.at(-1) ?? ''}`
  if (parts.length < 3 || parts.at(-2) === '' || !PROGRAMS.has(last)) return undefined
  return findingSentence('double-extension', { extension: last })
}

/** Where content and extension do not belong together: a warning, no refusal. */
export function mismatch(name: string, content: Content): string | undefined {
  const { extension } = classifyFile(name)
  const expected = PROGRAMS.has(extension) ? [] : known[extension]?.contents
  if (expected === undefined || expected.includes(content) || content === 'empty') return undefined
  return findingSentence('other-content', { content, extension })
}
