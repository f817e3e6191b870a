/** What a command of Slurm inherits from the agent's own start, as a user's shell would give it; nothing else does. */
const inherited = /^(?:PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_[A-Z]+|TZ|SLURM_CONF)$/

/**
 * The environment of every command, made anew rather than cut down: a name that is not listed cannot leak, and no `SBATCH_*`
 * or `SQUEUE_*` of whoever started the agent changes what a command does or prints.
 */
export function commandEnvironment(): Record<string, string> {
  const environment: Record<string, string> = {}
  for (const [name, value] of Object.entries(process.env)) {
    if (inherited.test(name) && value !== undefined && value !== '') environment[name] = value
  }
  return environment
}
