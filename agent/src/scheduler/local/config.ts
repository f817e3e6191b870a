import { userInfo } from 'node:os'

/** What a job inherits from the agent's surroundings. Everything else (secrets, settings, proxies) stays outside. */
const inherited = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'TZ'] as const

/**
 * The environment every local job starts from, made anew rather than cut down: a name that is not listed here cannot leak.
 * Also where `requires` of templates is looked up.
 */
export function jobEnvironment(): Record<string, string> {
  const who = userInfo()
  const environment: Record<string, string> = {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: who.homedir,
    LANG: 'C.UTF-8',
    USER: who.username,
    LOGNAME: who.username,
    SHELL: '/bin/bash',
  }
  for (const name of inherited) {
    const value = process.env[name]
    if (value !== undefined && value !== '') environment[name] = value
  }
  return environment
}
