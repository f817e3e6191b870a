import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, open, rm, writeFile, type FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { threadsFor, WorkerPool } from '../../../../src/core/uploads/workers/pool.ts'

const MIB = 2 ** 20
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

let folder: string
let content: Buffer
let file: FileHandle
let pool: WorkerPool

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-workers-'))
  content = randomBytes(3 * MIB + 17)
  await writeFile(join(folder, 'mesh.dat'), content)
  file = await open(join(folder, 'mesh.dat'))
  pool = new WorkerPool({ size: 2, idleMs: 100 })
})
afterEach(async () => {
  await pool.close()
  await file.close()
  await rm(folder, { recursive: true, force: true })
})

describe('the threads of uploads', () => {
  it('are as many as cores can be spared, and at least one', () => {
    expect([1, 2, 4, 5, 64].map(threadsFor)).toEqual([1, 1, 3, 4, 4])
  })

  it('read ranges of an open file and hash them, in memory that is handed over and comes back', async () => {
    const read = (offset: number, length: number) =>
      pool.run('read', { file: file.fd, offset, length, into: new Uint8Array(2 * MIB) })
    const ranges = [
      [0, 2 * MIB],
      [2 * MIB, MIB + 17],
      [5, 700_001],
      [MIB, 1],
    ] as const
    const work = ranges.map(([offset, length]) => read(offset, length))
    expect(pool.running).toBe(2)
    const done = await Promise.all(work)
    for (const [at, { bytes, digest }] of done.entries()) {
      const [offset, length] = ranges[at] ?? [0, 0]
      const wanted = content.subarray(offset, offset + length)
      expect(Buffer.compare(bytes, wanted)).toBe(0)
      expect(hex(digest)).toBe(sha256(wanted))
      expect(bytes.buffer.byteLength).toBe(2 * MIB)
    }
  })

  it('give fewer bytes where the file has ended, and say why they cannot read', async () => {
    const short = await pool.run('read', { file: file.fd, offset: 3 * MIB, length: MIB, into: new Uint8Array(MIB) })
    expect(short.bytes.length).toBe(17)
    const wrong = pool.run('read', { file: 9999, offset: 0, length: 1, into: new Uint8Array(1) })
    await expect(wrong).rejects.toMatchObject({ code: 'EBADF' })
  })

  it('hash and compress what is handed to them, and give it back', async () => {
    const text = Buffer.from(Array.from({ length: 40_000 }, (_, at) => `${at}, ${Math.sin(at).toFixed(6)}\n`).join(''))
    const handed = Uint8Array.from(text)
    const hashed = await pool.run('digest', { bytes: handed })
    // Not copied: it is not here any more.
    expect(handed.byteLength).toBe(0)
    expect(hex(hashed.digest)).toBe(sha256(text))
    const { bytes, packed, ms } = await pool.run('compress', { bytes: hashed.bytes, level: 3 })
    expect(Buffer.compare(bytes, text)).toBe(0)
    expect(packed.length).toBeLessThan(text.length / 2)
    expect(packed.buffer.byteLength).toBe(packed.length)
    expect(Buffer.compare(zstdDecompressSync(packed), text)).toBe(0)
    expect(ms).toBeGreaterThan(0)
  })

  it('end when there is nothing to do, and start again', async () => {
    await pool.run('digest', { bytes: new Uint8Array(8) })
    expect(pool.running).toBe(1)
    await expect.poll(() => pool.running).toBe(0)
    await pool.run('digest', { bytes: new Uint8Array(8) })
    expect(pool.running).toBe(1)
  })

  it('are started ahead where there will be work', async () => {
    pool.warm()
    pool.warm()
    expect(pool.running).toBe(1)
    await pool.run('digest', { bytes: new Uint8Array(8) })
    await expect.poll(() => pool.running).toBe(0)
  })

  it('leave no work unanswered when they are closed', async () => {
    const work = Array.from({ length: 20 }, () => pool.run('digest', { bytes: new Uint8Array(MIB) }))
    const outcomes = Promise.allSettled(work)
    await pool.close()
    expect((await outcomes).at(-1)?.status).toBe('rejected')
    expect(pool.running).toBe(0)
    await expect(pool.run('digest', { bytes: new Uint8Array(8) })).rejects.toThrow('ended')
  })
})
