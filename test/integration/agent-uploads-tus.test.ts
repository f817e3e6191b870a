import { createHash, randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { request } from 'node:http'
import { connect } from 'node:net'
import { basename, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { DetailedError, Upload, type UploadOptions } from 'tus-js-client'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { UploadList } from '../../contract/agent/uploads.ts'
import {
  portalToken,
  secret,
  spawnAgent,
  startAgent,
  temporaryFolder,
  type SpawnedAgent,
  type TestAgent,
} from '../helpers/agent.ts'
import { uploadClient } from '../helpers/upload-client.ts'

const TUS = '/api/v2/files/tus'
const PART = 5 * 2 ** 20

const sentenceOf = (error: Error) => {
  const body = error instanceof DetailedError ? (error.originalResponse?.getBody() ?? '{}') : '{}'
  return JSON.parse(body === '' ? '{}' : body) as { error?: string; code?: string; warnings?: string[] }
}

const refusalOf = (done: Promise<void>): Promise<Error> =>
  done.then(
    () => new Error('it was taken'),
    (reason: Error) => reason,
  )

const named = (filename: string) => `filename ${Buffer.from(filename).toString('base64')}`
const sum = (algorithm: string, of: Buffer) => ({
  'upload-checksum': `${algorithm} ${createHash(algorithm).update(of).digest('base64')}`,
})

/** One upload by the real client; `onPart` is told of each part that was accepted. */
function tusUpload(
  bytes: Buffer,
  target: { url: string; token: string },
  options: Partial<UploadOptions> & { onPart?: (upload: Upload, accepted: number) => void } = {},
) {
  const { promise: done, resolve, reject } = Promise.withResolvers<void>()
  const { onPart, ...rest } = options
  const upload: Upload = new Upload(bytes, {
    endpoint: target.url + TUS,
    headers: { Authorization: `Bearer ${target.token}` },
    chunkSize: PART,
    retryDelays: null,
    metadata: { filename: 'mesh.msh' },
    ...rest,
    onSuccess: () => resolve(),
    onError: reject,
    onChunkComplete: (_size, accepted) => onPart?.(upload, accepted),
  })
  return { upload, done, idOf: () => basename(upload.url ?? '') }
}

describe('tus', () => {
  let agent: TestAgent
  let token: string
  let name: string
  let target: { url: string; token: string }
  beforeAll(async () => {
    agent = await startAgent()
  })
  afterAll(() => agent.close())
  beforeEach(async () => {
    name = `kim-${randomBytes(4).toString('hex')}`
    token = await agent.token(name)
    target = { url: agent.url, token }
  })

  const call = (method: string, path: string, init: { headers?: Record<string, string>; body?: Buffer } = {}) =>
    fetch(agent.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'tus-resumable': '1.0.0', ...init.headers },
      ...(init.body === undefined ? {} : { body: new Uint8Array(init.body) }),
    })
  const post = (headers: Record<string, string>) => call('POST', TUS, { headers })
  const create = async (size: number, filename = 'mesh.msh') => {
    const answer = await call('POST', TUS, {
      headers: { 'upload-length': String(size), 'upload-metadata': named(filename) },
    })
    expect(answer.status).toBe(201)
    return answer.headers.get('location') ?? ''
  }
  const patch = (path: string, offset: number, body: Buffer, headers: Record<string, string> = {}) =>
    call('PATCH', path, {
      headers: { 'content-type': 'application/offset+octet-stream', 'upload-offset': String(offset), ...headers },
      body,
    })
  const offsetOf = async (path: string) => Number((await call('HEAD', path)).headers.get('upload-offset'))
  const stored = async (path: string) => (await uploadClient(agent.url, token).get(basename(path))).body
  const areaFiles = async () => {
    const entries = await readdir(join(agent.config.uploads, 'users', name), { recursive: true }).catch(() => [])
    return entries.filter((entry) => /\.\w+$/.test(entry))
  }

  it('takes 50 MiB from the real client in parts that are not ours', async () => {
    const bytes = randomBytes(50 * 2 ** 20)
    const { upload, done, idOf } = tusUpload(bytes, target, {
      metadata: {
        filename: '메쉬 파일.msh',
        filetype: 'model/mesh',
        relativePath: 'case/하위/메쉬 파일.msh',
        job_id: 'form-7',
      },
    })
    upload.start()
    await done
    const found = await stored(idOf())
    expect(found).toMatchObject({
      status: 'uploaded',
      filename: '메쉬 파일.msh',
      folder: 'case/하위',
      job_id: 'form-7',
      file_size: bytes.length,
      uploaded_chunks: 13,
    })
    expect(found.file_path).toMatch(/jobs\/form-7\/mesh\/case\/하위\/메쉬 파일\.msh$/)
    expect((await readFile(found.file_path ?? '')).equals(bytes)).toBe(true)
    const list = await uploadClient(agent.url, token).call<UploadList>('GET', '/api/v2/files/uploads')
    expect(list.body.uploads).toEqual([found])
    const head = await call('HEAD', `${TUS}/${idOf()}`)
    expect(head.headers.get('upload-offset')).toBe(String(bytes.length))
    expect(head.headers.get('upload-metadata')).toContain(`filename ${Buffer.from('메쉬 파일.msh').toString('base64')}`)
  })

  it('is gone on with by another client, from what a cut connection has left', async () => {
    const bytes = randomBytes(9 * 2 ** 20 + 17)
    const path = await create(bytes.length)
    // Cut in the middle of a part: 3 MiB of 9 come.
    const { promise: closed, resolve } = Promise.withResolvers<void>()
    const sending = request(new URL(path, agent.url), {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${token}`,
        'tus-resumable': '1.0.0',
        'content-type': 'application/offset+octet-stream',
        'upload-offset': 0,
        'content-length': bytes.length,
      },
    })
    sending.on('error', () => resolve())
    sending.write(bytes.subarray(0, 3 * 2 ** 20 + 1))
    await expect.poll(() => sending.writableLength).toBe(0)
    await delay(200)
    sending.destroy()
    await closed
    await expect.poll(() => offsetOf(path)).toBe(3 * 2 ** 20 + 1)
    const again = tusUpload(bytes, target, { uploadUrl: agent.url + path })
    again.upload.start()
    await again.done
    expect((await readFile((await stored(path)).file_path ?? '')).equals(bytes)).toBe(true)
  })

  it('stops and goes on, stops and is removed', async () => {
    const bytes = randomBytes(12 * 2 ** 20)
    let left = 1
    const first = tusUpload(bytes, target, {
      onPart: (upload) => {
        if (left-- > 0) void upload.abort()
      },
    })
    first.upload.start()
    await expect.poll(() => left).toBeLessThan(1)
    await delay(100)
    first.upload.start()
    await first.done
    expect((await stored(first.idOf())).status).toBe('uploaded')

    left = 1
    const second = tusUpload(bytes, target, {
      metadata: { filename: 'second.msh' },
      onPart: (upload) => {
        if (left-- > 0) void upload.abort(true)
      },
    })
    second.upload.start()
    await expect.poll(async () => (await stored(second.idOf())).status, { timeout: 5_000 }).toBe('cancelled')
    await expect.poll(areaFiles).toEqual(['jobs/unassigned/mesh/mesh.msh'])
    expect((await call('HEAD', `${TUS}/${second.idOf()}`)).status).toBe(410)
    expect((await call('DELETE', `${TUS}/${first.idOf()}`)).status).toBe(409)
  })

  it('discards bytes that do not fit their checksum', async () => {
    const bytes = randomBytes(5 * 2 ** 20)
    const path = await create(bytes.length)
    const damaged = Buffer.from(bytes)
    damaged[1_000_000] = (damaged[1_000_000] ?? 0) ^ 1
    const refused = await patch(path, 0, damaged, sum('sha256', bytes))
    expect(refused.status).toBe(460)
    expect(await refused.json()).toMatchObject({ code: 'CHECKSUM_MISMATCH', error: expect.stringMatching(/damaged/) })
    expect(await offsetOf(path)).toBe(0)
    const half = bytes.subarray(0, 2 ** 21)
    expect((await patch(path, 0, half, sum('sha1', half))).status).toBe(204)
    expect(await offsetOf(path)).toBe(2 ** 21)
    const rest = bytes.subarray(2 ** 21)
    expect((await patch(path, 2 ** 21, damaged.subarray(2 ** 21 - 2_000_000), sum('md5', rest))).status).toBe(400)
    expect((await patch(path, 2 ** 21, rest, sum('md5', rest))).status).toBe(204)
    expect((await readFile((await stored(path)).file_path ?? '')).equals(bytes)).toBe(true)
    const unknown = await patch(await create(4), 0, Buffer.from('four'), { 'upload-checksum': 'crc32 AAAA' })
    expect(unknown.status).toBe(400)
  })

  it('refuses a wrong offset, another length and another user', async () => {
    const path = await create(10)
    expect((await patch(path, 0, Buffer.from('12345'))).headers.get('upload-offset')).toBe('5')
    for (const offset of [0, 4, 6, 10]) expect((await patch(path, offset, Buffer.from('67890'))).status).toBe(409)
    expect((await patch(path, 5, Buffer.from('678901'))).status).toBe(400)
    const asText = await patch(path, 5, Buffer.from('67890'), { 'content-type': 'text/plain' })
    expect(asText.status).toBe(415)
    expect((await call('HEAD', path, { headers: { 'tus-resumable': '0.2.2' } })).status).toBe(412)

    const lee = { url: agent.url, token: await agent.token(`lee-${name}`) }
    const theft = tusUpload(Buffer.from('1234567890'), lee, { uploadUrl: agent.url + path, endpoint: null })
    theft.upload.start()
    await expect(theft.done).rejects.toThrow(/403/)
    token = await agent.token('pat', ['job:view'])
    expect((await call('POST', TUS, { headers: { 'upload-length': '1', 'upload-metadata': named('a') } })).status).toBe(
      403,
    )
    token = target.token
    expect((await patch(path, 5, Buffer.from('67890'))).status).toBe(204)
    expect((await call('HEAD', `${TUS}/none`)).status).toBe(404)
    const other = await uploadClient(agent.url, token).open({ size: 3 })
    expect((await call('HEAD', `${TUS}/${other.body.upload_id}`)).status).toBe(404)
  })

  it('tells the client why a program is refused, at its first bytes and when it is whole', async () => {
    const program = Buffer.concat([Buffer.from('\u007fELF'), randomBytes(2 ** 20)])
    const { upload, done, idOf } = tusUpload(program, target)
    upload.start()
    const error = await refusalOf(done)
    expect(sentenceOf(error)).toMatchObject({
      code: 'SECURITY_VALIDATION_FAILED',
      warnings: [expect.stringContaining('ELF')],
    })
    expect((await stored(idOf())).status).toBe('failed')
    expect(await areaFiles()).toEqual([])
    // In two parts of two bytes each nothing can be seen of it yet.
    const path = await create(64, 'late.dat')
    expect((await patch(path, 0, Buffer.from('\u007fE'))).status).toBe(204)
    const end = await patch(path, 2, Buffer.concat([Buffer.from('LF'), Buffer.alloc(60)]))
    expect(end.status).toBe(400)
    expect(await end.json()).toMatchObject({ code: 'SECURITY_VALIDATION_FAILED' })
    expect(await areaFiles()).toEqual([])
    const bad = tusUpload(Buffer.from('x'), target, { metadata: { filename: '../x' } })
    bad.upload.start()
    expect(sentenceOf(await refusalOf(bad.done))).toMatchObject({ code: 'NAME_REFUSED' })
  })

  it('keeps a second sender waiting', async () => {
    const path = await create(20)
    const socket = connect(Number(new URL(agent.url).port), '127.0.0.1')
    socket.write(
      `PATCH ${path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\nTus-Resumable: 1.0.0\r\n` +
        'Content-Type: application/offset+octet-stream\r\nUpload-Offset: 0\r\nContent-Length: 20\r\n\r\n1234567890',
    )
    await delay(300)
    expect((await patch(path, 0, Buffer.from('12345678901234567890'))).status).toBe(423)
    // One that stays silent gives way.
    await delay(5_000)
    expect(await offsetOf(path)).toBe(10)
    expect((await patch(path, 10, Buffer.from('abcdefghij'))).status).toBe(204)
    socket.destroy()
    expect(await readFile((await stored(path)).file_path ?? '', 'utf8')).toBe('1234567890abcdefghij')
  })

  it('takes the bytes with the creation, none at all, and a method in a header', async () => {
    const { upload, done, idOf } = tusUpload(Buffer.from('with creation'), target, {
      uploadDataDuringCreation: true,
      overridePatchMethod: true,
    })
    upload.start()
    await done
    expect(await readFile((await stored(idOf())).file_path ?? '', 'utf8')).toBe('with creation')
    const long = tusUpload(randomBytes(PART + 5), target, {
      overridePatchMethod: true,
      metadata: { filename: 'l.dat' },
    })
    long.upload.start()
    await long.done
    expect((await stored(long.idOf())).status).toBe('uploaded')
    const empty = tusUpload(Buffer.alloc(0), target, { metadata: { filename: 'empty.dat' } })
    empty.upload.start()
    await empty.done
    expect(await stored(empty.idOf())).toMatchObject({ status: 'uploaded', file_size: 0 })
  })

  it('says what it can to everybody, and lets pages of known origins at it', async () => {
    const asked = await fetch(agent.url + TUS, { method: 'OPTIONS' })
    expect(asked.status).toBe(204)
    expect(Object.fromEntries(asked.headers)).toMatchObject({
      'tus-version': '1.0.0',
      'tus-max-size': String(agent.config.limits.fileSize),
      'tus-extension': 'creation,creation-with-upload,expiration,checksum,termination',
      'tus-checksum-algorithm': 'sha256,sha1,md5',
    })
    const preflight = await fetch(`${agent.url}${TUS}/some-id`, {
      method: 'OPTIONS',
      headers: {
        origin: 'http://localhost:3000',
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'tus-resumable,upload-offset',
      },
    })
    expect(preflight.headers.get('access-control-allow-methods')).toContain('PATCH')
    expect(preflight.headers.get('access-control-allow-headers')).toContain('upload-offset')
    expect(preflight.headers.get('access-control-allow-origin')).toBe('http://localhost:3000')
    const path = await create(3)
    const head = await call('HEAD', path, { headers: { origin: 'http://localhost:3000' } })
    for (const header of ['Upload-Offset', 'Location', 'Tus-Resumable', 'Upload-Expires']) {
      expect(head.headers.get('access-control-expose-headers')).toContain(header)
    }
    const hours = (Date.parse(head.headers.get('upload-expires') ?? '') - Date.now()) / 3_600_000
    expect(Math.round(hours)).toBe(agent.config.limits.partialUploadHours)
    expect(head.headers.get('tus-resumable')).toBe('1.0.0')
    expect((await fetch(agent.url + path, { method: 'HEAD', headers: { 'tus-resumable': '1.0.0' } })).status).toBe(401)
  })

  it('refuses what is too large, and what says nothing of itself', async () => {
    const large = await post({
      'upload-length': String(agent.config.limits.fileSize + 1),
      'upload-metadata': named('a.dat'),
    })
    expect(large.status).toBe(413)
    expect((await post({ 'upload-length': '1' })).status).toBe(400)
    expect((await post({ 'upload-metadata': named('a') })).status).toBe(400)
    expect((await post({ 'upload-defer-length': '1', 'upload-metadata': named('a') })).status).toBe(400)
    for (const length of ['-1', '1.5', 'x', '99999999999999999999']) {
      expect((await post({ 'upload-length': length, 'upload-metadata': named('a') })).status).toBe(400)
    }
    for (const metadata of ['filename', 'filename !!', `${named('a')},${named('b')}`, ',']) {
      expect((await post({ 'upload-length': '1', 'upload-metadata': metadata })).status).toBe(400)
    }
    expect(await areaFiles()).toEqual([])
  })
})

describe('tus, and an agent that is killed', () => {
  let data: string
  let agent: SpawnedAgent
  const start = async () => {
    const quiet = { HEADWAY_LOG_LEVEL: 'silent', HEADWAY_SCHEDULER: 'local', HEADWAY_ADMIN_PASSWORD: 'of-the-test' }
    agent = await spawnAgent({ ...quiet, HEADWAY_DATA: data, JWT_SECRET_KEY: secret })
    return { url: agent.url, token: await portalToken({ sub: 'kim' }) }
  }
  beforeEach(() => {
    data = temporaryFolder()
  })
  afterEach(async () => {
    await agent.end()
    rmSync(data, { recursive: true, force: true })
  })

  it('goes on where it was, again and again, and stores what was sent', { timeout: 120_000 }, async () => {
    const bytes = randomBytes(50 * 2 ** 20)
    let target = await start()
    let id = ''
    let accepted = 0
    for (let kills = 0; kills < 3; kills++) {
      const wanted = accepted + 2 * PART
      const { upload, done, idOf } = tusUpload(bytes, target, {
        ...(id === '' ? {} : { uploadUrl: `${target.url}${TUS}/${id}` }),
        onPart: (_, count) => {
          accepted = count
          if (count >= wanted) agent.process.kill('SIGKILL')
        },
      })
      upload.start()
      await expect(done).rejects.toThrow()
      await agent.end()
      id = idOf()
      target = await start()
      const head = await fetch(`${target.url}${TUS}/${id}`, {
        method: 'HEAD',
        headers: { authorization: `Bearer ${target.token}`, 'tus-resumable': '1.0.0' },
      })
      // What was confirmed is there, though it ended within a chunk of the agent's.
      expect(Number(head.headers.get('upload-offset'))).toBeGreaterThanOrEqual(accepted)
    }
    const last = tusUpload(bytes, target, { uploadUrl: `${target.url}${TUS}/${id}` })
    last.upload.start()
    await last.done
    const { body } = await uploadClient(target.url, target.token).get(id)
    expect(body.status).toBe('uploaded')
    expect((await readFile(body.file_path ?? '')).equals(bytes)).toBe(true)
  })
})
