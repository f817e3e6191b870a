import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import { connect, type Socket } from 'node:net'
import { BRIDGE_ERROR_HEADER } from '../../../contract/agent/start.ts'
import { targetOf } from './target.ts'

const CONNECT_TIMEOUT_MS = 10_000

/** Serves one CONNECT (RFC 9113, section 8.5): connects, answers, and carries bytes both ways until both are done. */
export function serveTunnel(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  // A stream that fails takes its socket along by `close`, below.
  stream.on('error', () => undefined)
  const target = targetOf(headers)
  if (target === undefined) return refuse(stream, 400)
  const socket = connect({ ...target, allowHalfOpen: true, noDelay: true })
  const timer = setTimeout(() => {
    refuse(stream, 502, 'ETIMEDOUT')
    socket.destroy()
  }, CONNECT_TIMEOUT_MS)
  const onRefused = (error: NodeJS.ErrnoException): void => {
    clearTimeout(timer)
    refuse(stream, 502, error.code ?? 'EIO')
  }
  socket.on('error', onRefused)
  socket.once('connect', () => {
    clearTimeout(timer)
    socket.off('error', onRefused)
    join(stream, socket)
  })
  stream.once('close', () => {
    clearTimeout(timer)
    // Whole tunnels have ended both ways by now; any other was cut, and its target must not take that for an end.
    if (!socket.readableEnded || !socket.writableEnded) reset(socket)
  })
}

function join(stream: ServerHttp2Stream, socket: Socket): void {
  socket.on('error', (error) => {
    // A target that has said everything and then takes no more: its words still reach the client.
    if (socket.readableEnded) stream.unpipe(socket).resume()
    // `close` would send END_STREAM before its reset, and the client would take what it got for the whole.
    else stream.destroy(error)
  })
  if (stream.destroyed || stream.closed) return reset(socket)
  stream.respond({ ':status': 200 })
  socket.pipe(stream)
  stream.pipe(socket, { end: false })
  stream.once('end', () => {
    // Node ends the bytes of a stream that was reset, too.
    if (!stream.aborted && stream.rstCode === constants.NGHTTP2_NO_ERROR) socket.end()
  })
}

function reset(socket: Socket): void {
  // Only TCP knows a reset, and none after an end (libuv refuses it).
  if (socket.remoteAddress === undefined || socket.writableEnded) socket.destroy()
  else socket.resetAndDestroy()
}

function refuse(stream: ServerHttp2Stream, status: number, code?: string): void {
  if (stream.destroyed || stream.closed || stream.headersSent) return
  const reason = code === undefined ? {} : { [BRIDGE_ERROR_HEADER]: code }
  stream.respond({ ':status': status, ...reason }, { endStream: true })
}
