import { Duplex } from 'node:stream'
import type { ClientChannel } from 'ssh2'

/**
 * A channel of ssh2 as a stream that keeps a stream's promises: ssh2's own never calls back a write after its end, and does not
 * close where its connection is gone. `lost` ends it with an error.
 */
export class ChannelStream extends Duplex {
  readonly #channel: ClientChannel
  #ended = false

  constructor(channel: ClientChannel) {
    super({ allowHalfOpen: true, highWaterMark: 256 * 1024 })
    this.#channel = channel
    channel.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) channel.pause()
    })
    channel.on('end', () => this.#end())
    channel.on('close', () => {
      this.#end()
      // Both directions are over; what was read is still to be taken.
      if (this.readableEnded) this.destroy()
      else this.once('end', () => this.destroy())
    })
    channel.on('error', () => undefined)
    channel.pause()
  }

  /** The connection is gone: nothing more will come, and what was written did not arrive. */
  lost(error: Error): void {
    this.destroy(error)
  }

  #end(): void {
    if (this.#ended || this.destroyed) return
    this.#ended = true
    this.push(null)
  }

  override _read(): void {
    this.#channel.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#channel.writable) this.#channel.write(chunk, done)
    else done(new Error('the channel is closed'))
  }

  override _final(done: () => void): void {
    this.#channel.end()
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#channel.close()
    // Whatever still comes is not read by anybody.
    this.#channel.resume()
    done(error)
  }
}
