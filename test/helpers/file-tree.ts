import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Writes files below a folder, by their paths with `/`. */
export async function writeTree(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  for (const path of files.keys()) await mkdir(join(folder, dirname(path)), { recursive: true })
  for (const [path, bytes] of files) await writeFile(join(folder, path), bytes)
}

/** SHA-256 of files by their paths with `/`, in order. */
export const digestsOf = (files: ReadonlyMap<string, Uint8Array>): Record<string, string> =>
  sorted([...files].map(([path, bytes]) => [path, createHash('sha256').update(bytes).digest('hex')]))

/** The same of what lies below a folder on the disk. */
export async function digestsBelow(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const digests = new Map<string, string>()
  for (const { parentPath, name } of files) {
    const path = join(parentPath, name)
    const digest = createHash('sha256')
      .update(await readFile(path))
      .digest('hex')
    digests.set(path.slice(folder.length + 1), digest)
  }
  return sorted([...digests])
}

const sorted = (digests: [string, string][]): Record<string, string> =>
  Object.fromEntries(digests.sort(([a], [b]) => (a < b ? -1 : 1)))
