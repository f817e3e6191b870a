import { lstat, readFile } from 'node:fs/promises'
import { connect, type NetConnectOpts, type Socket } from 'node:net'
import { dirname } from 'node:path'
import type { DesktopEndpoint } from '../../../contract/agent/desktops.ts'
import type { DesktopFailure } from '../../../contract/errors.ts'
import { Failure } from '../kit/failure.ts'

const PATIENCE_MS = 5000
/** proc_pid_net(5): the state of a socket that listens. */
const LISTEN = '0A'

const refused = (reason: DesktopFailure, sentence: string) => new Failure('CONFLICT', sentence, { details: { reason } })

const foreign = () =>
  refused(
    'not-the-session',
    'What listens where this desktop says it does is not the desktop. End it and start another one.',
  )

/**
 * A unix socket is reached by the account it belongs to alone. Not even an agent that is root connects to another one's: its
 * user could put a link to a socket of the system in its place between the look and the connection.
 */
async function checkSocket(path: string, uid: number): Promise<void> {
  if (process.getuid?.() !== uid) {
    throw refused(
      'needs-ssh',
      'This desktop listens on a socket that only its user can open on that machine: connect by SSH.',
    )
  }
  const [folder, socket] = await Promise.all([dirname(path), path].map((at) => lstat(at).catch(() => undefined)))
  if (folder === undefined || socket === undefined) throw unreachable('there is no socket')
  const isOwn = folder.uid === uid && socket.uid === uid && (folder.mode & 0o077) === 0
  if (!folder.isDirectory() || !socket.isSocket() || !isOwn) throw foreign()
}

/** The account that listens on a port of this machine; undefined where nobody does, or the system does not tell. */
async function listenerOf(port: number): Promise<number | undefined> {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const lines = (await readFile(table, 'latin1').catch(() => '')).split('\n')
    for (const line of lines) {
      const [, local = '', , state, , , , uid] = line.trim().split(/\s+/)
      if (state === LISTEN && local.endsWith(`:${hex}`)) return Number(uid)
    }
  }
  return undefined
}

const unreachable = (why: string) =>
  refused(
    'unreachable',
    `The desktop's X server cannot be reached from the head node (${why}). Connect by SSH, or stop it.`,
  )

function open(options: NetConnectOpts): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...options, noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 })
    const timer = setTimeout(() => {
      socket.destroy()
      reject(unreachable('it does not answer'))
    }, PATIENCE_MS)
    socket.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer)
      reject(unreachable(error.code ?? 'no connection'))
    })
    socket.once('connect', () => {
      clearTimeout(timer)
      socket.removeAllListeners('error')
      // Until somebody listens, a reset would be an uncaught error.
      socket.on('error', () => socket.destroy())
      resolve(socket)
    })
  })
}

/**
 * A connection to the X server of a desktop, whose user has the account `uid`. Where it listens is that user's own word,
 * checked by `endpointOf`; on this machine, where the agent's own services are near, what listens must belong to that user.
 * Failure CONFLICT with `details.reason`.
 */
export async function dial({ host, here, socket, port, certificate }: DesktopEndpoint, uid: number): Promise<Socket> {
  if (socket !== undefined) {
    if (!here) throw refused('needs-ssh', `This desktop listens on a socket of ${host} itself: connect by SSH.`)
    await checkSocket(socket, uid)
    return open({ path: socket })
  }
  if (port === undefined) throw unreachable('it does not say where it listens')
  if (!here && certificate === undefined) {
    throw refused('needs-ssh', `This desktop listens on ${host} for that machine alone: connect by SSH.`)
  }
  if (!here) return open({ host, port })
  const listener = await listenerOf(port)
  if (listener === undefined) throw unreachable('nothing listens there')
  if (listener !== uid) throw foreign()
  return open({ host: '127.0.0.1', port })
}
