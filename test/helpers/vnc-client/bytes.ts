import type { Duplex } from 'node:stream'

/** Reads a stream by counts of bytes. */
export interface Bytes {
  /** Exactly so many. Fails where the stream ends before. */
  read(count: number): Promise<Buffer>
  u8(): Promise<number>
  u16(): Promise<number>
  u32(): Promise<number>
  /** A text with its length in four bytes before it. */
  text(): Promise<string>
  /** The stream is somebody else's from here on; nothing that was read ahead is lost. */
  release(): void
}

export function bytesOf(stream: Duplex): Bytes {
  let over: Error | undefined
  let wake: (() => void) | undefined
  const awake = (): void => wake?.()
  const end = (error?: Error): void => {
    over ??= error ?? new Error('The server has closed the connection.')
    awake()
  }
  const ended = (): void => end()
  stream.on('readable', awake).on('end', ended).on('close', ended).on('error', end)

  async function read(count: number): Promise<Buffer> {
    if (count === 0) return Buffer.alloc(0)
    for (;;) {
      const chunk = stream.read(count) as Buffer | null
      // At its end a stream gives what is left, however little.
      if (chunk?.length === count) return chunk
      if (over !== undefined) throw over
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  return {
    read,
    u8: async () => (await read(1)).readUInt8(),
    u16: async () => (await read(2)).readUInt16BE(),
    u32: async () => (await read(4)).readUInt32BE(),
    text: async () => (await read((await read(4)).readUInt32BE())).toString(),
    release() {
      stream.off('readable', awake).off('end', ended).off('close', ended).off('error', end)
    },
  }
}
