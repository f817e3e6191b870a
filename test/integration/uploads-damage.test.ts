import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AgentUpload } from '../../contract/agent/uploads.ts'
import type { Upload } from '../../contract/uploads.ts'
import { admin, startAgent, type TestAgent } from '../helpers/agent.ts'
import { startChunkProxy, type ChunkProxy } from '../helpers/chunk-proxy.ts'
import { digestsBelow, digestsOf, writeTree } from '../helpers/file-tree.ts'
import { digestOfFile, randomFile } from '../helpers/random-file.ts'
import { context, picked, startUploadCore, type UploadCore } from '../helpers/upload-core.ts'
import { numbered } from '../helpers/upload-set.ts'

const MIB = 2 ** 20
const SET = 'POST /api/v2/uploads/sets'

let agent: TestAgent
let proxy: ChunkProxy
let core: UploadCore
let folder: string
beforeEach(async () => {
  agent = await startAgent()
  proxy = await startChunkProxy(() => agent.url)
  core = await startUploadCore({ url: proxy.url })
  folder = await mkdtemp(join(tmpdir(), 'headway-damage-'))
})
afterEach(async () => {
  await core.close()
  await proxy.close()
  await agent.close()
  await rm(folder, { recursive: true, force: true })
})

async function whole(path: string, label: string): Promise<Upload> {
  const [added] = await core.add([await picked(path)], label)
  await core.whenUploaded(added === undefined ? [] : [added])
  const upload = core.upload(added?.id ?? '')
  const { file_path: stored = '' } = await core.agent.client.get<AgentUpload>(`/api/v2/uploads/${upload.agentUploadId}`)
  expect(await digestOfFile(stored)).toBe(await digestOfFile(path))
  return upload
}
const isRecipe = (headers: Record<string, unknown>): boolean =>
  headers['content-type'] === 'application/vnd.headway.recipe'

describe('a bit turned over on the way', () => {
  it('in a recipe costs its chunk, which then goes as it is', async () => {
    const path = join(folder, 'mesh.msh')
    await randomFile(path, 24 * MIB)
    await whole(path, 'before')
    const bytes = await readFile(path)
    await writeFile(path, Buffer.concat([bytes.subarray(0, 9 * MIB), randomBytes(1000), bytes.subarray(9 * MIB)]))
    const before = proxy.chunks.length
    let flipped: number | undefined
    proxy.fate = (index, headers) => {
      if (flipped !== undefined || !isRecipe(headers)) return 'pass'
      flipped = index
      return 'flip-bit'
    }
    const upload = await whole(path, 'after')
    const sent = proxy.chunks.slice(before)
    const again = [...Map.groupBy(sent, ({ index }) => index).values()].filter(({ length }) => length > 1)
    expect(again.map((times) => times.map(({ index, headers }) => [index, isRecipe(headers)]))).toEqual([
      [
        [flipped, true],
        [flipped, false],
      ],
    ])
    // All others were still put together out of what is there.
    expect(upload.reused).toBeGreaterThan(18 * MIB)
  })

  it('in a set of small files costs the set, and no file has another name or content', async () => {
    const files = new Map(
      Array.from({ length: 300 }, (_, at) => [`case/part-${at % 5}/f${at}.csv`, numbered(at, 200 + at * 7)] as const),
    )
    await writeTree(folder, files)
    let flipped = 0
    proxy.otherFate = (request) => (request === SET && flipped++ === 0 ? 'flip-bit' : 'pass')
    const { files: found } = await core.uploads.handlers.methods.expand({ paths: [join(folder, 'case')] }, context)
    await core.whenUploaded(await core.add(found))
    const stored = join(agent.config.uploads, 'users', admin.username, 'jobs', 'form', 'data')
    expect(await digestsBelow(stored)).toEqual(digestsOf(files))
    expect(proxy.others.filter((request) => request === SET)).toHaveLength(2)
  })
})
