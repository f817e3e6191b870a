import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, open, readFile, rm, type FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ingest } from '../../../../agent/src/uploads/ingest.ts'

let folder: string
let handle: FileHandle
const live = new AbortController().signal
const pieces = (body: Buffer, size: number) =>
  Readable.from(
    Array.from({ length: Math.ceil(body.length / size) }, (_, at) => body.subarray(at * size, (at + 1) * size)),
    { objectMode: false },
  )

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingest-'))
  handle = await open(join(folder, 'file'), 'w+')
})
afterEach(async () => {
  await handle.close()
  await rm(folder, { recursive: true })
})

describe('taking a body to its place', () => {
  it.each([1, 4096, 1 << 20, 5_000_003])('writes %i bytes at their offset and gives their digests', async (length) => {
    const body = randomBytes(length)
    const taken = await ingest(pieces(body, 65_537), { length, target: { handle, offset: 7 }, md5: true, signal: live })
    expect(taken.digest).toEqual(createHash('sha256').update(body).digest())
    expect(taken.md5).toBe(createHash('md5').update(body).digest('hex'))
    expect((await readFile(join(folder, 'file'))).subarray(7).equals(body)).toBe(true)
  })

  it('refuses at once a body whose connection was closed before it was its turn', async () => {
    const body = new PassThrough()
    body.write('half of it')
    body.destroy()
    await new Promise((resolve) => body.once('close', resolve))
    const taking = ingest(body, { length: 100, target: { handle, offset: 0 }, signal: live })
    await expect(taking).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  })

  it('refuses a body that is shorter or longer than its place', async () => {
    for (const length of [99, 101]) {
      const taking = ingest(pieces(randomBytes(100), 30), { length, target: { handle, offset: 0 }, signal: live })
      await expect(taking).rejects.toMatchObject({ code: 'BAD_REQUEST', details: { expected: length } })
    }
  })

  it('never writes behind the end of its place', async () => {
    const taking = ingest(pieces(randomBytes(3 << 20), 1 << 16), {
      length: 1 << 20,
      target: { handle, offset: 0 },
      signal: live,
    })
    await expect(taking).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    expect((await handle.stat()).size).toBeLessThanOrEqual(1 << 20)
  })

  it('lets the first bytes be looked at before any is written', async () => {
    const refusal = new Error('no')
    const inspect = (head: Buffer) => {
      if (head.length >= 4096) throw refusal
    }
    const taking = ingest(pieces(randomBytes(9000), 1000), {
      length: 9000,
      target: { handle, offset: 0 },
      inspect,
      signal: live,
    })
    await expect(taking).rejects.toBe(refusal)
    expect((await handle.stat()).size).toBe(0)
  })

  it('ends with the reason when it is told to stop, and with a sentence when the connection goes', async () => {
    const stop = new AbortController()
    const body = new PassThrough()
    const taking = ingest(body, { length: 100, target: { handle, offset: 0 }, signal: stop.signal })
    body.write('abc')
    stop.abort(new Error('stop'))
    await expect(taking).rejects.toThrow('stop')

    const cut = new PassThrough()
    const other = ingest(cut, { length: 100, target: { handle, offset: 0 }, signal: live })
    cut.write('abc')
    cut.destroy()
    await expect(other).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  })

  it('makes the sender wait for the disk: what is held does not grow with the body', async () => {
    let given = 0
    let written = 0
    let held = 0
    const real = handle.writev.bind(handle)
    handle.writev = async (...args) => {
      await new Promise((resolve) => setTimeout(resolve, 2))
      const result = await real(...args)
      written += result.bytesWritten
      return result
    }
    const body = Readable.from(
      (function* () {
        for (let at = 0; at < 512; at++) {
          given += 65_536
          held = Math.max(held, given - written)
          yield Buffer.alloc(65_536, at)
        }
      })(),
      { objectMode: false },
    )
    await ingest(body, { length: 512 * 65_536, target: { handle, offset: 0 }, signal: live })
    expect(written).toBe(512 * 65_536)
    expect(held).toBeLessThan(3 << 20)
  })
})
