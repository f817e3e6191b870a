import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assert, property, string } from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SiteAgent } from '../../../../src/core/agent-client/index.ts'
import { createDownloads, type Downloads } from '../../../../src/core/results/downloads.ts'
import { localName } from '../../../../src/core/results/local-file.ts'
import { openJournal } from '../../../../src/core/kit/journal.ts'
import { taskMigrations } from '../../../../src/core/tasks/index.ts'
import { until } from '../../../helpers/core.ts'
import { agentsOf, signedIn, silent } from '../helpers/signed-in.ts'
import { sendJson, startSmallAgent, type SmallAgent } from '../helpers/small-agent.ts'

let agent: SmallAgent
let site: SiteAgent
let folder: string
let content: Buffer
let etag: string
/** Bytes after which an answer is cut, one entry per answer. */
let cuts: number[]
let ranges: (string | undefined)[]
const ends: (() => unknown)[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-downloads-'))
  agent = await startSmallAgent()
  content = randomBytes(1_000_000)
  etag = '"one"'
  cuts = []
  ranges = []
  agent.routes.set('GET /api/v2/jobs/7/files/out/a.frd', (request, response) => {
    const { range } = request.headers
    ranges.push(range)
    const from = range !== undefined && request.headers['if-range'] === etag ? Number(/\d+/.exec(range)?.[0]) : 0
    const rest = content.subarray(from)
    const partial = from > 0 ? { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` } : {}
    response.writeHead(from > 0 ? 206 : 200, { etag, 'content-length': String(rest.length), ...partial })
    const cut = cuts.shift()
    if (cut === undefined) response.end(rest)
    else {
      response.write(rest.subarray(0, cut))
      setTimeout(() => response.destroy(), 30)
    }
  })
  site = await signedIn(agent.url)
})
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
  site.close()
  await agent.close()
  await rm(folder, { recursive: true, force: true })
})

function open(): Downloads {
  const database = openJournal({ path: join(folder, 'tasks.db'), migrations: taskMigrations, log: silent })
  const downloads = createDownloads({
    database,
    agents: agentsOf(site),
    downloadsFolder: join(folder, 'to'),
    log: silent,
  })
  ends.push(async () => {
    await downloads.close()
    database.close()
  })
  return downloads
}
const input = { site: 's', id: '7', path: 'out/a.frd' }
const task = (downloads: Downloads, id: string) => downloads.source.list().find((item) => item.id === id)
const done = (downloads: Downloads, id: string) =>
  until('the file', () => {
    const now = task(downloads, id)
    if (now?.state === 'failed') throw new Error(JSON.stringify(now.error))
    return now?.state === 'done' ? now.result?.path : undefined
  })

describe('a download', () => {
  it('goes on where it was cut and leaves one whole file', async () => {
    cuts = [300_000, 200_000]
    const downloads = open()
    const path = await done(downloads, downloads.save(input, 'c1'))
    expect(await readFile(path)).toEqual(content)
    expect(ranges[0]).toBeUndefined()
    expect(ranges.length).toBe(3)
    expect(ranges.slice(1).every((range) => /^bytes=\d+-$/.test(range ?? ''))).toBe(true)
    expect(await readdir(join(folder, 'to'))).toEqual(['a.frd'])
  })

  it('begins again when the file has become another one', async () => {
    cuts = [300_000]
    const downloads = open()
    const id = downloads.save(input, 'c1')
    await until('the cut', () => ranges.length === 1 && cuts.length === 0)
    content = randomBytes(900_000)
    etag = '"two"'
    expect(await readFile(await done(downloads, id))).toEqual(content)
  })

  it('goes on after a pause and after a restart with what it has', async () => {
    cuts = [400_000]
    const first = open()
    const id = first.save(input, 'c1')
    await until('a part', async () => ((task(first, id)?.progress?.done ?? 0) > 0 ? true : undefined))
    await first.source.pause(id)
    expect(task(first, id)?.state).toBe('paused')
    await ends.pop()?.()
    const second = open()
    second.start()
    await second.source.resume(id)
    expect(await readFile(await done(second, id))).toEqual(content)
    expect(ranges.at(-1)).toMatch(/^bytes=[1-9]/)
  })

  it('takes its part away when it is cancelled', async () => {
    cuts = [400_000, 1, 1, 1, 1, 1, 1, 1]
    const downloads = open()
    const id = downloads.save(input, 'c1')
    await until('a part', () => (task(downloads, id)?.progress?.done ?? 0) > 0)
    await downloads.source.cancel(id)
    expect(await readdir(join(folder, 'to'))).toEqual([])
  })

  it('never writes over a file', async () => {
    await mkdir(join(folder, 'to'))
    await writeFile(join(folder, 'to', 'a.frd'), 'mine')
    const downloads = open()
    const path = await done(downloads, downloads.save(input, 'c1'))
    expect(path).toBe(join(folder, 'to', 'a (2).frd'))
    expect(await readFile(join(folder, 'to', 'a.frd'), 'utf8')).toBe('mine')
  })

  it('fails with a reason where this machine refuses', async () => {
    await writeFile(join(folder, 'to'), 'a file where the folder would be')
    const downloads = open()
    const id = downloads.save(input, 'c1')
    await until('the failure', () => task(downloads, id)?.state === 'failed')
    expect(task(downloads, id)?.error?.code).toBe('FILE_UNREADABLE')
  })
})

describe('a name from the head node', () => {
  it.each([
    ['out/a.frd', 'a.frd'],
    ['../../.bashrc', '_bashrc'],
    ['..\\..\\x.exe', 'x.exe'],
    ['a/..', 'file'],
    ['con.txt', '_con.txt'],
    ['a<b>:"|?*.dat', 'a_b______.dat'],
    ['line\nbreak.log', 'line_break.log'],
    ['한글.frd'.normalize('NFD'), '한글.frd'.normalize('NFC')],
  ])('%j is kept here as %j', (path, name) => {
    expect(localName(path)).toBe(name)
  })
  it('is always one plain name', () => {
    assert(
      property(string({ unit: 'grapheme', maxLength: 400 }), (path) => {
        const name = localName(path)
        expect(name).not.toMatch(/[/\\\0]|^\.|^$/)
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(201)
      }),
    )
  })
})

describe('several files', () => {
  const all = [
    { path: 'out/a.frd', size: 1_000_000 },
    { path: 'out/b.txt', size: 3 },
    { path: 'out/r\u202etxt', size: 1 },
  ].map((entry) => ({ ...entry, kind: 'file', modifiedAt: '2026-11-21T00:00:00Z', class: 'other', main: false }))
  let entries = all
  const many = { site: 's', id: '7', paths: ['out/'], name: 'out' }

  beforeEach(() => {
    entries = all
    agent.routes.set('GET /api/v2/jobs/7/folder', (request, response) => {
      const query = new URL(request.url ?? '', 'http://x').searchParams
      expect(query.get('deep')).toBe('true')
      const found = query.get('filter') === null ? entries : entries.slice(1, 2)
      sendJson(response, { entries: found, total: found.length, bytes: 0, complete: true })
    })
    agent.routes.set('GET /api/v2/jobs/7/files/out/b.txt', (_request, response) => {
      response.writeHead(200, { etag: '"b"', 'content-length': '3' }).end('abc')
    })
  })

  it('come with their folders, each gone on with after a cut, under the name only when all is there', async () => {
    cuts = [300_000, 200_000]
    const downloads = open()
    const path = await done(downloads, downloads.saveMany(many, 'c1'))
    expect(path).toBe(join(folder, 'to', 'out'))
    expect(await readFile(join(path, 'out/a.frd'))).toEqual(content)
    expect(await readFile(join(path, 'out/b.txt'), 'utf8')).toBe('abc')
    expect(await readFile(join(path, 'NOT INCLUDED.txt'), 'utf8')).toContain('out/r')
    expect((await readdir(path, { recursive: true })).toSorted()).toEqual([
      'NOT INCLUDED.txt',
      'out',
      'out/a.frd',
      'out/b.txt',
    ])
    const task = downloads.source.list().at(-1)
    expect(task?.progress).toMatchObject({ done: 1_000_003, total: 1_000_003 })
    const second = await done(downloads, downloads.saveMany(many, 'c2'))
    expect(second).toBe(join(folder, 'to', 'out (2)'))
  })

  it('do not lie in each other’s way, whatever they are called', async () => {
    const [, small] = all
    entries = small === undefined ? [] : [small, { ...small, path: 'out/b.txt.part', size: 4 }]
    agent.routes.set('GET /api/v2/jobs/7/files/out/b.txt.part', (_request, response) => {
      response.writeHead(200, { etag: '"p"', 'content-length': '4' }).end('PART')
    })
    agent.routes.set('GET /api/v2/jobs/7/files/out/b.txt', (_request, response) => {
      void (async () => {
        while (!(await readdir(folder, { recursive: true })).some((path) => path.endsWith('out/b.txt.part')))
          await new Promise((resolve) => setTimeout(resolve, 10))
        response.writeHead(200, { etag: '"b"', 'content-length': '3' }).end('abc')
      })()
    })
    const downloads = open()
    const path = await done(downloads, downloads.saveMany(many, 'c1'))
    expect(await readFile(join(path, 'out/b.txt'), 'utf8')).toBe('abc')
    expect(await readFile(join(path, 'out/b.txt.part'), 'utf8')).toBe('PART')
    expect(await readdir(join(path, 'out'))).toHaveLength(2)
  })

  it('are narrowed by a filter, and none is an error', async () => {
    const downloads = open()
    const path = await done(downloads, downloads.saveMany({ ...many, filter: '*.txt' }, 'c1'))
    expect(await readdir(join(path, 'out'))).toEqual(['b.txt'])
    entries = []
    const id = downloads.saveMany(many, 'c2')
    await until('the failure', () => task(downloads, id)?.state === 'failed')
    expect(task(downloads, id)?.error?.code).toBe('NOT_FOUND')
  })

  it('leave nothing of a download that was cancelled', async () => {
    cuts = [400_000, 1, 1, 1, 1, 1, 1, 1]
    const downloads = open()
    const id = downloads.saveMany(many, 'c1')
    await until('a part', () => (task(downloads, id)?.progress?.done ?? 0) > 0)
    await downloads.source.cancel(id)
    expect(await readdir(join(folder, 'to'))).toEqual([])
  })
})
