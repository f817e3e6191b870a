import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { decodeSet } from '../../../../agent/src/uploads/set-body.ts'
import type { AgentUpload, UploadSet, UploadSetAnswer } from '../../../../contract/agent/uploads.ts'
import { Turns } from '../../../../src/core/kit/turns.ts'
import type { Platform } from '../../../../src/core/platform.ts'
import { newRecord, openingOf } from '../../../../src/core/uploads/record.ts'
import { outcomeOf } from '../../../../src/core/uploads/set-answer.ts'
import { packedSet, setBody } from '../../../../src/core/uploads/set-body.ts'
import { readSmallFiles } from '../../../../src/core/uploads/set-files.ts'
import { SetSize } from '../../../../src/core/uploads/set-size.ts'
import { readSmall } from '../../../../src/core/uploads/workers/read-small.ts'
import { WorkerPool } from '../../../../src/core/uploads/workers/pool.ts'
import { treeDigest } from '../../../helpers/upload-client.ts'

const record = (name: string, size = 3) =>
  newRecord(
    { site: 's', label: 'l', user: 'jin' },
    { name, folder: '메시', size, modified: 0, source: { kind: 'path', path: `/${name}` } },
    1,
  )
const setOf = (contents: readonly Buffer[]): UploadSet['files'] =>
  contents.map((bytes, at) => ({
    ...openingOf(record(`${at}.dat`, bytes.length)),
    digest: treeDigest(bytes, 1_048_576),
  }))

describe('the body of a set', () => {
  const contents = [Buffer.from('abc'), Buffer.alloc(0), randomBytes(5000)]
  const files = setOf(contents)

  it('is what the agent reads', () => {
    const read = decodeSet(Buffer.from(setBody(files, contents)))
    expect(read.map(({ name, folder, digest }) => ({ name, folder, digest }))).toEqual(
      files.map(({ name, folder, digest }) => ({ name, folder, digest })),
    )
    expect(read.map(({ bytes }) => Buffer.from(bytes))).toEqual(contents)
  })

  it('is compressed only where that helps, and says so', async () => {
    const pool = new WorkerPool({ size: 1 })
    const compressing = { compress: (bytes: Uint8Array<ArrayBuffer>) => pool.run('compress', { bytes, level: 3 }) }
    const random = await packedSet(setOf([randomBytes(9000)]), [randomBytes(9000)], compressing)
    expect(random.headers).not.toHaveProperty('content-encoding')
    expect(random.body).toHaveLength(random.plain)
    const text = [Buffer.from('1.0 2.0 3.0\n'.repeat(2000))]
    const packed = await packedSet(setOf(text), text, compressing)
    expect(packed.headers).toMatchObject({ 'content-encoding': 'zstd', 'content-type': 'application/vnd.headway.set' })
    expect(packed.body.length).toBeLessThan(packed.plain / 10)
    expect(decodeSet(zstdDecompressSync(packed.body))[0]?.bytes).toEqual(text[0])
    await pool.close()
  })
})

describe('small files', () => {
  let folder: string
  const path = (name: string) => join(folder, name)
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'headway-small-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('are read and hashed together; what cannot be read keeps no other back', async () => {
    await writeFile(path('a'), 'abc')
    await writeFile(path('empty'), '')
    await writeFile(path('large'), Buffer.alloc(101))
    await writeFile(path('b'), 'defg')
    const paths = ['a', 'gone', 'empty', 'large', '.', 'b'].map(path)
    const { files, contents } = readSmall({ paths, most: 100 })
    expect(files).toMatchObject([
      { size: 3, offset: 0, digest: treeDigest(Buffer.from('abc'), 100) },
      { code: 'ENOENT' },
      { size: 0, digest: treeDigest(Buffer.alloc(0), 100) },
      { code: 'EFBIG' },
      { code: 'EISDIR' },
      { size: 4, offset: 3, digest: treeDigest(Buffer.from('defg'), 100) },
    ])
    expect(Buffer.from(contents).toString()).toBe('abcdefg')
  })
})

describe('the size of a set', () => {
  it('suits the way: about a second, and never beyond what one may have', () => {
    const size = new SetSize()
    expect(size.bytes(0)).toBe(2 * 2 ** 20)
    expect(size.bytes(500_000)).toBe(500_000)
    size.arrived(2 * 2 ** 20, 4_000)
    expect(size.bytes(0)).toBe(2 ** 19)
    size.arrived(2 * 2 ** 20, 100_000)
    expect(size.bytes(0)).toBe(256 * 1024)
    size.arrived(2 * 2 ** 20, 10)
    expect(size.bytes(0)).toBeLessThan(8 * 2 ** 20)
    expect(size.bytes(0)).toBeGreaterThan(7 * 2 ** 20)
  })
})

describe('what the agent says of a file of a set', () => {
  const file = record('a.dat')
  const upload = (change: Partial<AgentUpload>) =>
    ({
      key: file.key,
      upload: { upload_id: 'u', status: 'uploaded', digest: 'd', ...change },
    }) as UploadSetAnswer['files'][0]
  const refused = (code: string, details = {}) => ({ key: file.key, error: { error: 'No.', code, details } })
  const kind = (told: UploadSetAnswer['files'][0] | undefined) => outcomeOf(file, 'd', told, '/sets')

  it('is an end where it is whole or refused', () => {
    expect(kind(upload({}))).toMatchObject({ kind: 'uploaded', upload: { upload_id: 'u' } })
    expect(kind(upload({ digest: 'e' }))).toMatchObject({
      kind: 'failed',
      error: { value: { code: 'CHECKSUM_MISMATCH' } },
    })
    expect(kind(refused('SECURITY_VALIDATION_FAILED'))).toMatchObject({
      kind: 'failed',
      error: { value: { code: 'FILE_REFUSED', data: { name: 'a.dat' } } },
    })
    expect(kind(refused('NO_SPACE', { needed: 9, free: 1 }))).toMatchObject({
      kind: 'failed',
      error: { value: { code: 'NO_SPACE', data: { needed: 9, free: 1 } } },
    })
  })

  it('is another try, a new key, or a way of its own elsewhere', () => {
    expect(kind(refused('RATE_LIMITED')).kind).toBe('again')
    expect(kind(refused('INTERNAL')).kind).toBe('again')
    expect(kind(refused('CONFLICT')).kind).toBe('again')
    expect(kind(upload({ status: 'cancelled' })).kind).toBe('anew')
    expect(kind(upload({ status: 'failed' })).kind).toBe('anew')
    expect(kind(refused('CHECKSUM_MISMATCH')).kind).toBe('alone')
    expect(kind(upload({ status: 'verifying' })).kind).toBe('alone')
    expect(kind(undefined).kind).toBe('alone')
  })
})

describe('sets of files that a page holds', () => {
  it('are read in turns: the first is on its way while the next are read', async () => {
    const asked: string[] = []
    const answers: (() => void)[] = []
    const platform = {
      openSource: async ({ token }: { token: string }) => ({
        stat: async () => ({ size: 3, modified: 0 }),
        read: () => {
          asked.push(token)
          return new Promise<Uint8Array>((resolve) => answers.push(() => resolve(Buffer.from('abc'))))
        },
        close: async () => undefined,
      }),
    } as unknown as Platform
    const workers = new WorkerPool({ size: 1 })
    const parts = { platform, workers, reading: new Turns(1) }
    const read = (name: string) => {
      const held = { ...record(name), source: { kind: 'browser' as const, token: name } }
      return readSmallFiles(parts, [held], new AbortController().signal)
    }
    const [first, second] = [read('first'), read('second')]
    await expect.poll(() => answers.length).toBe(1)
    answers[0]?.()
    expect((await first).read.map((file) => file.record.name)).toEqual(['first'])
    await expect.poll(() => asked).toEqual(['first', 'second'])
    answers[1]?.()
    expect((await second).read).toHaveLength(1)
    await workers.close()
  })
})
