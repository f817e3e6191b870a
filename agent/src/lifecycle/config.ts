import type { Environment } from '../kit/places.ts'

/** The environment of this process, for the commands that `loadConfig` is too much for. */
export const ownEnvironment = (): Environment => process.env

/**
 * What an agent that lives on after its starter takes from the starter's shell: what the commands of a scheduler need, and the
 * agent's own settings but for those that are secrets.
 */
const inherited =
  /^(?:PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_[A-Z]+|TZ|SLURM_CONF|XDG_(?:RUNTIME_DIR|DATA_HOME)|NODE_COMPILE_CACHE|HEADWAY_(?:DATA|CONFIG|SOCKET|UPLOADS|TEMPLATES|ASSETS|LOG_LEVEL|SCHEDULER|CORES|END_JOBS|SLURM_BIN|LOG_LIMIT_MB))$/

/** The environment of an agent that is started in user mode. */
export function agentEnvironment(environment: Environment): Record<string, string> {
  const taken: Record<string, string> = { HEADWAY_USER_MODE: '1' }
  for (const [name, value] of Object.entries(environment)) {
    if (inherited.test(name) && value !== undefined && value !== '') taken[name] = value
  }
  return taken
}
