import { bytesOverPort, closeCodes, type BytesEnd, type BytesPort } from '../../rpc/bytes-port.ts'
import type { Port } from '../../rpc/port.ts'
import type { ByteChannel } from './byte-channel.ts'

/** Bytes that may wait for the other side; whoever sends more is cut off, as by a WebSocket whose buffer is full. */
const mostWaiting = 16 * 1024 * 1024
/** A WebSocket's code for a connection that broke. */
const abnormal = 1006

/**
 * A byte stream over a port that may come later, in the shape of a binary WebSocket. It opens when the other side takes
 * bytes, and takes none before somebody listens. Closes with the codes of rpc/bytes-port.ts, 1006 where the port broke.
 */
export function channelOverPort(coming: Promise<Port>): ByteChannel {
  let state: 'connecting' | 'open' | 'closing' | 'closed' = 'connecting'
  let bytes: BytesPort | undefined
  let onmessage: ByteChannel['onmessage'] = null

  function closed(code: number): void {
    if (state === 'closed') return
    state = 'closed'
    if (code === abnormal) channel.onerror?.(new Event('error'))
    channel.onclose?.(new CloseEvent('close', { code, wasClean: code !== abnormal }))
  }
  const ended = (how: BytesEnd | 'gone'): void => closed(how === 'gone' ? abnormal : closeCodes[how])

  const channel: ByteChannel = {
    binaryType: 'arraybuffer',
    protocol: '',
    get readyState() {
      return state
    },
    onopen: null,
    get onmessage() {
      return onmessage
    },
    set onmessage(listener) {
      onmessage = listener
      if (listener !== null) bytes?.accept()
    },
    onclose: null,
    onerror: null,
    send(data) {
      if (bytes === undefined || state === 'connecting') throw new DOMException('not open yet', 'InvalidStateError')
      if (state !== 'open') return
      bytes.send(
        ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data),
      )
      if (bytes.waiting <= mostWaiting) return
      bytes.close()
      closed(abnormal)
    },
    close() {
      if (state === 'closing' || state === 'closed') return
      state = 'closing'
      bytes?.close()
      // Nobody expects to be told while still calling.
      queueMicrotask(() => closed(closeCodes.ended))
    },
  }

  function begin(port: Port): void {
    const joined = bytesOverPort(port, {
      opened() {
        if (state !== 'connecting') return
        state = 'open'
        channel.onopen?.(new Event('open'))
      },
      data(piece) {
        if (state === 'open') onmessage?.(new MessageEvent('message', { data: alone(piece) }))
        joined.consumed(piece.length)
      },
      ended,
    })
    if (state !== 'connecting') return joined.close()
    bytes = joined
    if (onmessage !== null) joined.accept()
  }
  coming.then(begin, () => closed(abnormal))
  return channel
}

/** The memory of a view that is all of it, as it comes through a port. */
const alone = (view: Uint8Array<ArrayBuffer>): ArrayBuffer =>
  view.length === view.buffer.byteLength ? view.buffer : view.slice().buffer
