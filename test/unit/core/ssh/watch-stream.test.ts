import { createServer, connect, type AddressInfo, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { watchStream } from '../../../../src/core/ssh/watch-stream.ts'
import { until } from '../../../helpers/core.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0).toReversed()) close()
})
async function pair(): Promise<[ours: Socket, theirs: Socket]> {
  let accepted: Socket | undefined
  const server = createServer((socket) => (accepted = socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const ours = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const theirs = await until('the connection', () => accepted)
  for (const socket of [ours, theirs]) socket.on('error', () => undefined)
  closing.push(() => {
    ours.destroy()
    theirs.destroy()
    server.close()
  })
  return [ours, theirs]
}
const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

describe('a link', () => {
  it('is dead when nothing comes and nothing is taken', async () => {
    const [ours] = await pair()
    let dead = 0
    watchStream(ours, { deadAfterMs: 200 }, () => (dead += 1))
    await later(100)
    expect(dead).toBe(0)
    await until('its death', () => dead > 0)
    await later(300)
    expect(dead).toBe(1)
  })

  it('lives on a byte now and then', async () => {
    const [ours, theirs] = await pair()
    let dead = false
    watchStream(ours, { deadAfterMs: 300 }, () => (dead = true))
    for (let beat = 0; beat < 8; beat += 1) {
      theirs.write('.')
      await later(100)
    }
    expect(dead).toBe(false)
  })

  it('lives while the other side takes what waits, although no answer comes', async () => {
    let take: (() => void) | undefined
    const stream = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => void (take = done) })
    closing.push(() => stream.destroy())
    let dead = false
    watchStream(stream, { deadAfterMs: 400 }, () => (dead = true))
    for (let piece = 0; piece < 20; piece += 1) stream.write('piece')
    for (let step = 0; step < 10; step += 1) {
      await later(100)
      take?.()
    }
    expect(stream.writableLength).toBeGreaterThan(0)
    expect(dead).toBe(false)
    // It takes nothing any more.
    await until('its death', () => dead)
  })

  it('is watched no longer once it is closed', async () => {
    const [ours] = await pair()
    let dead = false
    watchStream(ours, { deadAfterMs: 200 }, () => (dead = true))
    ours.destroy()
    await later(400)
    expect(dead).toBe(false)
  })
})
