import { randomBytes, randomUUID } from 'node:crypto'
import { open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { constants, createZstdCompress, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeRecipe, type RecipePiece } from '../../contract/agent/recipe.ts'
import type { AgentUpload, OpenUpload, UploadSources } from '../../contract/agent/uploads.ts'
import { startAgent, type TestAgent } from '../helpers/agent.ts'
import { signatureOf } from '../helpers/signature.ts'
import { type Answer, cut, sha256, treeDigest, uploadClient, type UploadClient } from '../helpers/upload-client.ts'

const CHUNK = 1 << 20
let agent: TestAgent
let kim: UploadClient
let lee: UploadClient

beforeAll(async () => {
  agent = await startAgent({ environment: { RATE_LIMIT_ENABLED: 'off' } })
  kim = uploadClient(agent.url, await agent.token('kim'))
  lee = uploadClient(agent.url, await agent.token('lee'))
})
afterAll(() => agent.close())

const label = () => `form-${randomUUID()}`
const words = (size: number) => Buffer.from('node 12 0.25 1e-3\n'.repeat(Math.ceil(size / 18))).subarray(0, size)
const open1 = async (size: number, request: Partial<OpenUpload> = {}) =>
  (await kim.open({ size, chunk_size: CHUNK, label: label(), ...request })).body.upload_id

interface Form {
  digest?: Buffer
  type?: string
  encoding?: string
  source?: string
  client?: UploadClient
}
/** A chunk in any form. */
const put = (id: string, index: number, body: Uint8Array, form: Form = {}) =>
  (form.client ?? kim).call<{ uploaded_chunks: number }>('PUT', `/api/v2/uploads/${id}/chunks/${index}`, {
    body: new Uint8Array(body),
    headers: {
      'content-type': form.type ?? 'application/octet-stream',
      ...(form.digest === undefined ? {} : { 'repr-digest': `sha-256=:${form.digest.toString('base64')}:` }),
      ...(form.encoding === undefined ? {} : { 'content-encoding': form.encoding }),
      ...(form.source === undefined ? {} : { 'headway-source': form.source }),
    },
  })
const recipe = (id: string, index: number, pieces: readonly RecipePiece[], form: Form & { digest: Buffer }) =>
  put(id, index, encodeRecipe(pieces), { type: 'application/vnd.headway.recipe', ...form })
const complete = async (id: string, data: Buffer, more: object = {}): Promise<Answer<AgentUpload>> => {
  const body = { digest: treeDigest(data, CHUNK), ...more }
  let answer = await kim.json('POST', `/api/v2/uploads/${id}/complete`, body)
  while (answer.body.status === 'verifying') {
    await new Promise((resolve) => setTimeout(resolve, 20))
    answer = await kim.get(id)
  }
  return answer
}
const received = async (id: string) => (await kim.get(id)).body.received
const upload = async (data: Buffer, request: Partial<OpenUpload> = {}, client = kim) => {
  const { body } = await client.upload(data, { chunk_size: CHUNK, label: label(), ...request })
  expect(body.status).toBe('uploaded')
  return { id: body.upload_id, path: body.file_path ?? '' }
}

describe('a packed chunk', () => {
  it('is stored unpacked', async () => {
    const data = Buffer.concat([words(2 * CHUNK), randomBytes(1000)])
    const id = await open1(data.length)
    for (const [index, chunk] of cut(data, CHUNK).entries()) {
      const answer = await put(id, index, zstdCompressSync(chunk), { encoding: 'zstd', digest: sha256(chunk) })
      expect(answer).toMatchObject({ status: 200, body: { uploaded_chunks: index + 1 } })
    }
    const done = await complete(id, data)
    expect(done.body.status).toBe('uploaded')
    expect((await readFile(done.body.file_path ?? '')).equals(data)).toBe(true)
  })

  it('counts only with its digest, its length and whole', async () => {
    const data = words(CHUNK)
    const id = await open1(data.length)
    const packed = zstdCompressSync(data)
    const good = { encoding: 'zstd', digest: sha256(data) }
    const refusals = [
      await put(id, 0, packed, { ...good, digest: sha256(packed) }),
      await put(id, 0, packed.subarray(0, -3), good),
      await put(id, 0, randomBytes(5000), good),
      await put(id, 0, Buffer.alloc(0), good),
      await put(id, 0, zstdCompressSync(data.subarray(1)), good),
      await put(id, 0, zstdCompressSync(Buffer.concat([data, data])), good),
      await put(id, 0, packed, { encoding: 'zstd' }),
    ]
    expect(refusals.map(({ status, body }) => [status, body.code])).toEqual([
      [422, 'CHECKSUM_MISMATCH'],
      ...Array.from({ length: 6 }, () => [400, 'BAD_REQUEST']),
    ])
    expect(await received(id)).toEqual([])
    expect((await put(id, 0, packed, good)).status).toBe(200)
  })

  it('that would inflate without end is refused before it does', async () => {
    const id = await open1(CHUNK)
    // 1 GiB of zeros in 32 KiB.
    const frame = zstdCompressSync(Buffer.alloc(64 << 20))
    const gib = Buffer.concat(Array.from({ length: 16 }, () => frame))
    const memory = process.memoryUsage().rss
    const before = process.cpuUsage()
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => put(id, 0, gib, { encoding: 'zstd', digest: randomBytes(32) })),
    )
    const { user, system } = process.cpuUsage(before)
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual(answers.map(() => [400, 'BAD_REQUEST']))
    // Eight GiB would take many.
    expect((user + system) / 1e6).toBeLessThan(3)
    expect(process.memoryUsage().rss - memory).toBeLessThan(200 << 20)
  })

  it('may not ask for more memory than a decoder has to have', async () => {
    const id = await open1(CHUNK)
    const data = randomBytes(CHUNK)
    // Of unknown size: else it would need no more than that.
    const packer = createZstdCompress({ params: { [constants.ZSTD_c_windowLog]: 27 } })
    packer.write(data.subarray(0, 1000))
    packer.end(data.subarray(1000))
    const packed = await buffer(packer)
    const answer = await put(id, 0, packed, { encoding: 'zstd', digest: sha256(data) })
    expect([answer.status, answer.body.code]).toEqual([400, 'BAD_REQUEST'])
  })

  it('in another coding is to be sent as it is', async () => {
    const data = words(CHUNK)
    const id = await open1(data.length)
    for (const encoding of ['gzip', 'br', 'zstd, zstd', 'x']) {
      const answer = await put(id, 0, data, { encoding, digest: sha256(data) })
      expect(answer).toMatchObject({
        status: 415,
        body: { code: 'UNSUPPORTED_MEDIA_TYPE', details: { accepted: ['zstd'] } },
      })
    }
    expect((await kim.put(id, 0, data)).status).toBe(200)
  })

  it('is looked at like any other: a program is one however it comes', async () => {
    const elf = Buffer.concat([Buffer.from('\x7fELF\x02\x01\x01', 'latin1'), randomBytes(CHUNK - 7)])
    const packed = await open1(elf.length, { name: 'notes.txt' })
    const form = { encoding: 'zstd', digest: sha256(elf) }
    expect((await put(packed, 0, zstdCompressSync(elf), form)).body.code).toBe('SECURITY_VALIDATION_FAILED')

    const harmless = Buffer.concat([Buffer.from('0000'), elf])
    const source = await upload(harmless, { name: 'data.bin' })
    const made = await open1(elf.length, { name: 'notes.txt' })
    const pieces = [{ offset: 4, length: elf.length }]
    const answer = await recipe(made, 0, pieces, { source: source.id, digest: sha256(elf) })
    expect(answer.body.code).toBe('SECURITY_VALIDATION_FAILED')
  })

  it('keeps its connection when it is refused', async () => {
    const id = await open1(CHUNK)
    const data = words(CHUNK)
    // One connection for all of them.
    for (let at = 0; at < 20; at++) {
      expect((await put(id, 0, randomBytes(900_000), { encoding: 'zstd', digest: sha256(data) })).status).toBe(400)
    }
    const good = { encoding: 'zstd', digest: sha256(data) }
    expect((await put(id, 0, zstdCompressSync(data), good)).status).toBe(200)
    // Once more: it is compared.
    expect((await put(id, 0, zstdCompressSync(data), good)).status).toBe(200)
    const other = words(CHUNK - 1)
    const wrong = Buffer.concat([other, Buffer.from('!')])
    expect((await put(id, 0, zstdCompressSync(wrong), { encoding: 'zstd', digest: sha256(wrong) })).status).toBe(409)
  })
})

describe('a chunk made of an earlier file', () => {
  const old = randomBytes(3 * CHUNK + 4321)
  const edited = Buffer.concat([old.subarray(0, 500_000), randomBytes(777), old.subarray(500_000)])
  let source: { id: string; path: string }
  beforeAll(async () => {
    source = await upload(old, { name: 'mesh.msh' })
  })
  const first: RecipePiece[] = [
    { offset: 0, length: 500_000 },
    { bytes: edited.subarray(500_000, 500_777) },
    { offset: 500_000, length: CHUNK - 500_777 },
  ]
  const rest = (index: number): RecipePiece[] => {
    const length = Math.min(CHUNK, edited.length - index * CHUNK)
    return [{ offset: index * CHUNK - 777, length }]
  }
  const digestAt = (index: number) => sha256(edited.subarray(index * CHUNK, (index + 1) * CHUNK))

  it('is put together on the cluster, and the whole is what was edited', async () => {
    const id = await open1(edited.length, { name: 'mesh.msh' })
    expect((await recipe(id, 0, first, { source: source.id, digest: digestAt(0) })).status).toBe(200)
    for (const index of [3, 1]) {
      expect((await recipe(id, index, rest(index), { source: source.id, digest: digestAt(index) })).status).toBe(200)
    }
    const packed = zstdCompressSync(encodeRecipe(rest(2)))
    const form = { type: 'application/vnd.headway.recipe', encoding: 'zstd', source: source.id, digest: digestAt(2) }
    expect((await put(id, 2, packed, form)).status).toBe(200)
    const done = await complete(id, edited)
    expect(done.body.status).toBe('uploaded')
    expect((await readFile(done.body.file_path ?? '')).equals(edited)).toBe(true)
    expect((await readFile(source.path)).equals(old)).toBe(true)
  })

  it('may be made of what has arrived of one that is still arriving, also of itself', async () => {
    const partial = await open1(old.length, { name: 'half.msh' })
    await kim.put(partial, 1, cut(old, CHUNK)[1] ?? old)
    const id = await open1(edited.length)
    const inside = edited.subarray(CHUNK, 2 * CHUNK)
    const pieces = [{ bytes: inside.subarray(0, 777) }, { offset: CHUNK, length: CHUNK - 777 }]
    expect((await recipe(id, 1, pieces, { source: partial, digest: sha256(inside) })).status).toBe(200)
    for (const range of [
      { offset: CHUNK - 1, length: CHUNK },
      { offset: CHUNK + 1, length: CHUNK },
      { offset: 0, length: CHUNK },
    ]) {
      expect(await recipe(id, 2, [range], { source: partial, digest: digestAt(2) })).toMatchObject({ status: 422 })
    }
    expect(await received(id)).toEqual([[1, 1]])
    const same = await recipe(id, 2, [{ offset: CHUNK, length: CHUNK }], { source: id, digest: sha256(inside) })
    expect(same.status).toBe(200)
  })

  it('counts only where it makes exactly the chunk', async () => {
    const id = await open1(edited.length)
    const to = { source: source.id, digest: digestAt(0) }
    const at = async (pieces: readonly RecipePiece[], form: Form = {}) => {
      const { status, body } = await recipe(id, 0, pieces, { ...to, ...form })
      return [status, body.code]
    }
    const type = 'application/vnd.headway.recipe'
    const raw = async (body: Uint8Array, form: Form = {}) => {
      const answer = await put(id, 0, body, { type, ...to, ...form })
      return [answer.status, answer.body.code]
    }
    const bad = [400, 'BAD_REQUEST']
    const changed = [422, 'CHECKSUM_MISMATCH']
    expect(await at([])).toEqual(bad)
    expect(await at([{ offset: 0, length: CHUNK - 1 }])).toEqual(bad)
    expect(await at([{ offset: 0, length: CHUNK + 1 }])).toEqual(bad)
    expect(await at([...first, { offset: 0, length: 0xff_ff_ff_ff }])).toEqual(bad)
    expect(await at([{ offset: 1, length: CHUNK }])).toEqual(changed)
    expect(await at([{ offset: old.length - CHUNK + 1, length: CHUNK }])).toEqual(changed)
    expect(await at([{ offset: 2 ** 48 - 1, length: CHUNK }])).toEqual(changed)
    expect(await at(Array.from({ length: 1_000 }, () => ({ offset: 0, length: 1 })))).toEqual(bad)
    expect(await at(Array.from({ length: 1_000 }, () => ({ bytes: new Uint8Array() })))).toEqual(bad)
    const good = encodeRecipe(first)
    expect(await raw(Buffer.concat([good, Buffer.from([7])]))).toEqual(bad)
    expect(await raw(good.subarray(0, -1))).toEqual(bad)
    expect(await raw(randomBytes(3 * CHUNK))).toEqual(bad)
    expect(await raw(good, { encoding: 'zstd' })).toEqual(bad)
    expect(await raw(zstdCompressSync(Buffer.alloc(64 << 20)), { encoding: 'zstd' })).toEqual(bad)
    expect(await raw(good, { source: '' })).toEqual(bad)
    expect(await received(id)).toEqual([])
    expect(await at(first)).toEqual([200, undefined])
  })

  it('may not be made of what is not one’s own, nor of what is gone or has changed', async () => {
    const id = await open1(edited.length)
    const theirs = await upload(old, {}, lee)
    const to = { digest: digestAt(0) }
    for (const other of [theirs.id, randomUUID(), '../../etc/passwd', 'x'.repeat(5000)]) {
      expect(await recipe(id, 0, first, { ...to, source: other })).toMatchObject({
        status: 404,
        body: { code: 'NOT_FOUND', error: 'There is no such upload.' },
      })
    }
    const admin = uploadClient(agent.url, (await agent.signIn()).access_token)
    const own = (await admin.open({ size: edited.length, chunk_size: CHUNK, label: label() })).body.upload_id
    expect((await recipe(own, 0, first, { ...to, source: source.id, client: admin })).status).toBe(404)

    const gone = await upload(old, { name: 'gone.msh' })
    await rm(gone.path)
    expect((await recipe(id, 0, first, { ...to, source: gone.id })).status).toBe(404)
    const shorter = await upload(old, { name: 'shorter.msh' })
    await writeFile(shorter.path, old.subarray(0, 600_000))
    expect((await recipe(id, 0, first, { ...to, source: shorter.id })).status).toBe(422)
    const other = await upload(old, { name: 'other.msh' })
    await writeFile(other.path, randomBytes(old.length))
    expect((await recipe(id, 0, first, { ...to, source: other.id })).status).toBe(422)
    const given = await open1(old.length)
    await kim.put(given, 0, cut(old, CHUNK)[0] ?? old)
    await kim.cancel(given)
    expect((await recipe(id, 0, first, { ...to, source: given })).status).toBe(404)
    expect(await received(id)).toEqual([])
    expect((await kim.put(id, 0, edited.subarray(0, CHUNK))).status).toBe(200)
  })
})

const sources = async (name: string, size: number, client = kim) => {
  const query = new URLSearchParams({ name, size: String(size) })
  return client.call<UploadSources>('GET', `/api/v2/uploads/sources?${query}`)
}

describe('earlier files', () => {
  it('are those of the same size, then those of the same name, newest first, of one’s own', async () => {
    const name = `${randomUUID()}.msh`
    const [size, other] = [300_001, 300_002]
    const same = await upload(randomBytes(size), { name: 'x.msh' })
    const named = await upload(randomBytes(other), { name })
    const newer = await upload(randomBytes(other + 1), { name })
    await upload(randomBytes(size), { name }, lee)
    const partial = await open1(size + CHUNK, { name: name.normalize('NFD') })
    const nothing = await open1(size, { name })
    await kim.put(partial, 0, randomBytes(CHUNK))
    const { body } = await sources(name, size)
    expect(body.sources.map(({ upload_id: id }) => id)).toEqual([same.id, partial, newer.id, named.id])
    expect(body.sources[0]).toMatchObject({ filename: 'x.msh', file_size: size, status: 'uploaded' })
    expect(body.sources[0]?.digest).toMatch(/^[0-9a-f]{64}$/)
    expect(body.sources[1]).toMatchObject({ status: 'receiving', chunk_size: CHUNK })
    expect(body.sources[1]).not.toHaveProperty('digest')
    await rm(named.path)
    await writeFile(newer.path, 'changed')
    expect((await sources(name, size)).body.sources.map(({ upload_id: id }) => id)).toEqual([same.id, partial])
    await kim.cancel(nothing)
    const admin = uploadClient(agent.url, (await agent.signIn()).access_token)
    expect((await sources(name, size, admin)).body.sources).toEqual([])
  })

  it('are found by a name in Hangul however it is composed, and of many the one of the name', async () => {
    const name = '브라켓.msh'
    const size = 70_007
    const wanted = await upload(randomBytes(size), { name })
    for (let at = 0; at < 30; at++) await upload(randomBytes(size), { name: `u_${at}.msh` })
    const { body } = await sources(name.normalize('NFD'), size)
    expect(body.sources).toHaveLength(8)
    expect(body.sources[0]).toMatchObject({ upload_id: wanted.id, filename: name })
    const longer = await sources(name, size + 1)
    expect(longer.body.sources.map(({ upload_id: id }) => id)).toEqual([wanted.id])
  })

  it('need a name and a size', async () => {
    for (const query of ['', '?name=a', '?size=1', '?name=a&size=-1', '?name=a&size=x']) {
      expect((await kim.call('GET', `/api/v2/uploads/sources${query}`)).status).toBe(400)
    }
  })
})

const signature = async (id: string, user = 'kim') => {
  const token = await agent.token(user)
  const answer = await agent.fetch(`/api/v2/uploads/${id}/signature`, { token })
  const { status, headers } = answer
  const body = Buffer.from(await answer.arrayBuffer())
  return { status, body, length: headers.get('content-length'), again: headers.get('retry-after') }
}
const kept = () => readdir(join(agent.config.data, 'signatures')).catch(() => [])

/** Milliseconds of the processor's time: the machine may be busy with something else. */
const spent = () => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

describe('the signature of a file', () => {
  it('is that of its bytes, computed once and kept for its owner alone', async () => {
    const data = Buffer.concat([randomBytes(5 * CHUNK + 11), Buffer.alloc(CHUNK), words(300_000)])
    const { id, path } = await upload(data)
    const [one, two] = await Promise.all([signature(id), signature(id)])
    expect(one).toMatchObject({ status: 200, length: String(one.body.length) })
    expect(one.body.equals(signatureOf(data))).toBe(true)
    expect(two.body.equals(one.body)).toBe(true)
    const names = (await kept()).filter((name) => name.startsWith(id))
    expect(names).toHaveLength(1)
    const place = join(agent.config.data, 'signatures', names[0] ?? '')
    expect((await stat(place)).mode & 0o777).toBe(0o600)
    // What is kept is what is answered.
    const made = randomBytes(26)
    await writeFile(place, made)
    expect((await signature(id)).body.equals(made)).toBe(true)
    // The file as it is now.
    const changed = randomBytes(2 * CHUNK)
    await writeFile(path, changed)
    expect((await signature(id)).body.equals(signatureOf(changed))).toBe(true)
    expect((await kept()).filter((name) => name.startsWith(id))).toHaveLength(1)
    await rm(path)
    expect((await signature(id)).status).toBe(404)
    expect((await kept()).filter((name) => name.startsWith(id))).toEqual([])
  })

  it('is nobody else’s, and there is none of nothing', async () => {
    const { id } = await upload(randomBytes(1000))
    const empty = await upload(Buffer.alloc(0))
    expect((await signature(id, 'lee')).status).toBe(404)
    const token = (await agent.signIn()).access_token
    expect((await agent.fetch(`/api/v2/uploads/${id}/signature`, { token })).status).toBe(404)
    expect((await agent.fetch(`/api/v2/uploads/${id}/signature`)).status).toBe(401)
    const viewer = await agent.token('kim', ['job:view'])
    expect((await agent.fetch(`/api/v2/uploads/${id}/signature`, { token: viewer })).status).toBe(403)
    expect((await agent.fetch('/api/v2/uploads/sources?name=a&size=1', { token: viewer })).status).toBe(403)
    for (const none of [empty.id, await open1(5), randomUUID()]) expect((await signature(none)).status).toBe(404)
  })

  it('of one that is still arriving is that of each part that has', async () => {
    const data = randomBytes(6 * CHUNK + 100)
    const id = await open1(data.length)
    const chunks = cut(data, CHUNK)
    for (const index of [0, 1, 4, 6]) await kim.put(id, index, chunks[index] ?? data)
    const parts = [
      signatureOf(data, 0, 2 * CHUNK),
      signatureOf(data, 4 * CHUNK, 5 * CHUNK),
      signatureOf(data, 6 * CHUNK),
    ]
    expect((await signature(id)).body.equals(Buffer.concat(parts))).toBe(true)
    await kim.cancel(id)
    expect((await signature(id)).status).toBe(404)
    expect((await kept()).filter((name) => name.startsWith(id))).toEqual([])
  })

  it('that takes long is to be asked for again, and nobody else waits for the agent', async () => {
    const users = ['han', 'choi', 'park']
    const size = 1 << 28
    const ids: string[] = []
    for (const user of users) {
      const { id, path } = await upload(randomBytes(1000), {}, uploadClient(agent.url, await agent.token(user)))
      // Nothing has to be written for so many zeros.
      const file = await open(path, 'r+')
      await file.truncate(size)
      await file.close()
      ids.push(id)
    }
    let worst = 0
    let before = spent()
    const timer = setInterval(() => {
      worst = Math.max(worst, spent() - before)
      before = spent()
    }, 1)
    const ask = (at: number) => signature(ids[at] ?? '', users[at])
    const answers = await Promise.all(users.map((_, at) => ask(at)))
    expect(answers.map(({ status }) => status)).toContain(202)
    for (const { status, again } of answers) if (status === 202) expect(again).toBe('2')
    await expect.poll(async () => (await ask(2)).status, { timeout: 60_000, interval: 500 }).toBe(200)
    const last = await ask(2)
    clearInterval(timer)
    // Of zeros every chunk is the longest.
    expect(last.body).toHaveLength((size / 524_288) * 26)
    // A turn reads a megabyte; what the collector of garbage takes comes on top.
    expect(worst).toBeLessThan(100)
  }, 90_000)
})

/** What a bad disk does. */
const flip = async (path: string, position: number) => {
  const file = await open(path, 'r+')
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, position)
  await file.write(Buffer.from([(buffer[0] ?? 0) ^ 1]), 0, 1, position)
  await file.close()
}

describe('a file that is read back', () => {
  it('is found damaged where the disk has changed a byte, and wants only that chunk again', async () => {
    const data = randomBytes(5 * CHUNK)
    const job = label()
    const id = await open1(data.length, { label: job })
    for (const [index, chunk] of cut(data, CHUNK).entries()) await kim.put(id, index, chunk)
    const folder = join(agent.config.uploads, 'users', 'kim', 'jobs', job, 'mesh')
    await flip(join(folder, `.upload-${id}.part`), 3 * CHUNK + 99)
    const answer = await complete(id, data, { read_back: true })
    expect(answer).toMatchObject({
      status: 409,
      body: { code: 'MISSING_CHUNKS', details: { missing: [[3, 3]] } },
    })
    expect((await kim.get(id)).body).toMatchObject({
      status: 'receiving',
      received: [
        [0, 2],
        [4, 4],
      ],
    })
    expect((await kim.put(id, 3, cut(data, CHUNK)[3] ?? data)).status).toBe(200)
    const done = await complete(id, data, { read_back: true })
    expect(done.body.status).toBe('uploaded')
    expect((await readFile(done.body.file_path ?? '')).equals(data)).toBe(true)
  })

  it('is as it was where nothing happened', async () => {
    const data = randomBytes(2 * CHUNK + 1)
    const id = await open1(data.length)
    for (const [index, chunk] of cut(data, CHUNK).entries()) await kim.put(id, index, chunk)
    expect((await complete(id, data, { read_back: true })).body).toMatchObject({ status: 'uploaded', progress: 100 })
  })
})
