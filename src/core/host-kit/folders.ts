import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * Where Headway keeps what belongs to this user of this machine: `$XDG_DATA_HOME/headway`, on macOS
 * `~/Library/Application Support/Headway`, on Windows `%APPDATA%\Headway`. Hosts take a folder of their own below it,
 * because no two processes may hold the same journals.
 */
export function userDataFolder(
  env: Record<string, string | undefined>,
  system: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  if (system === 'darwin') return join(home, 'Library', 'Application Support', 'Headway')
  if (system === 'win32') return join(env['APPDATA'] ?? join(home, 'AppData', 'Roaming'), 'Headway')
  const data = env['XDG_DATA_HOME']
  // The XDG rules: a relative path there is to be ignored.
  return join(data?.startsWith('/') ? data : join(home, '.local', 'share'), 'headway')
}

/** `~/Downloads`, where results are saved by default. */
export const downloadsFolder = (home: string = homedir()): string => join(home, 'Downloads')
