import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { readFile, readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAgent, type TestAgent } from '../helpers/agent.ts'
import { tarOf, zipOf } from '../helpers/archives.ts'
import { cut, sha256, treeDigest, uploadClient, type UploadClient } from '../helpers/upload-client.ts'

const CHUNK = 65_536
let agent: TestAgent
let kim: UploadClient
let lee: UploadClient

beforeAll(async () => {
  agent = await startAgent()
  kim = uploadClient(agent.url, await agent.token('kim'))
  lee = uploadClient(agent.url, await agent.token('lee'))
})
afterAll(() => agent.close())

const area = (...path: string[]) => join(agent.config.uploads, 'users', ...path)
const label = () => `form-${randomUUID()}`
const stored = async (user: string, job: string) => {
  const all = await readdir(area(user, 'jobs', job), { recursive: true, withFileTypes: true })
  return all.filter((entry) => entry.isFile()).map((entry) => entry.name)
}

describe('a file that goes up', () => {
  it('arrives whole, in its class folder, for its owner only', async () => {
    const data = randomBytes(300_000)
    const job = label()
    const { status, body } = await kim.upload(data, { name: 'bracket.msh', label: job, folder: 'model/fine' })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      status: 'uploaded',
      progress: 100,
      uploaded_chunks: 5,
      received: [[0, 4]],
      file_size: 300_000,
      job_id: job,
      user: 'kim',
      digest: treeDigest(data, CHUNK),
      file_info: { type: 'mesh', extension: '.msh', size: 300_000 },
      file_path: area('kim', 'jobs', job, 'mesh', 'model', 'fine', 'bracket.msh'),
    })
    const path = body.file_path ?? ''
    expect((await readFile(path)).equals(data)).toBe(true)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect((await stat(dirname(path))).mode & 0o777).toBe(0o700)
  })

  it('may be empty', async () => {
    const { body } = await kim.upload(Buffer.alloc(0), { name: 'empty.inp' })
    expect(body).toMatchObject({ status: 'uploaded', total_chunks: 0, received: [], progress: 100 })
    expect(body.digest).toBe(createHash('sha256').digest('hex'))
    expect((await stat(body.file_path ?? '')).size).toBe(0)
  })

  it('may come in any order and in parallel, chunks twice and at the same time', async () => {
    const data = randomBytes(20 * CHUNK + 17)
    const { body } = await kim.open({ size: data.length, label: label() })
    const sends = cut(data, CHUNK).flatMap((chunk, index) => [
      { index, chunk },
      { index, chunk },
    ])
    sends.sort(() => Math.random() - 0.5)
    const answers = await Promise.all(sends.map(({ index, chunk }) => kim.put(body.upload_id, index, chunk)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(Math.max(...answers.map(({ body: { uploaded_chunks: n } }) => n))).toBe(21)
    const done = await kim.complete(body.upload_id, treeDigest(data, CHUNK))
    expect(done.body.status).toBe('uploaded')
    expect((await readFile(done.body.file_path ?? '')).equals(data)).toBe(true)
  })

  it('is found again by its key, with what has arrived', async () => {
    const data = randomBytes(5 * CHUNK)
    const request = { key: randomUUID(), name: 'again.msh', size: data.length, label: label() }
    const first = await kim.open(request)
    expect(first.status).toBe(201)
    for (const index of [0, 1, 3]) await kim.put(first.body.upload_id, index, cut(data, CHUNK)[index] ?? data)
    const again = await kim.open(request)
    expect(again.status).toBe(200)
    expect(again.body).toMatchObject({
      upload_id: first.body.upload_id,
      received: [
        [0, 1],
        [3, 3],
      ],
    })
    expect(await kim.open({ ...request, size: 7 })).toMatchObject({ status: 409, body: { code: 'CONFLICT' } })
    // The key is the user's own: somebody else's same key is another upload.
    expect((await lee.open(request)).status).toBe(201)
  })

  it('is answered the same when complete is asked twice, also at once', async () => {
    const data = randomBytes(3 * CHUNK)
    const { body } = await kim.open({ size: data.length, label: label() })
    for (const [index, chunk] of cut(data, CHUNK).entries()) await kim.put(body.upload_id, index, chunk)
    const digest = treeDigest(data, CHUNK)
    const both = await Promise.all([kim.complete(body.upload_id, digest), kim.complete(body.upload_id, digest)])
    const later = await kim.complete(body.upload_id, digest)
    expect([...both, later].map((answer) => [answer.status, answer.body.status])).toEqual([
      [200, 'uploaded'],
      [200, 'uploaded'],
      [200, 'uploaded'],
    ])
    expect((await kim.complete(body.upload_id, '0'.repeat(64))).status).toBe(409)
  })

  it('stays beside another of the same name, unless it is the same file', async () => {
    const job = label()
    const [one, two] = [randomBytes(1000), randomBytes(1000)]
    const paths: (string | undefined)[] = []
    for (const data of [one, two, one, two]) {
      paths.push((await kim.upload(data, { name: 'm.msh', label: job })).body.file_path)
    }
    expect(paths.map((path) => path?.split('/').at(-1))).toEqual(['m.msh', 'm (2).msh', 'm.msh', 'm (2).msh'])
    expect((await readFile(paths[1] ?? '')).equals(two)).toBe(true)
    expect((await stored('kim', job)).sort()).toEqual(['m (2).msh', 'm.msh'])
  })
})

describe('a chunk that is wrong', () => {
  it('does not count with another checksum, a wrong length, or out of range', async () => {
    const data = randomBytes(2 * CHUNK + 5)
    const { body } = await kim.open({ size: data.length, label: label() })
    const [first = data, , last = data] = cut(data, CHUNK)
    const id = body.upload_id
    expect(await kim.put(id, 0, first, { digest: sha256(Buffer.from('other')) })).toMatchObject({
      status: 422,
      body: { code: 'CHECKSUM_MISMATCH' },
    })
    expect(await kim.put(id, 0, first.subarray(1))).toMatchObject({ status: 400, body: { code: 'BAD_REQUEST' } })
    expect(await kim.put(id, 2, first)).toMatchObject({ status: 400 })
    expect(await kim.put(id, 3, last)).toMatchObject({ status: 400, body: { code: 'BAD_REQUEST' } })
    expect((await kim.put(id, -1, last)).status).toBe(400)
    expect((await kim.put(id, 'x', last)).status).toBe(400)
    const bare = await kim.call('PUT', `/api/v2/uploads/${id}/chunks/0`, {
      body: new Uint8Array(first),
      headers: { 'content-type': 'application/octet-stream' },
    })
    expect(bare).toMatchObject({ status: 400, body: { code: 'BAD_REQUEST' } })
    expect((await kim.get(id)).body.received).toEqual([])
    expect(await kim.complete(id, treeDigest(data, CHUNK))).toMatchObject({
      status: 409,
      body: { code: 'MISSING_CHUNKS', details: { missing: [[0, 2]] } },
    })
    expect((await kim.put(id, 0, first)).status).toBe(200)
  })

  it('never replaces one that is proven', async () => {
    const data = randomBytes(CHUNK)
    const { body } = await kim.open({ size: data.length, label: label() })
    expect((await kim.put(body.upload_id, 0, data)).status).toBe(200)
    expect(await kim.put(body.upload_id, 0, randomBytes(CHUNK))).toMatchObject({
      status: 409,
      body: { code: 'CONFLICT' },
    })
    expect((await kim.put(body.upload_id, 0, randomBytes(CHUNK), { digest: sha256(data) })).status).toBe(422)
    const done = await kim.complete(body.upload_id, treeDigest(data, CHUNK))
    expect((await readFile(done.body.file_path ?? '')).equals(data)).toBe(true)
  })

  it('is refused after the end', async () => {
    const data = randomBytes(100)
    const { body } = await kim.upload(data, { label: label() })
    expect(await kim.put(body.upload_id, 0, data)).toMatchObject({ status: 409, body: { code: 'WRONG_STATE' } })
    expect(await kim.cancel(body.upload_id)).toMatchObject({ status: 409, body: { code: 'WRONG_STATE' } })
  })

  it('leaves nothing when its sender goes away, and can be sent again at once', async () => {
    const data = randomBytes(64 * CHUNK)
    const { body } = await kim.open({ size: data.length, chunk_size: data.length, label: label() })
    const stop = new AbortController()
    const sending = kim.put(body.upload_id, 0, data, { signal: stop.signal }).catch(() => 'cut')
    setTimeout(() => stop.abort(), 3)
    await sending
    await kim.put(body.upload_id, 0, data)
    expect((await kim.complete(body.upload_id, treeDigest(data, data.length))).body.status).toBe('uploaded')
  })

  it('and a whole that is wrong: another tree digest is refused, the bytes are kept', async () => {
    const data = randomBytes(CHUNK)
    const { body } = await kim.open({ size: data.length, label: label() })
    await kim.put(body.upload_id, 0, data)
    expect(await kim.complete(body.upload_id, 'f'.repeat(64))).toMatchObject({
      status: 422,
      body: { code: 'CHECKSUM_MISMATCH' },
    })
    expect((await kim.complete(body.upload_id, treeDigest(data, CHUNK))).status).toBe(200)
  })
})

describe('what is refused before a byte is sent', () => {
  it('a file over the limit', async () => {
    const limit = 50 * 2 ** 30
    expect(await kim.open({ size: limit + 1, chunk_size: 1 << 24 })).toMatchObject({
      status: 413,
      body: {
        code: 'FILE_TOO_LARGE',
        error: 'File size exceeds maximum (50 GB)',
        details: { limit, size: limit + 1 },
      },
    })
  })

  it.each([
    ['../../etc/passwd', 'traversal'],
    ['a/b.msh', 'traversal'],
    ['a\0.msh', 'control-character'],
    ['x'.repeat(300), 'too-long'],
    ['  ', 'empty'],
    ['.upload-1.part', 'reserved'],
  ])('the name %j', async (name, reason) => {
    expect(await kim.open({ name, size: 1 })).toMatchObject({
      status: 400,
      body: { code: 'NAME_REFUSED', details: { reason } },
    })
  })

  it.each(['../x', '/etc', 'a//b', 'a/../../b'])('the folder %j', async (folder) => {
    expect(await kim.open({ folder, size: 1 })).toMatchObject({ status: 400, body: { code: 'NAME_REFUSED' } })
  })

  it.each(['..', '.', 'a/b', ''])('the label %j', async (bad) => {
    expect((await kim.open({ label: bad, size: 1 })).status).toBe(400)
  })

  it('chunks that would be too many', async () => {
    const init = { filename: 'a.msh', file_size: 1 << 30, chunk_size: 1024 }
    expect(await kim.json('POST', '/api/v2/files/upload/init', init)).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED', details: { field: 'chunk_size', minimum: 10_738 } },
    })
  })

  it('the twenty-first file of a form; a folder counts as one', async () => {
    const job = label()
    for (let at = 0; at < 19; at++)
      expect((await kim.open({ name: `${at}.inp`, size: 1, label: job })).status).toBe(201)
    for (let at = 0; at < 5; at++) {
      expect((await kim.open({ name: `${at}.inp`, folder: `set/${at}`, size: 1, label: job })).status).toBe(201)
    }
    expect(await kim.open({ name: 'one-more.inp', size: 1, label: job })).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED', details: { limit: 20 } },
    })
    expect((await kim.open({ name: '0.inp', size: 1, label: job })).status).toBe(201)
  })
})

describe('names', () => {
  it('are stored composed', async () => {
    const { body } = await kim.upload(Buffer.from('x'), { name: '브라켓.inp'.normalize('NFD'), label: label() })
    expect(body.filename).toBe('브라켓.inp')
    expect(await readdir(dirname(body.file_path ?? ''))).toEqual(['브라켓.inp'])
  })
})

describe('what is in a file', () => {
  const elf = Buffer.concat([Buffer.from('\x7fELF\x02\x01\x01', 'latin1'), randomBytes(CHUNK)])
  const bomb = Buffer.alloc(110 * 2 ** 20)

  it.each([
    ['a program called notes.txt', 'notes.txt', () => elf],
    ['a zip bomb', 'a.zip', () => zipOf([{ name: 'zeros', data: bomb }])],
    ['a bomb in a zip in a zip', 'b.zip', () => zipOf([{ name: 'a.zip', data: zipOf([{ name: 'z', data: bomb }]) }])],
    ['a bomb in a tar.gz', 'c.tar.gz', async () => gzipSync(await tarOf([{ name: 'z', data: bomb }]))],
  ])('%s is refused and leaves nothing', async (_, name, make) => {
    const job = label()
    const data = await make()
    const refused = await kim.upload(data, { name, label: job })
    expect(refused.body).toMatchObject({ error: 'Security validation failed', warnings: [expect.any(String)] })
    // On a busy machine the look takes longer than the answer waits; then the upload says how it ended.
    if (refused.status === 200) expect(refused.body.status).toBe('failed')
    else expect(refused).toMatchObject({ status: 400, body: { code: 'SECURITY_VALIDATION_FAILED' } })
    expect(await stored('kim', job)).toEqual([])
    const list = await kim.call<{ uploads: { job_id: string; status: string }[] }>('GET', '/api/v2/files/uploads')
    expect(list.body.uploads.find((one) => one.job_id === job)?.status).toBe('failed')
  })

  it('a double extension is refused at once', async () => {
    const { status, body } = await kim.open({ name: 'mesh.msh.exe', size: 5 })
    expect([status, body.code]).toEqual([400, 'SECURITY_VALIDATION_FAILED'])
  })

  it('that is not what its name says is taken, with a warning', async () => {
    const { body } = await kim.upload(Buffer.from('not a zip'), { name: 'a.zip', label: label() })
    expect(body).toMatchObject({ status: 'uploaded', warnings: [expect.stringContaining('.zip')] })
  })
})

describe("another user's uploads", () => {
  it('are not to be seen, sent to, completed or cancelled', async () => {
    const data = randomBytes(100)
    const { body } = await kim.open({ size: data.length, label: label() })
    const id = body.upload_id
    const answers = [
      await lee.get(id),
      await lee.put(id, 0, data),
      await lee.complete(id, treeDigest(data, CHUNK)),
      await lee.cancel(id),
      await lee.call('GET', `/api/v2/files/uploads/${id}`),
      await lee.call('DELETE', `/api/v2/files/uploads/${id}`),
    ]
    expect(answers.map((answer) => [answer.status, answer.body.code])).toEqual(answers.map(() => [403, 'FORBIDDEN']))
    expect((await kim.get(id)).body.status).toBe('receiving')
    for (const answer of [
      await kim.get(randomUUID()),
      await kim.put(randomUUID(), 0, data),
      await kim.cancel('nope'),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([404, 'NOT_FOUND'])
    }
  })

  it('are seen by an admin, who still cannot send to them', async () => {
    const admin = uploadClient(agent.url, (await agent.signIn()).access_token)
    const { body } = await kim.open({ size: 10, label: label() })
    expect((await admin.get(body.upload_id)).body.user).toBe('kim')
    expect((await admin.put(body.upload_id, 0, randomBytes(10))).status).toBe(403)
    const all = await admin.call<{ uploads: { user: string }[] }>('GET', '/api/v2/files/uploads?limit=500')
    expect(all.body.uploads.some(({ user }) => user === 'kim')).toBe(true)
    const own = await lee.call<{ uploads: { user: string }[] }>('GET', '/api/v2/files/uploads?limit=500')
    expect(own.body.uploads.every(({ user }) => user === 'lee')).toBe(true)
  })
})

describe('an upload that is given up', () => {
  it('leaves nothing, and takes nothing more', async () => {
    const job = label()
    const data = randomBytes(3 * CHUNK)
    const { body } = await kim.open({ size: data.length, label: job })
    await kim.put(body.upload_id, 1, data.subarray(0, CHUNK))
    expect(await stored('kim', job)).toHaveLength(1)
    expect((await kim.cancel(body.upload_id)).body.status).toBe('cancelled')
    expect((await kim.cancel(body.upload_id)).body.status).toBe('cancelled')
    expect(await stored('kim', job)).toEqual([])
    expect(await kim.put(body.upload_id, 0, data.subarray(0, CHUNK))).toMatchObject({ status: 409 })
    expect(await kim.complete(body.upload_id, treeDigest(data, CHUNK))).toMatchObject({ status: 409 })
  })

  it('stops who is sending', async () => {
    const data = randomBytes(32 << 20)
    const { body } = await kim.open({ size: data.length, chunk_size: data.length, label: label() })
    const sending = kim.put(body.upload_id, 0, data).catch(() => ({ status: 409 }))
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect((await kim.cancel(body.upload_id)).body.status).toBe('cancelled')
    expect((await sending).status).toBe(409)
  })
})
