import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

export type Environment = Readonly<Record<string, string | undefined>>

/** `$XDG_DATA_HOME/headway`, else `~/.local/share/headway`: the agent's data and what Headway installed for the user. */
export const baseFolder = (environment: Environment): string =>
  join(environment['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), 'headway')

/**
 * Where the settings are looked for. `data`: the data folder unless the file names another. `isNamed`: the environment says which
 * file, so that it must be there.
 */
export function settingsPlace(environment: Environment): { data: string; file: string; isNamed: boolean } {
  const data = resolve(environment['HEADWAY_DATA'] || join(baseFolder(environment), 'agent'))
  const named = environment['HEADWAY_CONFIG']
  return { data, file: named || join(data, 'agent.yaml'), isNamed: named !== undefined && named !== '' }
}
