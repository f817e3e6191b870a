import { describe, expect, it } from 'vitest'
import type { ByteChannel } from '../../../../../../src/renderer/boot/byte-channel.ts'
import { watchedChannel } from '../../../../../../src/renderer/features/desktops/viewer/channel.ts'

function watched() {
  const sent: Uint8Array[] = []
  const seen = { received: 0, inputs: 0, provided: 0, closed: false }
  const channel: ByteChannel = {
    binaryType: 'blob',
    protocol: 'binary',
    readyState: 1,
    onopen: null,
    onmessage: null,
    onclose: null,
    onerror: null,
    send: (data) => void sent.push(new Uint8Array(data as ArrayBuffer)),
    close: () => (seen.closed = true),
  }
  const made = watchedChannel(channel, {
    received: (bytes) => (seen.received += bytes),
    input: () => (seen.inputs += 1),
    provided: () => (seen.provided += 1),
  })
  return { channel, made, sent, seen }
}

/** ClientCutText with a length in bytes (negative: extended) and what follows. */
const cutText = (length: number, rest: number[]) => {
  const data = new Uint8Array(8 + rest.length)
  data[0] = 6
  new DataView(data.buffer).setInt32(4, length)
  data.set(rest, 8)
  return data
}

describe('watchedChannel', () => {
  it('has all that noVNC asks of a channel, as its own', () => {
    const { made } = watched()
    for (const name of ['send', 'close', 'binaryType', 'onerror', 'onmessage', 'onopen', 'protocol', 'readyState'])
      expect(Object.keys(made)).toContain(name)
  })

  it('passes everything on', () => {
    const { channel, made, sent, seen } = watched()
    made.binaryType = 'arraybuffer'
    expect(channel.binaryType).toBe('arraybuffer')
    expect([made.protocol, made.readyState]).toEqual(['binary', 1])
    const got: MessageEvent[] = []
    Object.assign(made, { onmessage: (event: MessageEvent) => got.push(event) })
    channel.onmessage?.(new MessageEvent('message', { data: new ArrayBuffer(7) }))
    expect([got.length, seen.received]).toEqual([1, 7])
    made.send(new Uint8Array([3, 1]))
    expect(sent).toEqual([new Uint8Array([3, 1])])
    made.close()
    expect(seen.closed).toBe(true)
    Object.assign(made, { onmessage: null })
    expect(channel.onmessage).toBeNull()
  })

  it('tells keys and the pointer from all else', () => {
    const { made, seen } = watched()
    for (const type of [4, 5, 255, 2, 3, 248]) made.send(new Uint8Array([type, 0, 0, 0]))
    expect(seen.inputs).toBe(3)
  })

  it('tells when a text was handed over, and takes none of it for keys', () => {
    const { made, seen } = watched()
    // An offer, and a text that takes two sends, the second beginning as a key would.
    made.send(cutText(-4, [0x08, 0, 0, 1]))
    expect(seen.provided).toBe(0)
    made.send(cutText(-10, [0x10, 0, 0, 1]))
    made.send(new Uint8Array([4, 4, 4, 4, 4, 4]))
    expect([seen.provided, seen.inputs]).toEqual([1, 0])
    made.send(new Uint8Array([4, 1, 0, 0, 0, 0, 0, 97]))
    expect(seen.inputs).toBe(1)
  })
})
