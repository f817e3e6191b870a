import type { InstallFailure } from '../../../contract/errors.ts'
import { appError, type AppError } from '../kit/app-error.ts'

const sentences: Record<InstallFailure, string> = {
  declined: 'the user did not want an agent there',
  'no-shell': 'it gives no shell that commands can be run with',
  platform: 'there is no agent for its kind of machine',
  glibc: 'its C library is too old',
  'no-space': 'the disk of the home folder is full',
  quota: 'the quota of the home folder is used up',
  'read-only': 'the home folder cannot be written to',
  noexec: 'no folder of the user allows programs to run',
  tools: 'commands are missing there',
  damaged: 'what was copied did not arrive as it was sent',
  'not-packaged': 'this Headway brings no agent for it',
  start: 'the agent does not start',
  elsewhere: 'the agent runs on another login node',
}

/** `detail`: what the system or the server said, in English. */
export function installFailed(host: string, reason: InstallFailure, detail: string): AppError {
  return appError('INSTALL_FAILED', { host, reason, detail }, `No agent on ${host}: ${sentences[reason]} (${detail}).`)
}

/** What the system said when writing failed, as a reason; `otherwise` where it is none of the known ones. */
export function reasonOfText(text: string, otherwise: InstallFailure): InstallFailure {
  if (/quota exceeded/i.test(text)) return 'quota'
  if (/no space left/i.test(text)) return 'no-space'
  if (/read-only file system|permission denied|operation not permitted/i.test(text)) return 'read-only'
  return otherwise
}

/** Colours and cursor movements of a terminal (ECMA-48, section 5.4). */
const controlSequence = new RegExp(`${String.fromCharCode(27)}\\[[\\d;?]*[A-Za-z]`, 'g')

/** The last lines of what a server said, short enough for an error. */
export function shortened(text: string): string {
  // Escape codes of a coloured greeting and other control characters are of no use in a sentence.
  const plain = text.replace(controlSequence, '').replace(/\p{Cc}+/gu, ' ')
  return plain.trim().slice(-500)
}
