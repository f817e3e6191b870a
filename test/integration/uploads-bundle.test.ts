import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { AgentUpload } from '../../contract/agent/uploads.ts'
import type { Upload } from '../../contract/uploads.ts'
import { admin, startAgent, type TestAgent } from '../helpers/agent.ts'
import { openBrowserPage } from '../helpers/browser-page.ts'

/** The Node host as `npm start` runs it: built, one file beside the other. */
const root = join(import.meta.dirname, '../..')
let folder: string
let agent: TestAgent
let host: ChildProcess
let address: string

beforeAll(async () => {
  const build = spawnSync(process.execPath, ['scripts/build.mjs', '--only', 'web', '--only', 'renderer'], {
    cwd: root,
    encoding: 'utf8',
  })
  expect(build.status, build.stderr).toBe(0)
  folder = await mkdtemp(join(tmpdir(), 'headway-bundle-'))
  agent = await startAgent()
  host = spawn(process.execPath, [join(root, 'dist/web/headway-web.js')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], HOME: folder, XDG_DATA_HOME: folder, HEADWAY_NO_BROWSER: '1', HEADWAY_PORT: '0' },
  })
  const { stdout } = host
  if (stdout === null) throw new Error('no output')
  for await (const line of createInterface({ input: stdout })) {
    const [, ready] = /Headway is ready: (\S+)/.exec(line) ?? []
    if (ready === undefined) continue
    address = ready
    break
  }
}, 180_000)
afterAll(async () => {
  host.kill('SIGTERM')
  await once(host, 'exit')
  await agent.close()
  await rm(folder, { recursive: true, force: true })
})

/** Threads of the host that Node calls its workers. */
const workers = (): number =>
  readdirSync(`/proc/${host.pid}/task`).filter((id) =>
    readFileSync(`/proc/${host.pid}/task/${id}/comm`, 'utf8').startsWith('WorkerThread'),
  ).length

test('the built host reads, hashes and compresses in threads of its own', async () => {
  // What does not get smaller comes last: after it, compression rests for a while.
  const content = Buffer.concat([Buffer.alloc(2_000_000, 'mesh '), randomBytes(3_000_001)])
  const path = join(folder, 'mesh.msh')
  await writeFile(path, content)
  const page = await openBrowserPage(address)
  const { id: site } = await page.rpc.call('sites', 'add', { url: agent.url })
  await page.rpc.call('sites', 'signIn', { site, ...admin })
  await page.rpc.call('settings', 'update', { uploadLimit: 4_000_000 })
  const uploads = new Map<string, Upload>()
  page.rpc.subscribe(
    'uploads',
    'all',
    {},
    {
      snapshot: ({ items }) => items.forEach((item) => uploads.set(item.id, item)),
      event: ({ put }) => put.forEach((item) => uploads.set(item.id, item)),
    },
  )
  await page.hold({ one: { content, modified: 1000 } })
  const before = workers()
  const file = { name: 'mesh.msh', folder: '', size: content.length, modified: 1000 }
  const { added } = await page.rpc.call('uploads', 'add', {
    site,
    label: 'form',
    files: [{ ...file, source: { kind: 'browser', token: 'one' } }],
  })
  const id = added[0]?.id ?? ''
  await vi.waitFor(() => expect(uploads.get(id)?.state).toBe('uploaded'), { timeout: 30_000, interval: 50 })
  expect(workers()).toBeGreaterThan(before)
  expect(uploads.get(id)?.crossed).toBeLessThan(content.length - 1_000_000)
  const { access_token: token } = await agent.signIn()
  const answer = await agent.fetch(`/api/v2/uploads/${uploads.get(id)?.agentUploadId}`, { token })
  const { file_path: stored = '' } = (await answer.json()) as AgentUpload
  expect(sha256(readFileSync(stored))).toBe(sha256(content))
  page.rpc.close()
})

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
