import { Failure } from '../kit/failure.ts'
import { type Command, commands, type Runner } from '../runner/index.ts'
import { optional, text, texts, whole } from './arguments.ts'
import type { Handler } from './serve.ts'

const MAX_TIMEOUT_MS = 600_000
const MAX_OUTPUT = 64 * 2 ** 20
/** Slurm's own variables. Not SLURM_CONF: it names the plugins that a command loads, and is the administrator's to set. */
const SETTABLE = /^(?:SLURM|SBATCH|SCANCEL|SQUEUE|SACCT|SINFO)_(?!CONF)[A-Z0-9_]{1,60}$/

function commandOf(name: string): Command {
  const command = commands.find((known) => known === name)
  if (command === undefined) throw new Failure('BAD_REQUEST', 'The helper does not run this command.')
  return command
}

function environmentOf(pairs: readonly string[]): Record<string, string> {
  const environment: Record<string, string> = {}
  for (const pair of pairs) {
    const [name = '', ...value] = pair.split('=')
    if (!SETTABLE.test(name)) throw new Failure('BAD_REQUEST', 'The helper does not set this variable.')
    environment[name] = value.join('=')
  }
  return environment
}

/** One of Slurm's commands, as the user, in the user's area. */
export function runOperation(runner: Runner, user: string, area: string): Handler {
  return async ({ header, payload }, signal) => {
    const folder = optional(header, 'folder', text)
    const isInside = folder === undefined || folder === area || folder.startsWith(`${area}/`)
    if (!isInside || folder?.split('/').includes('..') === true) {
      throw new Failure('BAD_REQUEST', 'The helper does not run commands outside of the area of its user.')
    }
    const finished = await runner.runAs(user, commandOf(text(header, 'command')), texts(header, 'args'), {
      input: payload.toString('utf8'),
      ...(folder === undefined ? {} : { folder }),
      environment: environmentOf(texts(header, 'environment')),
      timeoutMs: whole(header, 'timeoutMs', MAX_TIMEOUT_MS),
      maxBytes: whole(header, 'maxBytes', MAX_OUTPUT),
      signal,
    })
    const stdout = Buffer.from(finished.stdout)
    const { code, signal: ended, timedOut, stderr } = finished
    return {
      header: { code, signal: ended, timedOut, stdoutBytes: stdout.length },
      payload: Buffer.concat([stdout, Buffer.from(stderr)]),
    }
  }
}
