import { lstatSync, mkdirSync, statSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import type { Environment } from './places.ts'

/** Bytes of a unix socket's path without the closing zero: `sun_path` of Linux, unix(7). macOS has 103. */
export const MAX_SOCKET_PATH = process.platform === 'darwin' ? 103 : 107
const SOCKET = 'agent.sock'

/** The folder for the socket is not ours alone: whoever can write there could take the agent's place. */
export class RuntimeFolderError extends Error {
  constructor(folder: string, reason: string) {
    super(`The folder of the socket, ${folder}, ${reason}. Remove it, or set HEADWAY_SOCKET.`)
    this.name = 'RuntimeFolderError'
  }
}

const isOwn = (uid: number): boolean => process.getuid === undefined || uid === process.getuid()

/** Makes the folder where it is missing (0700). Throws RuntimeFolderError for a link, another's, or one that is open to others. */
export function ownFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  const found = lstatSync(folder)
  if (found.isSymbolicLink()) throw new RuntimeFolderError(folder, 'is a link')
  if (!found.isDirectory()) throw new RuntimeFolderError(folder, 'is no folder')
  if (!isOwn(found.uid)) throw new RuntimeFolderError(folder, 'belongs to another account')
  if ((found.mode & 0o077) !== 0) throw new RuntimeFolderError(folder, 'is open to other accounts')
}

/** The session's own folder of the XDG Base Directory Specification, where it is one: ours, and for us alone to write. */
function sessionFolder(environment: Environment): string | undefined {
  const folder = environment['XDG_RUNTIME_DIR'] ?? ''
  if (!isAbsolute(folder)) return undefined
  const found = statSync(folder, { throwIfNoEntry: false })
  const fits = found?.isDirectory() === true && isOwn(found.uid) && (found.mode & 0o022) === 0
  return fits && Buffer.byteLength(join(folder, 'headway', SOCKET)) <= MAX_SOCKET_PATH ? folder : undefined
}

const temporaryFolder = (): string => `/tmp/headway-${process.getuid?.() ?? 0}`

/**
 * Where the socket of a user's own agent is, in a folder made and checked by this call. It is no home folder: those are shared by
 * the login nodes of a cluster, and a socket is not. Throws RuntimeFolderError, and the system's own errors.
 */
export function runtimeSocket(environment: Environment): string {
  const session = sessionFolder(environment)
  const folder = session === undefined ? temporaryFolder() : join(session, 'headway')
  ownFolder(folder)
  return join(folder, SOCKET)
}

/** All folders that the socket may have been in. */
export function runtimeFolders(environment: Environment): string[] {
  const session = sessionFolder(environment)
  return [...(session === undefined ? [] : [join(session, 'headway')]), temporaryFolder()]
}
