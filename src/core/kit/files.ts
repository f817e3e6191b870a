import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Writes a file whole (0600): after a crash at any moment there is the old content or the new one. Both the bytes and the
 * name are on the disk when this returns.
 */
export async function writeWhole(path: string, content: string): Promise<void> {
  const next = `${path}.new`
  const file = await open(next, 'w', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(next, path)
  await syncFolder(dirname(path))
}

/** Makes a new or changed name in the folder last; systems that cannot sync folders (Windows) keep names by themselves. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch {
    // Nothing to do about it, and the file itself is safe.
  }
}
