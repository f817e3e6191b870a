import { homedir } from 'node:os'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import { Failure } from '../kit/failure.ts'
import { commandEnvironment } from './config.ts'
import { execute } from './execute.ts'
import { CommandFinder } from './find-command.ts'
import type { Command, Finished, RunOptions } from './runner.ts'

const isGone = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

/** The answer where a command is not installed. */
export const commandMissing = (command: Command): Failure =>
  new Failure(
    'REQUIREMENT_MISSING',
    `The command "${command}" was not found on this machine. Install Slurm's client commands, or name their folder in HEADWAY_SLURM_BIN.`,
    { details: { commands: [command] } },
  )

/** Runs commands as the account that this process has. */
export class SelfRunner {
  readonly mode = 'self'
  readonly #environment = commandEnvironment()
  readonly #finder: CommandFinder
  readonly #log: Logger | undefined

  constructor(config: { scheduler: Pick<Config['scheduler'], 'slurmBin'> }, log?: Logger) {
    this.#finder = new CommandFinder(this.#environment['PATH'] ?? '', config.scheduler.slurmBin)
    this.#log = log
  }

  runAs(_user: string, command: Command, args: readonly string[], options?: RunOptions): Promise<Finished> {
    return this.run(command, args, options)
  }

  async run(command: Command, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
    const path = await this.#finder.find(command)
    if (path === undefined) throw commandMissing(command)
    const began = performance.now()
    try {
      const finished = await execute(path, args, this.#environment, options)
      const ms = Math.round(performance.now() - began)
      this.#log?.trace({ command, args, code: finished.code, timedOut: finished.timedOut, ms }, 'a command was run')
      return finished
    } catch (error) {
      // The same code where the working directory is not there: the path, asked again, tells which.
      this.#finder.forget(command)
      if (isGone(error) && (await this.#finder.find(command)) === undefined) throw commandMissing(command)
      throw error
    }
  }

  async homeOf(): Promise<string> {
    return homedir()
  }

  async has(command: Command): Promise<boolean> {
    return (await this.#finder.find(command)) !== undefined
  }
}
