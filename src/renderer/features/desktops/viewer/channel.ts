import type { ByteChannel } from '../../../boot/byte-channel.ts'

/** What passes through a channel. */
export interface ChannelWatch {
  received(bytes: number): void
  /** A key or the pointer was told. */
  input(): void
  /** The text of the clipboard was handed over, as the server had asked. */
  provided(): void
}

/** Numbers of RFB's client messages (RFC 6143, section 7.5, and QEMU's extension). */
const messages = { key: 4, pointer: 5, cutText: 6, qemu: 255 }
/** Of the extended clipboard's flags. */
const provide = 0x10

/** The same channel, with its traffic told. noVNC sends whole messages, one at a time; a long text takes several sends. */
export function watchedChannel(channel: ByteChannel, watch: ChannelWatch): ByteChannel {
  let restOfText = 0
  let closed = false
  const look = (data: Uint8Array): void => {
    if (restOfText > 0) {
      restOfText = Math.max(0, restOfText - data.length)
      return
    }
    const [type] = data
    if (type === messages.key || type === messages.pointer || type === messages.qemu) watch.input()
    if (type !== messages.cutText || data.length < 8) return
    const length = new DataView(data.buffer, data.byteOffset).getInt32(4)
    restOfText = Math.max(0, 8 + Math.abs(length) - data.length)
    // A negative length: the extended form, with flags first.
    if (length < 0 && ((data[8] ?? 0) & provide) !== 0) watch.provided()
  }
  return {
    get binaryType() {
      return channel.binaryType
    },
    set binaryType(type) {
      channel.binaryType = type
    },
    get protocol() {
      return channel.protocol
    },
    get readyState() {
      return channel.readyState
    },
    get onopen() {
      return channel.onopen
    },
    set onopen(handler) {
      Object.assign(channel, { onopen: handler })
    },
    get onmessage() {
      return channel.onmessage
    },
    set onmessage(handler) {
      const counted = (event: MessageEvent<ArrayBuffer>): void => {
        // What was on its way when it was closed: noVNC takes it for a fault.
        if (closed) return
        watch.received(event.data.byteLength)
        handler?.(event)
      }
      Object.assign(channel, { onmessage: handler === null ? null : counted })
    },
    get onclose() {
      return channel.onclose
    },
    set onclose(handler) {
      Object.assign(channel, { onclose: handler })
    },
    get onerror() {
      return channel.onerror
    },
    set onerror(handler) {
      Object.assign(channel, { onerror: handler })
    },
    send(data) {
      look(
        data instanceof ArrayBuffer
          ? new Uint8Array(data)
          : new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      )
      channel.send(data)
    },
    close() {
      closed = true
      channel.close()
    },
  }
}
