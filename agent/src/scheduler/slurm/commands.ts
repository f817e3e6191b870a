import type { Agent } from '../../kit/agent.ts'
import { Failure } from '../../kit/failure.ts'
import type { Command, Finished, Runner, RunOptions } from '../../runner/index.ts'

/** Between fields of an answer: no name of Slurm's holds it. */
export const SEPARATOR = '\u001F'

/** For every question: times as seconds since 1970, lists of array elements whole. */
const asking = { SLURM_TIME_FORMAT: '%s', SLURM_BITSTR_LEN: '0' }

/** A dead controller is given up by Slurm's clients themselves after its MessageTimeout (10 s, on large sites up to 100). */
const ASK_MS = 20_000

/** What Slurm's clients say where they could not talk to its daemons, or not to the end. */
const unreachable =
  /unable to contact|connect failure|connection refused|connection (?:reset|timed out)|timed out|zero bytes were transmitted|communications? |message (?:send|receive) failure|send failure|receive failure|shutdown failure|unexpected message|standby mode|munge|authentication (?:credential|plugin)|auth_g_|protocol (?:authentication|version)|incompatible versions|insane message|temporarily unable|resource temporarily unavailable|no route to host|transport endpoint|broken pipe|unable to (?:open|establish).*(?:socket|conn)|slurmdbd|persistent connection|database/i

/** A command's answer. `problem`: there is none, because Slurm could not be asked; a sentence. */
export type Answer = { finished: Finished; problem?: undefined } | { problem: string; finished?: undefined }

/** The lines in which Slurm says what is wrong, without its program's name; bounded, no control characters. */
export function complaint({ stderr }: Pick<Finished, 'stderr'>): string {
  return stderr
    .split('\n')
    .map((line) =>
      line
        .replace(
          /^(?:sbatch|squeue|scancel|scontrol|sacct|sacctmgr|sinfo|sstat|slurm_load_jobs): ?(?:error|fatal)?:? ?/,
          '',
        )
        .replace(/\p{C}+/gu, ' ')
        // Where things lie on the cluster's machines is nobody's business.
        .replaceAll(/(?<=^|[\s"'`(=])\/[\w.+@~%-]+(?:\/[\w.+@~%-]*)+/g, '…')
        .trim(),
    )
    .filter((line) => line !== '')
    .join('; ')
    .slice(0, 600)
}

/** Whether this end of a command leaves open what Slurm did: it was cut short, or Slurm's daemons did not answer it. */
export function isDoubtful(finished: Finished): boolean {
  if (finished.timedOut || finished.signal !== null || finished.code === null) return true
  return finished.code !== 0 && unreachable.test(finished.stderr)
}

/** A whole number of Slurm's configuration (`10 sec` is 10). */
const secondsOf = (config: ReadonlyMap<string, string>, name: string): number | undefined => {
  const match = /^\d+/.exec(config.get(name) ?? '')
  return match === null ? undefined : Number(match[0])
}

/** What Slurm's own configuration means for the agent. */
export interface SlurmConfig {
  /** After this a message that is still under way is not answered any more. */
  messageTimeoutMs: number
  /** Ended jobs stay in the queue's listing at least so long. */
  minJobAgeMs: number
  /** Others' jobs are hidden from the agent's account. */
  privateJobs: boolean
  hasAccounting: boolean
}

/** The lines `Name = value` of `scontrol show config`. */
export function parseConfig(text: string): Map<string, string> {
  const config = new Map<string, string>()
  for (const line of text.split('\n')) {
    const match = /^(\w+)\s*=\s(.*)$/.exec(line)
    if (match?.[1] !== undefined) config.set(match[1], (match[2] ?? '').trim())
  }
  return config
}

export const configOf = (config: ReadonlyMap<string, string>): SlurmConfig => ({
  messageTimeoutMs: (secondsOf(config, 'MessageTimeout') ?? 10) * 1000,
  minJobAgeMs: (secondsOf(config, 'MinJobAge') ?? 300) * 1000,
  privateJobs: /\bjobs\b/.test(config.get('PrivateData') ?? ''),
  hasAccounting: !/^$|^\(null\)$|accounting_storage\/(?:none|filetxt)$/.test(config.get('AccountingStorageType') ?? ''),
})

/** Slurm's commands, asked and counted. */
export interface Commands {
  readonly runner: Runner
  /** A question; as this user where one is given, else as the agent. Only failures to ask are `problem`. */
  ask(command: Command, args: readonly string[], options?: { as?: string; timeoutMs?: number }): Promise<Answer>
  /** Something that changes Slurm's state, done as the user. Rejects where the runner does. */
  act(user: string, command: Command, args: readonly string[], options?: RunOptions): Promise<Finished>
  /** True from the end of the agent on: nothing is asked any more. */
  readonly closed: boolean
  close(): void
  /** Slurm's configuration, at most ten minutes old; undefined where it cannot be asked and never could. */
  config(): Promise<SlurmConfig | undefined>
}

const CONFIG_MS = 600_000

/** Every call is counted (`slurm_commands_total`), the duration of each command's last one is a gauge. */
export function createCommands({ metrics, log }: Pick<Agent, 'metrics' | 'log'>, runner: Runner): Commands {
  const lasted: Record<string, number> = {}
  metrics.gaugeBy('slurm_command_seconds', 'Duration of the last call of each command', 'command', () => lasted)
  const end = new AbortController()
  let config: { value: SlurmConfig; until: number } | undefined

  async function counted(command: Command, run: () => Promise<Finished>): Promise<Finished> {
    const began = performance.now()
    metrics.count('slurm_commands_total', { command })
    try {
      return await run()
    } finally {
      lasted[command] = (performance.now() - began) / 1000
    }
  }

  const ask: Commands['ask'] = async (command, args, { as, timeoutMs = ASK_MS } = {}) => {
    if (end.signal.aborted) return { problem: 'The agent is ending.' }
    const options: RunOptions = { environment: asking, timeoutMs, signal: end.signal }
    try {
      const finished = await counted(command, () =>
        as === undefined ? runner.run(command, args, options) : runner.runAs(as, command, args, options),
      )
      if (finished.timedOut) return { problem: `Slurm does not answer (${command} took too long).` }
      if (!isDoubtful(finished)) return { finished }
      return { problem: `Slurm does not answer (${command}: ${complaint(finished) || 'it was ended'}).` }
    } catch (error) {
      if (end.signal.aborted) return { problem: 'The agent is ending.' }
      if (error instanceof Failure) return { problem: error.message }
      log.warn({ err: error, command }, 'a command of Slurm could not be run')
      return { problem: `Slurm cannot be asked: ${command} could not be run.` }
    }
  }

  return {
    runner,
    ask,
    get closed() {
      return end.signal.aborted
    },
    close: () => end.abort(),
    act: (user, command, args, options) => counted(command, () => runner.runAs(user, command, args, options)),
    async config() {
      if (config !== undefined && performance.now() < config.until) return config.value
      const { finished } = await ask('scontrol', ['show', 'config'])
      if (finished?.code !== 0) return config?.value
      config = { value: configOf(parseConfig(finished.stdout)), until: performance.now() + CONFIG_MS }
      return config.value
    },
  }
}

/** Where Slurm cannot be asked and something was to change. */
export const unavailable = (problem: string): Failure =>
  new Failure('SCHEDULER_UNAVAILABLE', `${problem} Try again when it does.`)
