import { closeSync, globSync, openSync, readSync, writeSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startAgent, type TestAgent } from '../helpers/agent.ts'
import { type ChunkProxy, startChunkProxy } from '../helpers/chunk-proxy.ts'
import { randomFile } from '../helpers/random-file.ts'
import { picked, startUploadCore, type UploadCore } from '../helpers/upload-core.ts'

let agent: TestAgent
let proxy: ChunkProxy
let core: UploadCore
let folder: string

beforeAll(async () => {
  agent = await startAgent()
  proxy = await startChunkProxy(() => agent.url)
  core = await startUploadCore({ url: proxy.url })
  folder = await mkdtemp(join(tmpdir(), 'headway-read-back-'))
})
afterAll(async () => {
  await core.close()
  await proxy.close()
  await agent.close()
  await rm(folder, { recursive: true, force: true })
})

/** What a bad disk does. */
function flip(position: number): void {
  const [path = ''] = globSync(join(agent.config.uploads, '**/.upload-*.part'))
  const file = openSync(path, 'r+')
  const byte = Buffer.alloc(1)
  readSync(file, byte, 0, 1, position)
  writeSync(file, Buffer.from([(byte[0] ?? 0) ^ 0x10]), 0, 1, position)
  closeSync(file)
}

test('a byte that the cluster’s disk has changed is found when it reads back, and only its chunk is sent again', async () => {
  core.set({ uploadReadBack: true })
  const path = join(folder, 'mesh.msh')
  await randomFile(path, 24 << 20)
  const asked: string[] = []
  proxy.otherFate = (request) => {
    if (!request.endsWith('/complete')) return 'pass'
    asked.push(request)
    if (asked.length === 1) flip(20_000_000)
    return 'pass'
  }
  const [upload] = await core.add([await picked(path)])
  if (upload === undefined) throw new Error('nothing was added')
  await core.whenUploaded([upload])
  expect(asked).toHaveLength(2)
  const sent = proxy.chunks.map(({ index }) => index)
  expect(sent).toHaveLength(new Set(sent).size + 1)
  const [stored = ''] = globSync(join(agent.config.uploads, '**/mesh.msh'))
  expect((await readFile(stored)).equals(await readFile(path))).toBe(true)
})
