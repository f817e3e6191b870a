import { RpcError } from '../rpc/types.ts'
import { exitCode, exitCodeOf } from './exit-codes.ts'

/** Ends a command with a sentence on stderr and an exit code. */
export class CommandFailure extends Error {
  readonly exitCode: number
  constructor(message: string, code: number = exitCode.failed) {
    super(message)
    this.name = 'CommandFailure'
    this.exitCode = code
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
  if (error instanceof CommandFailure) return { message: error.message, code: 'COMMAND', exitCode: error.exitCode }
  if (error instanceof RpcError) {
    const next = nextStep[error.value.code]
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
