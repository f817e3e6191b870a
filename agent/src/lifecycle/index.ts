import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { runtimeSocket } from '../kit/runtime-folder.ts'
import { ownEnvironment } from './config.ts'

export { runCommand } from './commands.ts'
export { logFile, MAX_LOG } from './log-file.ts'
export { reasonOf, sentenceOf } from './reason.ts'

/** Where to listen after the socket was lost: as before while the place for its folder is there, else as at a start. */
export const socketNow = (before: string): string =>
  existsSync(dirname(dirname(before))) ? before : runtimeSocket(ownEnvironment())
