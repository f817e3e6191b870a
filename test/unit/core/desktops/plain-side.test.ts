import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { duplexPair, type Duplex } from 'node:stream'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readBytes } from '../../../../src/core/desktops/bytes.ts'
import { plainSide } from '../../../../src/core/desktops/plain-side.ts'
import { until } from '../../../helpers/core.ts'
import { bytes, wire } from './secured-server.ts'

const soon = () => AbortSignal.timeout(5000)
const version = 'RFB 003.008\n'

function sides(sizes?: readonly number[]): { viewer: Duplex; server: Duplex; secured: Duplex } {
  const { client: secured, server } = wire(sizes)
  return { viewer: plainSide(secured), server, secured }
}
/** As a viewer begins. */
async function enter(viewer: Duplex): Promise<void> {
  expect(String(await readBytes(viewer, 12, soon()))).toBe(version)
  viewer.write(version)
  expect([...(await readBytes(viewer, 2, soon()))]).toEqual([1, 2])
  viewer.write(Buffer.from([2]))
}

describe('the viewer’s side of a secured server', () => {
  it('is the server’s own after the security type, both ways, however it is cut', async () => {
    const run = fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 5000 }), { maxLength: 5 }), async (sizes) => {
      const { viewer, server } = sides(sizes)
      // The server need not wait for the viewer.
      const [down, up] = [randomBytes(100_000), randomBytes(100_000)]
      server.write(down)
      await enter(viewer)
      viewer.write(up)
      expect(down.equals(await readBytes(viewer, down.length, soon()))).toBe(true)
      expect(up.equals(await readBytes(server, up.length, soon()))).toBe(true)
      viewer.destroy()
      await until('the server’s end', () => server.destroyed)
    })
    await fc.assert(run, { numRuns: 20 })
  })

  it('takes no more of a server than its viewer reads', async () => {
    const [secured, server] = duplexPair()
    const viewer = plainSide(secured)
    await enter(viewer)
    let taken = 0
    let movedAt = performance.now()
    const total = 8 * 2 ** 20
    const piece = Buffer.alloc(64 * 1024, 'x')
    const write = (left: number): void => {
      if (left === 0) return
      server.write(piece, () => {
        taken += piece.length
        movedAt = performance.now()
        write(left - piece.length)
      })
    }
    write(total)
    await until('a standstill', () => performance.now() - movedAt > 200)
    expect(taken).toBeLessThan(2 ** 20)
    let read = 0
    viewer.on('data', (chunk: Buffer) => (read += chunk.length))
    await until('the rest', () => read === total)
  })

  it.each([
    ['another version', bytes('RFB 003.003\n')],
    ['no RFB', bytes('GET / HTTP/1.1\r\n')],
    ['no security type of ours', bytes(version, [1])],
  ])('ends with %s', async (_name, said) => {
    const { viewer, server, secured } = sides()
    viewer.resume()
    viewer.write(said)
    await until('the end', () => viewer.destroyed && secured.destroyed && server.destroyed)
  })

  it('ends with its viewer and with its server, at any time', async () => {
    for (const late of [false, true]) {
      const one = sides()
      if (late) await enter(one.viewer)
      one.viewer.destroy()
      await until('the server’s end', () => one.secured.destroyed)
      const other = sides()
      if (late) await enter(other.viewer)
      other.server.destroy()
      other.secured.destroy()
      other.viewer.resume()
      await until('the viewer’s end', () => other.viewer.destroyed)
    }
  })

  it('gives what a server said last', async () => {
    const { viewer, server } = sides()
    await enter(viewer)
    server.end('the last words')
    let heard = ''
    viewer.on('data', (chunk: Buffer) => (heard += chunk.toString()))
    await once(viewer, 'close')
    expect(heard).toBe('the last words')
  })
})
