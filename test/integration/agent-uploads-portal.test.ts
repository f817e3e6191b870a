import { createHash, randomBytes } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { InitAnswer, UploadList } from '../../contract/agent/uploads.ts'
import { startAgent, type TestAgent } from '../helpers/agent.ts'
import { cut, uploadClient, type UploadClient } from '../helpers/upload-client.ts'

const CHUNK = 100_000
const md5 = (data: Buffer) => createHash('md5').update(data).digest('hex')
let agent: TestAgent
let kim: UploadClient

beforeAll(async () => {
  agent = await startAgent({ environment: { RATE_LIMIT_ENABLED: '0' } })
  kim = uploadClient(agent.url, await agent.token('kim'))
})
afterAll(() => agent.close())

const init = (request: Record<string, unknown>) =>
  kim.json<InitAnswer>('POST', '/api/v2/files/upload/init', { chunk_size: CHUNK, ...request })

/** A form as curl and browsers send it, fields in the order given. */
const send = (parts: [name: string, value: string | Buffer][]) => {
  const form = new FormData()
  for (const [name, value] of parts) {
    if (typeof value === 'string') form.append(name, value)
    else form.append(name, new Blob([new Uint8Array(value)]), 'blob')
  }
  return kim.call<{ message: string; uploaded_chunks: number }>('POST', '/api/v2/files/upload/chunk', { body: form })
}
const finish = (request: Record<string, unknown>) =>
  kim.json<{ message: string; file_path: string; file_info: object }>('POST', '/api/v2/files/upload/complete', request)

describe("the portals' way", () => {
  it('takes multipart chunks in any order, fields before or behind the bytes', async () => {
    const data = randomBytes(350_000)
    const started = await init({
      filename: 'mesh.msh',
      file_size: data.length,
      job_id: 'p-1',
      user_id: 'lee',
      checksum: md5(data),
    })
    expect(started).toMatchObject({
      status: 201,
      body: {
        chunk_size: CHUNK,
        total_chunks: 4,
        storage_path: `${agent.config.uploads}/users/kim/jobs/p-1/mesh`,
        file_info: { type: 'mesh', extension: '.msh', size: 350_000 },
      },
    })
    const id = started.body.upload_id
    const [a = data, b = data, c = data, d = data] = cut(data, CHUNK)
    const form = (index: number, chunk: Buffer): [string, string | Buffer][] => [
      ['upload_id', id],
      ['chunk_index', String(index)],
      ['checksum', md5(chunk).toUpperCase()],
      ['chunk', chunk],
    ]
    const answers = await Promise.all([
      send(form(3, d)),
      send(form(0, a).toReversed()),
      send([
        ['chunk_index', '2'],
        ['chunk', c],
        ['upload_id', id],
      ]),
    ])
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(await finish({ upload_id: id })).toMatchObject({
      status: 409,
      body: { code: 'MISSING_CHUNKS', details: { missing: [[1, 1]] } },
    })
    const last = await send(form(1, b))
    expect(last).toMatchObject({ status: 200, body: { uploaded_chunks: 4, total_chunks: 4, progress: 100 } })
    expect(last.body.message).toBeTypeOf('string')
    const done = await finish({ upload_id: id, verify_checksum: true })
    expect(done).toMatchObject({ status: 200, body: { file_info: { type: 'mesh' } } })
    expect((await readFile(done.body.file_path)).equals(data)).toBe(true)
    // Nothing of the forms that began with their bytes is left.
    expect(await readdir(join(agent.config.data, 'chunks'))).toEqual([])
  })

  it('refuses damaged chunks and forms that say too little', async () => {
    const data = randomBytes(100)
    const { body } = await init({ filename: 'a.inp', file_size: 100 })
    const id = body.upload_id
    const head: [string, string][] = [
      ['upload_id', id],
      ['chunk_index', '0'],
    ]
    expect(await send([...head, ['checksum', md5(Buffer.from('x'))], ['chunk', data]])).toMatchObject({
      status: 422,
      body: { code: 'CHECKSUM_MISMATCH' },
    })
    expect(await send([['chunk', data], ...head, ['checksum', md5(Buffer.from('x'))]])).toMatchObject({ status: 422 })
    for (const form of [
      [['chunk', data]],
      [...head],
      [...head, ['chunk', data.subarray(1)]],
      [...head, ['chunk', data], ['checksum', 'zz']],
      [
        ['upload_id', id],
        ['chunk_index', '-1'],
        ['chunk', data],
      ],
      [
        ['upload_id', id],
        ['chunk_index', '1'],
        ['chunk', data],
      ],
    ] as [string, string | Buffer][][]) {
      expect((await send(form)).status).toBe(400)
    }
    expect(
      (
        await send([
          ['upload_id', 'nope'],
          ['chunk_index', '0'],
          ['chunk', data],
        ])
      ).status,
    ).toBe(404)
    expect((await kim.call('POST', '/api/v2/files/upload/chunk', { body: 'no form' })).status).toBeGreaterThanOrEqual(
      400,
    )
    const one = await kim.call('GET', `/api/v2/files/uploads/${id}`)
    expect(one.body).toMatchObject({ status: 'receiving', received: [] })
  })

  it('verifies the whole by MD5 or SHA-256, unless told not to', async () => {
    const data = randomBytes(150_000)
    const wrong = md5(Buffer.from('other'))
    const ways: [checksum: string, verify: boolean | undefined, status: number][] = [
      [createHash('sha256').update(data).digest('hex'), true, 200],
      [wrong, true, 422],
      [wrong, undefined, 422],
      [wrong, false, 200],
    ]
    for (const [checksum, verify, status] of ways) {
      const { body } = await init({ filename: 'a.inp', file_size: data.length, checksum })
      for (const [index, chunk] of cut(data, CHUNK).entries()) {
        await send([
          ['upload_id', body.upload_id],
          ['chunk_index', String(index)],
          ['chunk', chunk],
        ])
      }
      const done = await finish({
        upload_id: body.upload_id,
        ...(verify === undefined ? {} : { verify_checksum: verify }),
      })
      expect([done.status, checksum]).toEqual([status, checksum])
    }
  })

  it('takes chunks of the usual five MiB, whichever comes first in the form', async () => {
    const data = randomBytes(5_242_880 * 2 + 1)
    const request = { filename: 'b.msh', file_size: data.length, checksum: md5(data) }
    const { body } = await kim.json<InitAnswer>('POST', '/api/v2/files/upload/init', request)
    expect([body.chunk_size, body.total_chunks]).toEqual([5_242_880, 3])
    for (const [index, chunk] of cut(data, body.chunk_size).entries()) {
      const fields: [string, string | Buffer][] = [
        ['upload_id', body.upload_id],
        ['chunk_index', String(index)],
        ['chunk', chunk],
        ['checksum', md5(chunk)],
      ]
      expect((await send(index === 1 ? fields.toReversed() : fields)).status).toBe(200)
    }
    const done = await finish({ upload_id: body.upload_id, verify_checksum: true })
    expect((await readFile(done.body.file_path)).equals(data)).toBe(true)
  })

  it('refuses a program with the warnings', async () => {
    const elf = Buffer.concat([Buffer.from('\x7fELF', 'latin1'), randomBytes(100)])
    const { body } = await init({ filename: 'a.txt', file_size: elf.length })
    const refused = await send([
      ['upload_id', body.upload_id],
      ['chunk_index', '0'],
      ['chunk', elf],
    ])
    expect(refused).toMatchObject({
      status: 400,
      body: { error: 'Security validation failed', warnings: [expect.any(String)] },
    })
    expect(await finish({ upload_id: body.upload_id })).toMatchObject({
      status: 400,
      body: { code: 'SECURITY_VALIDATION_FAILED' },
    })
  })

  it('refuses a label that would be a path, and names by the rules of all', async () => {
    for (const label of ['../x', '..', 'a b', 'ä']) {
      expect((await init({ filename: 'a', file_size: 1, job_id: label })).status).toBe(400)
    }
    expect(await init({ filename: '../../x', file_size: 1 })).toMatchObject({
      status: 400,
      body: { code: 'NAME_REFUSED' },
    })
    expect((await init({ filename: 'a', file_size: 51 * 2 ** 30 })).body).toMatchObject({
      code: 'FILE_TOO_LARGE',
      error: 'File size exceeds maximum (50 GB)',
    })
  })

  it('lists, page by page, and cancels', async () => {
    const lee = uploadClient(agent.url, await agent.token('lee'))
    for (let at = 0; at < 5; at++) {
      await lee.json('POST', '/api/v2/files/upload/init', { filename: `${at}.inp`, file_size: 10 })
    }
    const answer = await fetch(new URL('/api/v2/files/uploads?limit=2&offset=4', agent.url), {
      headers: { authorization: `Bearer ${await agent.token('lee')}` },
    })
    const { uploads, total } = (await answer.json()) as UploadList
    expect([answer.headers.get('x-total-count'), answer.headers.get('x-page-count'), total]).toEqual(['5', '3', 5])
    expect(uploads).toHaveLength(1)
    const id = uploads[0]?.upload_id ?? ''
    expect((await lee.call('DELETE', `/api/v2/files/uploads/${id}`)).body.status).toBe('cancelled')
  })

  it('says that it is there', async () => {
    const answer = await fetch(new URL('/api/v2/files/health', agent.url))
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok' }])
  })
})
