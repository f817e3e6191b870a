import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Task } from '../../contract/task.ts'
import type { PickedFile, Upload } from '../../contract/uploads.ts'
import { startWebHost, type WebHost } from '../../src/web/host.ts'
import { admin, startAgent, type TestAgent } from '../helpers/agent.ts'
import { openBrowserPage, type BrowserPage } from '../helpers/browser-page.ts'
import { submitJob } from '../helpers/core.ts'

/** A file that only a page has, through the Node host and the core to the real agent, into a job, and a result back. */
let folder: string
let agent: TestAgent
let host: WebHost
let page: BrowserPage
let site: string
const uploads = new Map<string, Upload>()
const tasks = new Map<string, Task>()

const keep = <T extends { id: string }>(into: Map<string, T>) => ({
  snapshot: ({ items }: { items: T[] }) => items.forEach((item) => into.set(item.id, item)),
  event: ({ put }: { put: T[] }) => put.forEach((item) => into.set(item.id, item)),
})

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-web-'))
  await mkdir(join(folder, 'renderer'))
  await writeFile(join(folder, 'renderer', 'index.html'), '<p>Headway</p>')
  agent = await startAgent()
  host = await startWebHost({ data: join(folder, 'app'), renderer: join(folder, 'renderer'), port: 0 })
  page = await openBrowserPage(host.address())
  const added = await page.rpc.call('sites', 'add', { url: agent.url })
  site = added.id
  await page.rpc.call('sites', 'signIn', { site, ...admin })
  page.rpc.subscribe('uploads', 'all', {}, keep(uploads))
  page.rpc.subscribe('tasks', 'all', {}, keep(tasks))
})
afterAll(async () => {
  page.rpc.close()
  await host.close()
  await agent.close()
  await rm(folder, { recursive: true, force: true })
})

async function add(name: string, token: string, size: number): Promise<string> {
  const file: PickedFile = { name, folder: '', size, modified: 1000, source: { kind: 'browser', token } }
  const { added, refused } = await page.rpc.call('uploads', 'add', { site, label: 'form-1', files: [file] })
  expect(refused).toEqual([])
  return added[0]?.id ?? ''
}
const state = (id: string) => uploads.get(id)?.state
const finished = (id: string): Promise<unknown> =>
  vi.waitFor(() => expect(uploads.get(id)).toMatchObject({ state: 'uploaded' }), { timeout: 30_000, interval: 50 })

test('the bytes arrive, whole and verified, run through a job and come back', async () => {
  const content = randomBytes(9_000_001)
  const { socket } = await page.hold({ one: { content, modified: 1000 } })
  const id = await add('결과 mesh.msh', 'one', content.length)
  await finished(id)
  socket.close()

  const taskId = await submitJob(page.rpc, {
    site,
    submission: {
      name: 'sum',
      command: 'sha256sum < *.msh > sum.dat',
      resources: { nodes: 1, tasks: 1, timeMinutes: 5 },
    },
    uploads: [{ id }],
  })
  const job = await vi.waitFor(
    async () => {
      const jobId = tasks.get(taskId)?.result?.jobId ?? ''
      expect(await page.rpc.call('jobs', 'detail', { site, id: jobId })).toMatchObject({ state: 'completed' })
      return jobId
    },
    { timeout: 30_000, interval: 100 },
  )
  const { ticket } = await page.rpc.call('results', 'downloadTicket', { site, id: job, path: 'sum.dat' })
  const answer = await page.download(ticket)
  expect(answer.headers.get('content-disposition')).toContain('attachment; filename="sum.dat"')
  expect(await answer.text()).toBe(`${createHash('sha256').update(content).digest('hex')}  -\n`)
  expect((await page.download(ticket)).status).toBe(404)
})

test('a connection that is cut in the middle costs nothing that arrived', async () => {
  const content = randomBytes(40_000_000)
  const files = { two: { content, modified: 1000 } }
  await page.rpc.call('settings', 'update', { uploadLimit: 30_000_000 })
  const first = await page.hold(files)
  const id = await add('cut.msh', 'two', content.length)
  await vi.waitFor(() => expect(uploads.get(id)?.sent ?? 0).toBeGreaterThan(1_000_000), {
    timeout: 20_000,
    interval: 10,
  })
  first.socket.terminate()
  const second = await page.hold(files)
  await finished(id)
  expect(first.sent + second.sent).toBeLessThan(1.9 * content.length)
  await page.rpc.call('settings', 'update', { uploadLimit: 0 })
  second.socket.close()
})

test('a page that was closed leaves an upload that waits for its file, and goes on with it', async () => {
  const content = randomBytes(20_000_000)
  await page.rpc.call('settings', 'update', { uploadLimit: 4_000_000 })
  const first = await page.hold({ three: { content, modified: 1000 } })
  const id = await add('closed.msh', 'three', content.length)
  await vi.waitFor(() => expect(state(id)).toBe('uploading'), { timeout: 20_000, interval: 20 })
  first.socket.terminate()
  await vi.waitFor(
    () =>
      expect(uploads.get(id)).toMatchObject({
        state: 'waiting',
        wait: 'file',
        error: { code: 'FILE_DETACHED', data: { name: 'closed.msh' } },
      }),
    {
      timeout: 30_000,
      interval: 100,
    },
  )
  await page.rpc.call('settings', 'update', { uploadLimit: 0 })
  const again = await page.hold({ four: { content, modified: 1000 } })
  const file: PickedFile = {
    name: 'closed.msh',
    folder: '',
    size: content.length,
    modified: 1000,
    source: { kind: 'browser', token: 'four' },
  }
  await page.rpc.call('uploads', 'reattach', { id, file })
  await finished(id)
  again.socket.close()
})
