import { WebSocket } from 'ws'
import { closeCodes, type BytesEnd, type BytesListener, type BytesPort } from '../rpc/bytes-port.ts'

/** What may wait in each direction, in bytes; a frame of the page comes on top. */
const most = 1024 * 1024
const unsupportedData = 1003

/**
 * A viewer's bytes over its page's WebSocket: binary frames alone. A page that does not read stops the stream, a stream
 * that takes nothing stops the page. `probeMs`: how often a page that was stopped is asked whether it is still there,
 * as its end cannot be read meanwhile.
 */
export function bytesOverWebSocket(socket: WebSocket, listener: BytesListener, probeMs = 10_000): BytesPort {
  let unread = 0
  let accepted = false
  let blocked = false
  let over = false

  const isOpen = (): boolean => socket.readyState === WebSocket.OPEN
  const flow = (): void => {
    if (over || (accepted && unread < most)) socket.resume()
    else socket.pause()
  }
  const close = (code: number): void => {
    over = true
    // Its answer has to be read.
    flow()
    socket.close(code)
  }
  const finish = (how: BytesEnd | 'gone'): void => {
    if (over) return
    over = true
    listener.ended(how)
  }
  const probe = setInterval(() => {
    if (socket.isPaused && isOpen()) socket.ping()
  }, probeMs)

  flow()
  socket.on('message', (data: Buffer<ArrayBuffer>, binary) => {
    if (over || !isOpen()) return
    if (!binary) {
      finish('failed')
      return close(unsupportedData)
    }
    if (data.length === 0) return
    unread += data.length
    flow()
    listener.data(data)
  })
  socket.on('close', () => {
    clearInterval(probe)
    finish('gone')
  })

  return {
    get waiting() {
      return socket.bufferedAmount
    },
    accept() {
      accepted = true
      flow()
      listener.opened?.()
    },
    send(bytes) {
      if (over || !isOpen()) return true
      socket.send(bytes, { binary: true }, () => {
        if (!blocked || socket.bufferedAmount > most / 2) return
        blocked = false
        if (!over) listener.drained?.()
      })
      blocked ||= socket.bufferedAmount > most
      return !blocked
    },
    consumed(bytes) {
      unread -= bytes
      flow()
    },
    end(how) {
      if (!over) close(closeCodes[how])
    },
    close() {
      if (!over) close(closeCodes.ended)
    },
  }
}
