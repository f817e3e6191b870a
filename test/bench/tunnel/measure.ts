import { once } from 'node:events'
import type { Duplex } from 'node:stream'

const PIECE = Buffer.alloc(256 * 1024, 7)

/** Opens a stream to the sink, by whatever way is measured. */
export type Open = () => Promise<Duplex>

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** MB/s (10⁶ bytes) to the sink, until it has counted them all. */
export async function measureUp(open: Open, bytes: number): Promise<number> {
  const stream = await open()
  stream.write('u')
  const started = performance.now()
  const answer = wholeText(stream)
  for (let left = bytes; left > 0; left -= PIECE.length) {
    if (!stream.write(PIECE.subarray(0, Math.min(left, PIECE.length)))) await once(stream, 'drain')
  }
  stream.end()
  const counted = Number(await answer)
  if (counted !== bytes) throw new Error(`${counted} of ${bytes} bytes arrived`)
  return rate(bytes, started)
}

/** MB/s from the sink. */
export async function measureDown(open: Open, bytes: number): Promise<number> {
  const stream = await open()
  const started = performance.now()
  let received = 0
  stream.on('data', (piece: Buffer) => (received += piece.length))
  const ended = once(stream, 'end')
  stream.write(`d${bytes}`)
  await ended
  stream.end()
  if (received !== bytes) throw new Error(`${received} of ${bytes} bytes came`)
  return rate(bytes, started)
}

/** Milliseconds for 64 bytes there and back, the median. */
export async function measureRoundTrip(open: Open, times: number): Promise<number> {
  const stream = await open()
  const message = Buffer.alloc(64, 1)
  stream.write('e')
  const taken: number[] = []
  for (let turn = 0; turn < times; turn++) {
    const started = performance.now()
    let back = 0
    const whole = new Promise<void>((resolve) => {
      const onData = (piece: Buffer): void => {
        back += piece.length
        if (back < message.length) return
        stream.off('data', onData)
        resolve()
      }
      stream.on('data', onData)
    })
    stream.write(message)
    await whole
    // The first ones warm up.
    if (turn >= times / 5) taken.push(performance.now() - started)
  }
  stream.end()
  return median(taken)
}

const rate = (bytes: number, started: number): number => bytes / 1e6 / ((performance.now() - started) / 1000)

async function wholeText(stream: Duplex): Promise<string> {
  let text = ''
  stream.on('data', (piece: Buffer) => (text += String(piece)))
  await once(stream, 'end')
  return text
}
