import { once } from 'node:events'
import { duplexPair, Readable, Duplex } from 'node:stream'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EndedEarly } from '../../../../src/core/desktops/bytes.ts'
import { NotRfb } from '../../../../src/core/desktops/rfb.ts'
import { Refused, secure } from '../../../../src/core/desktops/vencrypt.ts'
import { makeCertificates, type Certificates, type ServerKey } from '../../../helpers/certificates.ts'
import { bytes, fingerprint, prelude, serveSecured, wire } from './secured-server.ts'

let certificates: Certificates
let own: ServerKey
beforeAll(async () => {
  certificates = await makeCertificates()
  own = await certificates.selfSigned('node')
})
afterAll(() => certificates.close())

const soon = () => AbortSignal.timeout(5000)
const greeting = 'RFB 003.008\n'

/** What `secure` makes of a server that says this, and then ends. */
async function whatBecomesOf(said: Buffer, end = true): Promise<unknown> {
  const { client, server } = wire()
  server.write(said)
  if (end) server.end()
  server.resume()
  const error: unknown = await secure(client, '', soon()).catch((reason: unknown) => reason)
  expect(client.destroyed).toBe(true)
  return error
}

describe('VeNCrypt', () => {
  it('reaches the server whose certificate it is, however its bytes are cut', async () => {
    const run = fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 6 }), async (sizes) => {
      const { client, server } = wire(sizes)
      const [far, near] = await Promise.all([serveSecured(server, own), secure(client, fingerprint(own), soon())])
      far.write('challenge')
      expect(String((await once(near, 'data'))[0])).toBe('challenge')
      near.write('response')
      expect(String((await once(far, 'data'))[0])).toBe('response')
      near.destroy()
      if (!client.destroyed) await once(client, 'close')
    })
    await fc.assert(run, { numRuns: 40 })
  })

  it('sends nothing to one with another certificate', async () => {
    const other = await certificates.selfSigned('node')
    const { client, server } = wire()
    const heard: Buffer[] = []
    const serving = serveSecured(server, other).then((far) => far.on('data', (chunk: Buffer) => heard.push(chunk)))
    await expect(secure(client, fingerprint(own), soon())).rejects.toThrow(NotRfb)
    const far = await serving
    if (!far.destroyed) await once(far, 'close')
    expect(heard).toEqual([])
    expect(client.destroyed).toBe(true)
  })

  it.each([
    ['no RFB', bytes('SSH-2.0-OpenSSH_9.9\r\n'), NotRfb],
    ['an old RFB', bytes('RFB 003.003\n', [0, 0, 0, 2]), NotRfb],
    ['no encryption', bytes(greeting, [1, 2]), NotRfb],
    ['an old VeNCrypt', bytes(greeting, [1, 19], [0, 1]), NotRfb],
    ['VeNCrypt that it takes back', bytes(greeting, [1, 19], [0, 2], [1]), NotRfb],
    ['no kind of VeNCrypt', bytes(greeting, [1, 19], [0, 2], [0], [0]), NotRfb],
    ['another kind of VeNCrypt', bytes(greeting, [1, 19], [0, 2], [0], [1], [0, 0, 1, 2]), NotRfb],
    ['a kind that it takes back', bytes(prelude.subarray(0, -1).toString('latin1'), [0]), Refused],
    ['no TLS after all', bytes(prelude.toString('latin1'), 'x'.repeat(50)), NotRfb],
    ['its end in the middle', prelude.subarray(0, 15), EndedEarly],
    ['its end in a kind', prelude.subarray(0, -3), EndedEarly],
    ['its end before TLS', prelude, EndedEarly],
  ] as const)('refuses %s', async (_name, said, kind) => {
    expect(await whatBecomesOf(said)).toBeInstanceOf(kind)
  })

  it('gives what a server says when it refuses, in one line, and no more than that holds', async () => {
    const said = bytes(greeting, [0], [0, 0, 0, 29], 'Too many security\r\n\u001b failures')
    const refused = await whatBecomesOf(said)
    expect(refused).toBeInstanceOf(Refused)
    expect((refused as Error).message).toBe('Too many security failures')
    const endless = await whatBecomesOf(bytes(greeting, [0], [255, 255, 255, 255], 'x'.repeat(50_000)), false)
    expect((endless as Error).message).toHaveLength(1000)
  })

  it('ends for whatever is said, and always', async () => {
    const run = fc.asyncProperty(fc.integer({ min: 0, max: prelude.length }), fc.uint8Array(), async (good, more) => {
      const said = Buffer.concat([prelude.subarray(0, good), more])
      expect(await whatBecomesOf(said)).toBeInstanceOf(Error)
    })
    await fc.assert(run, { numRuns: 300 })
  })

  it('reads no more of a greeting without end than a greeting', async () => {
    let given = 0
    const endless = Readable.from(
      (function* () {
        for (;;) {
          given += 1024
          yield Buffer.alloc(1024, 'R')
        }
      })(),
      { objectMode: false, highWaterMark: 1024 },
    )
    const client = Duplex.from({ readable: endless, writable: duplexPair()[0] })
    client.on('error', () => undefined)
    await expect(secure(client, '', soon())).rejects.toThrow(NotRfb)
    expect(given).toBeLessThan(1_000_000)
  })

  it('waits for a silent one no longer than it may', async () => {
    for (const length of [0, 5, 13, 14, 17, prelude.length]) {
      const { client, server } = wire()
      server.resume()
      server.write(prelude.subarray(0, length))
      await expect(secure(client, '', AbortSignal.timeout(30))).rejects.toMatchObject({ name: 'TimeoutError' })
      expect(client.destroyed).toBe(true)
    }
  })
})
