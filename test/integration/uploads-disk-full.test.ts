import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { zstdCompressSync } from 'node:zlib'
import { startAgent, type TestAgent } from '../helpers/agent.ts'
import { cut, sha256, treeDigest, uploadClient, type UploadClient } from '../helpers/upload-client.ts'

/** A small disk of its own; only root can mount one. */
const canMount = process.getuid?.() === 0
const CHUNK = 1 << 20

describe.skipIf(!canMount)('a disk that is too small for an upload', () => {
  const disk = mkdtempSync(join(tmpdir(), 'headway-upload-disk-'))
  let agent: TestAgent
  let kim: UploadClient
  beforeAll(async () => {
    execFileSync('/usr/bin/mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', disk])
    agent = await startAgent({ environment: { HEADWAY_UPLOADS: join(disk, 'uploads') } })
    kim = uploadClient(agent.url, await agent.token('kim'))
  })
  afterAll(async () => {
    await agent.close()
    execFileSync('/usr/bin/umount', ['--lazy', disk])
    rmSync(disk, { recursive: true, force: true })
  })

  test('is refused before a byte is sent, with what is needed and what is free', async () => {
    expect(await kim.open({ size: 17 << 20, chunk_size: CHUNK })).toMatchObject({
      status: 507,
      body: { code: 'NO_SPACE', details: { needed: 17 << 20, free: 16 << 20 } },
    })
    const { body } = await kim.open({ size: 10 << 20, chunk_size: CHUNK })
    expect(await kim.open({ size: 7 << 20, chunk_size: CHUNK })).toMatchObject({
      status: 507,
      body: { details: { needed: 7 << 20, free: 6 << 20 } },
    })
    await kim.cancel(body.upload_id)
  })

  test('that fills up on the way keeps what has arrived, whatever form the chunks have', async () => {
    const data = randomBytes(6 << 20)
    const chunks = cut(data, CHUNK)
    const { body } = await kim.open({ size: data.length, chunk_size: CHUNK, name: 'mesh.msh' })
    const id = body.upload_id
    const packed = (index: number) => {
      const chunk = chunks[index] ?? data
      return kim.call('PUT', `/api/v2/uploads/${id}/chunks/${index}`, {
        body: new Uint8Array(zstdCompressSync(chunk)),
        headers: {
          'content-type': 'application/octet-stream',
          'content-encoding': 'zstd',
          'repr-digest': `sha-256=:${sha256(chunk).toString('base64')}:`,
        },
      })
    }
    for (const index of [0, 1]) expect((await kim.put(id, index, chunks[index] ?? data)).status).toBe(200)
    // A job writes its results meanwhile.
    await writeFile(join(disk, 'results'), Buffer.alloc(13 << 20)).catch(() => {})
    const refused = [await kim.put(id, 2, chunks[2] ?? data), await packed(3), await packed(4), await packed(5)].at(-1)
    expect(refused).toMatchObject({ status: 507, body: { code: 'NO_SPACE', details: { free: 0 } } })
    expect(refused?.body.error).toBe('The disk of the cluster is full. What has arrived is kept.')
    const { received } = (await kim.get(id)).body
    expect(received[0]?.[0]).toBe(0)
    await rm(join(disk, 'results'))
    for (const index of chunks.keys()) expect((await packed(index)).status).toBe(200)
    const done = await kim.complete(id, treeDigest(data, CHUNK))
    expect(done.body.status).toBe('uploaded')
    expect((await readFile(done.body.file_path ?? '')).equals(data)).toBe(true)
  })
})
