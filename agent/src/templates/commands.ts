import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

const CACHE_MS = 5000

/**
 * Which commands a job would not find. Looked up on `path` (the PATH that jobs get), kept for five seconds: a catalogue asks
 * for the same few again and again, and what an admin installs should show soon. `satisfied` are there whatever the PATH says.
 */
export function createCommandLookup(path: string, satisfied: readonly string[]) {
  const cache = new Map<string, { at: number; found: Promise<boolean> }>()
  const folders = path.split(delimiter).filter((folder) => folder !== '')

  async function look(command: string): Promise<boolean> {
    for (const folder of folders) {
      const there = await access(join(folder, command), constants.X_OK).then(
        () => true,
        () => false,
      )
      if (there) return true
    }
    return false
  }

  function has(command: string): Promise<boolean> {
    if (satisfied.includes(command)) return Promise.resolve(true)
    const known = cache.get(command)
    if (known !== undefined && Date.now() - known.at < CACHE_MS) return known.found
    const found = look(command)
    cache.set(command, { at: Date.now(), found })
    return found
  }

  return async (commands: readonly string[]): Promise<string[]> => {
    const there = await Promise.all(commands.map(has))
    return commands.filter((_, index) => there[index] !== true)
  }
}
