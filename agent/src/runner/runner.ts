/** How a command came to its end; `code` is null where a signal ended it (then `signal` names it) or it ran out of time. */
export interface Finished {
  code: number | null
  signal: string | null
  timedOut: boolean
  stdout: string
  stderr: string
}

export interface RunOptions {
  /** To its standard input: scripts never travel in arguments. */
  input?: string
  /** Working directory, absolute. */
  folder?: string
  /** Beside the allow-list of the environment; never the agent's own. */
  environment?: Readonly<Record<string, string>>
  /** After it SIGKILL. Milliseconds; 30 s where absent. */
  timeoutMs?: number
  /** Of stdout and of stderr each; more is cut off and the command ended. Bytes; 64 MiB where absent. */
  maxBytes?: number
  signal?: AbortSignal
}

/** Slurm's commands, by name; each is looked up once on the PATH and run by its absolute path, without a shell. */
export const commands = [
  'sbatch',
  'scancel',
  'scontrol',
  'squeue',
  'sacct',
  'sacctmgr',
  'sinfo',
  'sstat',
  'sprio',
] as const
export type Command = (typeof commands)[number]

/**
 * Runs commands as the user whom they concern. `self`: the agent is the user. `sudo`: a small helper run by
 * `sudo -n -u USER` does it. Failure REQUIREMENT_MISSING where the command is not there, ACCOUNT_REFUSED where the user may not be
 * acted for.
 */
export interface Runner {
  readonly mode: 'self' | 'sudo'
  /** As the user. */
  runAs(user: string, command: Command, args: readonly string[], options?: RunOptions): Promise<Finished>
  /** As the agent, for questions about everybody. */
  run(command: Command, args: readonly string[], options?: RunOptions): Promise<Finished>
  /** The user's home, absolute. */
  homeOf(user: string): Promise<string>
  /** Whether the command is there. */
  has(command: Command): Promise<boolean>
}
