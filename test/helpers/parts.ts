import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Whether a command is on this machine. `scripts/test.mjs` has already said so loudly, or failed, where it is not. */
export function hasPart(command: string): boolean {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']
  return folders.some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
