import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { AppErrorValue } from '../../../contract/errors.ts'
import type { Forward } from '../../../contract/forwards.ts'
import { appError, errorValueOf } from '../kit/app-error.ts'
import type { Logger } from '../platform.ts'
import type { SshAccess } from '../ssh/index.ts'
import { createThrottle } from './throttle.ts'

export interface OpenForward {
  shown(): Forward
  close(): Promise<void>
}

export interface ForwardParts {
  id: string
  site: string
  host: string
  port: number
  localPort: number | undefined
  access: (site: string) => SshAccess
  changed: () => void
  log: Logger
  /** Milliseconds that a connection waits for the SSH session. */
  waitMs: number
}

const tellEveryMs = 500
/** Connections at once; each holds buffers and a channel. Further ones are closed at once. */
const mostConnections = 256

/** Listens on 127.0.0.1 and nowhere else. PORT_TAKEN where it cannot. */
export async function openForward(parts: ForwardParts): Promise<OpenForward> {
  const { id, site, host, port, access, log, waitMs } = parts
  const sockets = new Set<Socket>()
  /** A stream may still take the rest when its socket is closed. */
  const streams = new Set<Duplex>()
  const closing = new AbortController()
  /** Of connections that are over. */
  let bytes = 0
  let error: AppErrorValue | undefined
  let told = -1

  const carried = (): number => {
    let sum = bytes
    for (const socket of sockets) sum += socket.bytesRead + socket.bytesWritten
    return sum
  }
  let isStale = false
  const throttle = createThrottle(
    tellEveryMs,
    () => sockets.size > 0,
    () => {
      if (!isStale && carried() === told) return
      isStale = false
      told = carried()
      parts.changed()
    },
  )
  const changed = (): void => {
    isStale = true
    throttle.changed()
  }

  async function serve(socket: Socket): Promise<void> {
    const gone = new AbortController()
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => {
      sockets.delete(socket)
      bytes += socket.bytesRead + socket.bytesWritten
      gone.abort()
      changed()
    })
    changed()
    const late = AbortSignal.timeout(waitMs)
    try {
      const stream = await access(site).stream({ host, port }, AbortSignal.any([late, gone.signal, closing.signal]))
      stream.on('error', () => undefined)
      if (socket.destroyed) return void stream.destroy()
      streams.add(stream)
      stream.once('close', () => streams.delete(stream))
      if (error !== undefined) {
        error = undefined
        changed()
      }
      carry(socket, stream)
    } catch (reason) {
      // Nobody waits any more: that says nothing about the way.
      if (gone.signal.aborted || closing.signal.aborted) return
      error = late.aborted ? timedOut(host, waitMs) : errorValueOf(reason, log, 'a forward')
      // A reset, so that the program does not take it for an answer that is empty.
      socket.resetAndDestroy()
      changed()
    }
  }

  // Without it, the end of what the local program sends would end the answer, too.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => void serve(socket))
  server.maxConnections = mostConnections
  const localPort = await listen(server, parts.localPort)
  server.on('error', (reason) => log.warn('a forward does not accept', { forward: id, reason: reason.message }))

  return {
    shown: () => ({
      id,
      site,
      localPort,
      host,
      port,
      connections: sockets.size,
      bytes: carried(),
      ...(error === undefined ? {} : { error }),
    }),
    async close() {
      throttle.end()
      closing.abort()
      const closed = new Promise((resolve) => server.close(resolve))
      for (const open of [...sockets, ...streams]) open.destroy()
      await closed
    },
  }
}

/**
 * Both ways with back-pressure; each way ends by itself. By `pipe` rather than two `pipeline`s, which put more listeners on a
 * stream than Node takes for right.
 */
function carry(socket: Socket, stream: Duplex): void {
  socket.once('close', () => {
    // In good order the stream still takes what is left; nobody is there any more for what it gives.
    if (!socket.readableEnded || !socket.writableFinished) stream.destroy()
  })
  stream.once('close', () => {
    // Broken off in the middle: the program must not take what it has for the whole.
    if (!stream.readableEnded) socket.resetAndDestroy()
    else socket.destroySoon()
  })
  socket.pipe(stream).pipe(socket)
}

function listen(server: Server, wanted: number | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (reason: NodeJS.ErrnoException) => {
      // Windows answers EACCES for ranges that it keeps to itself.
      const taken = wanted !== undefined && (reason.code === 'EADDRINUSE' || reason.code === 'EACCES')
      reject(taken ? appError('PORT_TAKEN', { port: wanted }, `Port ${wanted} is taken: ${reason.message}`) : reason)
    })
    server.listen({ host: '127.0.0.1', port: wanted ?? 0, exclusive: true }, () => {
      server.removeAllListeners('error')
      resolve((server.address() as AddressInfo).port)
    })
  })
}

const timedOut = (host: string, ms: number): AppErrorValue =>
  appError(
    'SSH_FAILED',
    { host, reason: 'timed-out', detail: `no SSH session within ${ms / 1000} s` },
    `No SSH session within ${ms / 1000} s.`,
  ).value
