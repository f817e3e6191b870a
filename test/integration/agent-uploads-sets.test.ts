import { randomBytes, randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { mkdir, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { setBytes, setFiles, smallFileBytes, type UploadList } from '../../contract/agent/uploads.ts'
import { portalToken, secret, spawnAgent, startAgent, temporaryFolder, type TestAgent } from '../helpers/agent.ts'
import { treeDigest, uploadClient, type UploadClient } from '../helpers/upload-client.ts'
import { numbered, outcomes, packed, type PackedFile, sendBody, sendSet, setBody } from '../helpers/upload-set.ts'

let agent: TestAgent
let kim: UploadClient

beforeAll(async () => {
  agent = await startAgent()
})
afterAll(() => agent.close())
beforeEach(async () => {
  // Of nobody else's files.
  name = `kim-${randomUUID()}`
  kim = uploadClient(agent.url, await agent.token(name))
})
let name: string

const area = (path: string) => join(agent.config.uploads, 'users', name, path)
/** All regular files of the user, whatever their names. */
const filesOf = async (top: string): Promise<string[]> => {
  const entries = await readdir(top, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}
const uploadsOf = async (files: readonly PackedFile[]) => {
  const { body } = await sendSet(kim, files)
  return body.files.map((file) => {
    if ('error' in file) throw new Error(file.error.error)
    return file.upload
  })
}

describe('a set of small files', () => {
  it('is stored, each file on its own, in its folder, for its owner alone', async () => {
    const files = Array.from({ length: 60 }, (_, at) =>
      packed(numbered(at, at * 91), { name: `파일-${at}.txt`, folder: `case/part ${at % 7}`, label: 'form-1' }),
    )
    const uploads = await uploadsOf(files)
    for (const [at, { bytes, listed }] of files.entries()) {
      const upload = uploads[at]
      expect(upload).toMatchObject({ status: 'uploaded', digest: listed.digest, filename: listed.name, progress: 100 })
      expect(upload?.file_path).toBe(area(`jobs/form-1/other/case/part ${at % 7}/파일-${at}.txt`))
      expect((await readFile(upload?.file_path ?? '')).equals(bytes)).toBe(true)
    }
    const one = uploads[1]?.file_path ?? ''
    expect((await stat(one)).mode & 0o777).toBe(0o600)
    expect((await stat(dirname(one))).mode & 0o777).toBe(0o700)
    const list = await kim.call<UploadList>('GET', '/api/v2/files/uploads?limit=500')
    expect(list.body.total).toBe(60)
    expect(await kim.get(uploads[3]?.upload_id ?? '')).toMatchObject({ body: uploads[3] })
  })

  it('answers the same again, and packed with zstd', async () => {
    const files = Array.from({ length: 5 }, (_, at) => packed(numbered(at, 900), { name: `${at}.dat` }))
    const first = await sendSet(kim, files)
    expect(await sendSet(kim, files)).toEqual(first)
    const again = await sendBody(kim, zstdCompressSync(setBody(files)), { 'content-encoding': 'zstd' })
    expect(again).toEqual(first)
    expect(await filesOf(area(''))).toHaveLength(5)
  })

  it('twice at the same moment, is stored once', async () => {
    const files = Array.from({ length: 200 }, (_, at) => packed(numbered(at, 300), { name: `${at}.dat` }))
    const answers = await Promise.all([sendSet(kim, files), sendSet(kim, files), sendSet(kim, files)])
    for (const answer of answers) expect(answer.body).toEqual(answers[0]?.body)
    expect(new Set(answers.flatMap(outcomes))).toEqual(new Set(['uploaded']))
    expect(await filesOf(area(''))).toHaveLength(200)
  })

  it('numbers a name that is taken, and recognises the same file', async () => {
    const [first] = await uploadsOf([packed(Buffer.from('one'))])
    const uploads = await uploadsOf([
      packed(Buffer.from('two')),
      packed(Buffer.from('one')),
      packed(Buffer.from('six')),
      packed(Buffer.from('two')),
    ])
    const names = uploads.map(({ file_path: path = '' }) => basename(path))
    expect(names).toEqual(['a (2).txt', 'a.txt', 'a (3).txt', 'a (2).txt'])
    expect(uploads[1]?.file_path).toBe(first?.file_path)
    expect(await filesOf(area(''))).toHaveLength(3)
  })

  it('completes what was opened the other way, with and without a chunk of it', async () => {
    const bytes = numbered(1, 100_000)
    const files = ['x.dat', 'y.dat', 'z.dat'].map((name) => packed(bytes, { name, key: randomUUID() }))
    const opened = []
    for (const { listed } of files) {
      const { digest: _, ...asked } = listed
      opened.push((await kim.open(asked)).body)
    }
    const [, put, done] = opened.map(({ upload_id: id }) => id)
    await kim.put(put ?? '', 0, bytes)
    await kim.put(done ?? '', 0, bytes)
    await kim.complete(done ?? '', treeDigest(bytes, 262_144))
    const uploads = await uploadsOf(files)
    expect(uploads.map(({ upload_id: id, status }) => [id, status])).toEqual(
      opened.map(({ upload_id: id }) => [id, 'uploaded']),
    )
    expect(await filesOf(area(''))).toHaveLength(3)
  })

  it('keeps what is good of it, and says of the rest why not', async () => {
    const good = packed(Buffer.from('good'), { name: 'good.txt' })
    const files = [
      packed(Buffer.from('x'), { name: '..' }),
      packed(Buffer.from('x'), { name: '/etc/passwd' }),
      packed(Buffer.from('x'), { folder: '../../lee' }),
      packed(Buffer.from('x'), { folder: '/etc' }),
      packed(Buffer.from('x'), { name: 'nul\0.txt' }),
      packed(Buffer.from('x'), { name: `${'n'.repeat(300)}.txt` }),
      packed(Buffer.from('x'), { name: 'bell\u0007.txt' }),
      packed(Buffer.from('x'), { name: '.upload-1.part' }),
      packed(Buffer.from('damaged'), { digest: 'f'.repeat(64) }),
      packed(Buffer.from('x'), { name: 'mesh.msh.exe' }),
      packed(Buffer.concat([Buffer.from('\u007fELF'), Buffer.alloc(60)]), { name: 'tool.dat' }),
      packed(Buffer.alloc(70_000, 'x'), { chunk_size: 65_536 }),
      packed(Buffer.from('x'), { label: '..' }),
      good,
    ]
    const answer = await sendSet(kim, files)
    const codes = [
      ...Array.from({ length: 8 }, () => 'NAME_REFUSED'),
      'CHECKSUM_MISMATCH',
      'SECURITY_VALIDATION_FAILED',
      'SECURITY_VALIDATION_FAILED',
      'VALIDATION_FAILED',
      'VALIDATION_FAILED',
      'uploaded',
    ]
    expect(answer.status).toBe(200)
    expect(outcomes(answer)).toEqual(codes)
    expect(answer.body.files.at(10)).toMatchObject({ error: { warnings: [expect.stringContaining('ELF')] } })
    expect(await filesOf(area(''))).toEqual([area('jobs/unassigned/other/good.txt')])
  })

  it('counts for its form as files that come alone do, a folder once', async () => {
    agent.config.limits.filesPerJob = 3
    const inFolder = Array.from({ length: 9 }, (_, at) =>
      packed(numbered(at, 10), { name: `${at}.txt`, folder: 'case/deep', label: 'form' }),
    )
    const alone = Array.from({ length: 4 }, (_, at) => packed(numbered(at, 10), { name: `${at}.txt`, label: 'form' }))
    expect(new Set(outcomes(await sendSet(kim, inFolder)))).toEqual(new Set(['uploaded']))
    expect(outcomes(await sendSet(kim, alone))).toEqual([
      'uploaded',
      'uploaded',
      'VALIDATION_FAILED',
      'VALIDATION_FAILED',
    ])
    const more = { name: 'z.txt', folder: 'case', label: 'form', size: 1 }
    expect((await kim.open(more)).status).toBe(201)
    expect((await kim.open({ ...more, folder: 'other' })).status).toBe(400)
  })

  it('does not follow links that lie in the way', async () => {
    const outside = temporaryFolder()
    await mkdir(area('jobs/unassigned/other'), { recursive: true })
    await symlink(outside, area('jobs/unassigned/other/case'))
    await writeFile(join(outside, 'kept'), 'kept')
    await symlink(join(outside, 'kept'), area('jobs/unassigned/other/a.txt'))
    const answer = await sendSet(kim, [packed(Buffer.from('x'), { folder: 'case' }), packed(Buffer.from('y'))])
    expect(outcomes(answer)).toEqual(['NAME_REFUSED', 'uploaded'])
    expect(answer.body.files[1]).toMatchObject({ upload: { file_path: expect.stringMatching(/a \(2\)\.txt$/) } })
    expect(await readdir(outside)).toEqual(['kept'])
    expect(await readFile(join(outside, 'kept'), 'utf8')).toBe('kept')
    rmSync(outside, { recursive: true })
  })

  it('is refused with another user’s upload left as it is', async () => {
    const lee = uploadClient(agent.url, await agent.token('lee'))
    const file = packed(Buffer.from('of kim'))
    const [upload] = await uploadsOf([file])
    const answer = await sendSet(lee, [{ ...file, bytes: Buffer.from('of kim') }])
    // A key is one's own: lee has another upload by it.
    expect(outcomes(answer)).toEqual(['uploaded'])
    expect(answer.body.files[0]).toMatchObject({ upload: { user: 'lee' } })
    expect(answer.body.files[0]).not.toMatchObject({ upload: { upload_id: upload?.upload_id } })
    const nobody = uploadClient(agent.url, await agent.token('pat', ['job:view']))
    expect((await sendSet(nobody, [file])).status).toBe(403)
  })
})

/** A set that says so of the length of its list. */
const lied = (length: number) => {
  const body = setBody([packed(Buffer.from('abc'))])
  body.writeUInt32BE(length)
  return body
}

describe('a body that is not a set', () => {
  const twice = packed(Buffer.from('a'))
  const many = Array.from({ length: setFiles + 1 }, (_, at) => packed(Buffer.from(String(at))))
  it.each<[string, Buffer, number]>([
    ['nothing', Buffer.alloc(0), 400],
    ['three bytes', Buffer.from([0, 0, 1]), 400],
    ['a list that is longer than the body', lied(5_000), 400],
    ['a list that ends too early', lied(20), 400],
    ['a list of 4 GiB', lied(0xff_ff_ff_ff), 400],
    ['sizes above the contents', setBody([packed(Buffer.from('abc'), { size: 4 })]), 400],
    ['sizes below the contents', setBody([packed(Buffer.from('abc'), { size: 2 })]), 400],
    ['a size below nothing', setBody([packed(Buffer.from('abc'), { size: -3 })]), 400],
    ['one key twice', setBody([twice, twice]), 400],
    ['no file', setBody([]), 400],
    ['too many files', setBody(many), 400],
    ['a file that is not small', setBody([packed(Buffer.alloc(smallFileBytes + 1))]), 413],
    ['more than a set', setBody(Array.from({ length: 40 }, () => packed(randomBytes(smallFileBytes)))), 413],
    ['random bytes', randomBytes(5000), 400],
  ])('%s is refused, nothing is stored', async (_, body, status) => {
    const answer = await sendBody(kim, body)
    expect(answer.status).toBe(status)
    expect(answer.body.error).toMatch(/\.$/)
    expect(await filesOf(area(''))).toEqual([])
    expect((await kim.call<UploadList>('GET', '/api/v2/files/uploads')).body.total).toBe(0)
    expect(outcomes(await sendSet(kim, [packed(Buffer.from('after it'))]))).toEqual(['uploaded'])
  })

  it('a bomb is not unpacked, what is no zstd not believed', async () => {
    const bomb = zstdCompressSync(Buffer.alloc(setBytes * 30))
    expect(bomb.length).toBeLessThan(100_000)
    const zstd = { 'content-encoding': 'zstd' }
    expect((await sendBody(kim, bomb, zstd)).status).toBe(413)
    expect((await sendBody(kim, randomBytes(1000), zstd)).status).toBe(400)
    expect((await sendBody(kim, setBody([twice]), { 'content-encoding': 'br' })).status).toBe(415)
    expect((await sendBody(kim, setBody([twice]), { 'content-type': 'text/plain' })).status).toBe(400)
  })
})

describe('an agent that is killed', () => {
  it(
    'again and again among 3,000 files: none is half there, and all are there once',
    { timeout: 180_000 },
    async () => {
      const data = temporaryFolder()
      const environment = {
        HEADWAY_LOG_LEVEL: 'silent',
        HEADWAY_SCHEDULER: 'local',
        HEADWAY_ADMIN_PASSWORD: 'of-the-test',
        HEADWAY_DATA: data,
        JWT_SECRET_KEY: secret,
      }
      const token = await portalToken({ sub: 'kim' })
      const files = Array.from({ length: 3_000 }, (_, at) =>
        packed(numbered(at, 1_000 + ((at * 37) % 6_000)), {
          name: `part-${at}.dat`,
          folder: `case/${at % 30}`,
          label: 'form',
        }),
      )
      const sets = Array.from({ length: 6 }, (_, at) => files.slice(at * 500, (at + 1) * 500))
      const whole = new Map(files.map(({ listed, bytes }) => [listed.name, bytes]))
      const top = join(data, 'uploads/users/kim')
      const named = async () => (await filesOf(top)).filter((path) => !basename(path).startsWith('.upload-'))
      try {
        for (let kills = 0; kills < 3; kills++) {
          const running = await spawnAgent(environment)
          const client = uploadClient(running.url, token)
          const sending = sets.slice(0, kills + 2).map((set) => sendSet(client, set).catch(() => undefined))
          await delay(60 + Math.random() * 250)
          await running.end('SIGKILL')
          await Promise.all(sending)
          for (const path of await named()) {
            expect((await readFile(path)).equals(whole.get(basename(path)) ?? Buffer.alloc(0))).toBe(true)
          }
        }
        const running = await spawnAgent(environment)
        const client = uploadClient(running.url, token)
        try {
          for (const set of sets) expect(new Set(outcomes(await sendSet(client, set)))).toEqual(new Set(['uploaded']))
          const { body } = await client.call<UploadList>('GET', '/api/v2/files/uploads?limit=1')
          expect(body.total).toBe(3_000)
          const all = await filesOf(top)
          expect(all).toHaveLength(3_000)
          expect(new Set(all.map((path) => basename(path)))).toEqual(new Set(whole.keys()))
        } finally {
          await running.end()
        }
      } finally {
        rmSync(data, { recursive: true, force: true })
      }
    },
  )
})
