import { RpcError } from '../rpc/types.ts'
import { exitCode, exitCodeOf } from './exit-codes.ts'

/** Ends a command with a sentence on stderr and an exit code. `code`: the word for it in `--json`. */
export class CommandFailure extends Error {
  readonly exitCode: number
  readonly code: string
  constructor(message: string, exit: number = exitCode.failed, code = 'COMMAND') {
    super(message)
    this.name = 'CommandFailure'
    this.exitCode = exit
    this.code = code
  }
}

/** Of a site that does not answer: what can be done all the same. */
export async function orOffline<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    const { message, code, exitCode: exit } = describeFailure(error)
    if (exit !== exitCode.offline) throw error
    throw new CommandFailure(
      `${message} With --offline it is kept in the outbox, and goes out with \`headway outbox send\`.`,
      exit,
      code,
    )
  }
}

const nextStep: Partial<Record<string, string>> = {
  OFFLINE: 'Check the address and your VPN, then try again.',
  SIGNED_OUT: 'Sign in with `headway sign-in URL`.',
  WRONG_CREDENTIALS: 'Check user name and password.',
  REQUIREMENT_MISSING: 'Ask your administrator to install them, or choose another template (`headway templates`).',
  FILES_MISSING: 'Give them with `--file SLOT=PATH`.',
  NO_SPACE: 'Remove old files on the cluster, or ask for more quota.',
  FILE_CHANGED: 'Wait until it is written, then upload it again.',
}

/** The sentence and the exit code of whatever went wrong. */
export function describeFailure(error: unknown): { message: string; code: string; exitCode: number } {
  if (error instanceof CommandFailure) return { message: error.message, code: error.code, exitCode: error.exitCode }
  if (error instanceof RpcError) {
    const { value } = error
    const next =
      value.code === 'NO_SPACE' && value.data.here === true ? 'Make room here, then try again.' : nextStep[value.code]
    return {
      message: next === undefined ? error.value.message : `${error.value.message} ${next}`,
      code: error.value.code,
      exitCode: exitCodeOf[error.value.code],
    }
  }
  return {
    message: error instanceof Error ? error.message : String(error),
    code: 'INTERNAL',
    exitCode: exitCode.failed,
  }
}
