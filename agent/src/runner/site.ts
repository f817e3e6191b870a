import { type Helpers, MAX_PAYLOAD } from '../helper/index.ts'
import { Failure } from '../kit/failure.ts'
import { DEFAULT_MAX_BYTES, DEFAULT_TIMEOUT_MS } from './execute.ts'
import type { Command, Finished, Runner, RunOptions } from './runner.ts'

/** Beside the command's own time, for the way there and back. */
const WAY_MS = 30_000

/** Runs commands as their user by that user's helper; questions about everybody as the agent itself. */
export class SiteRunner implements Runner {
  readonly mode = 'sudo'
  readonly #own: Runner
  readonly #helpers: Helpers

  constructor(own: Runner, helpers: Helpers) {
    this.#own = own
    this.#helpers = helpers
  }

  /** Never tried twice here: a command whose answer was lost may have been carried out (SCHEDULER_UNAVAILABLE). */
  async runAs(user: string, command: Command, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
    const { input = '', folder, environment = {}, signal } = options
    const { timeoutMs = DEFAULT_TIMEOUT_MS, maxBytes = DEFAULT_MAX_BYTES } = options
    const script = Buffer.from(input)
    if (script.length > MAX_PAYLOAD) {
      throw new Failure(
        'TOO_LARGE',
        `A job script has at most ${MAX_PAYLOAD / 2 ** 20} MiB. Put what is larger into a file.`,
      )
    }
    const asked = {
      command,
      args,
      ...(folder === undefined ? {} : { folder }),
      environment: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
      timeoutMs,
      maxBytes,
    }
    const { header, payload } = await this.#helpers.call(user, 'run', asked, {
      ...(script.length === 0 ? {} : { payload: [script] }),
      patienceMs: timeoutMs + WAY_MS,
      ...(signal === undefined ? {} : { signal }),
    })
    const { code, signal: ended, timedOut, stdoutBytes } = header
    const middle = Math.min(payload.length, Number(stdoutBytes) || 0)
    return {
      code: typeof code === 'number' ? code : null,
      signal: typeof ended === 'string' ? ended : null,
      timedOut: timedOut === true,
      stdout: payload.toString('utf8', 0, middle),
      stderr: payload.toString('utf8', middle),
    }
  }

  run(command: Command, args: readonly string[], options?: RunOptions): Promise<Finished> {
    return this.#own.run(command, args, options)
  }

  homeOf(user: string): Promise<string> {
    return this.#helpers.homeOf(user)
  }

  has(command: Command): Promise<boolean> {
    return this.#own.has(command)
  }
}
