import { hash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assert, property, string } from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SiteAgent } from '../../../../src/core/agent-client/index.ts'
import { createDownloads, type Downloads } from '../../../../src/core/results/downloads.ts'
import { localName } from '../../../../src/core/results/local-file.ts'
import { PIECE } from '../../../../src/core/results/pieces.ts'
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
/** The same by where the piece begins; undefined: whole. */
let cutOf: ((start: number) => number | undefined) | undefined
/** How many of the next pieces arrive with a bit flipped. */
let damages: number
let ranges: string[]
/** Bytes per second. */
let limit = 0
const ends: (() => unknown)[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-downloads-'))
  agent = await startSmallAgent()
  content = randomBytes(2.5 * PIECE)
  etag = '"one"'
  cuts = []
  cutOf = undefined
  limit = 0
  damages = 0
  ranges = []
  agent.routes.set('GET /api/v2/jobs/7/files/out/a.frd', (request, response) => {
    const { range = '' } = request.headers
    ranges.push(range)
    const [, from = '0', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? []
    const whole = range === '' || ![undefined, etag].includes(request.headers['if-range'] as string | undefined)
    const start = whole ? 0 : Number(from)
    const part = content.subarray(start, whole || to === '' ? undefined : Number(to) + 1)
    const digest = hash('sha256', part, 'base64')
    const damaged = damages > 0 && !whole
    if (damaged) damages -= 1
    response.writeHead(whole ? 200 : 206, {
      etag,
      'content-length': String(part.length),
      'content-digest': `sha-256=:${digest}:`,
      ...(whole ? {} : { 'content-range': `bytes ${start}-${start + part.length - 1}/${content.length}` }),
    })
    const cut = cutOf === undefined ? cuts.shift() : cutOf(start)
    const sent = Buffer.from(part)
    if (damaged) sent[1000] = (sent[1000] ?? 0) ^ 1
    if (cut === undefined) response.end(sent)
    else {
      response.write(sent.subarray(0, cut))
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
    limit: () => limit,
    log: silent,
  })
  ends.push(async () => {
    await downloads.close()
    database.close()
  })
  return downloads
}
const input = { site: 's', id: '7', path: 'out/a.frd' }
const pieces = [`bytes=0-${PIECE - 1}`, `bytes=${PIECE}-${2 * PIECE - 1}`, `bytes=${2 * PIECE}-${2.5 * PIECE - 1}`]
const task = (downloads: Downloads, id: string) => downloads.source.list().find((item) => item.id === id)
const done = (downloads: Downloads, id: string) =>
  until('the file', () => {
    const now = task(downloads, id)
    if (now?.state === 'failed') throw new Error(JSON.stringify(now.error))
    return now?.state === 'done' ? now.result?.path : undefined
  })

describe('a download', () => {
  it('comes in pieces, of which only those that were cut are fetched again', async () => {
    const downloads = open()
    await done(downloads, downloads.save(input, 'c0'))
    expect(ranges.toSorted()).toEqual(pieces.toSorted())
    ranges = []
    cuts = [300_000, 200_000]
    const path = await done(downloads, downloads.save(input, 'c1'))
    expect(content.equals(await readFile(path))).toBe(true)
    expect(ranges).toHaveLength(5)
    expect((await readdir(join(folder, 'to'))).toSorted()).toEqual(['a (2).frd', 'a.frd'])
  })

  it('notices a flipped bit and fetches that piece again', async () => {
    damages = 2
    const downloads = open()
    expect(content.equals(await readFile(await done(downloads, downloads.save(input, 'c1'))))).toBe(true)
    expect(ranges).toHaveLength(5)
  })

  it('fails where what arrives is never what was sent', async () => {
    damages = 1_000
    const downloads = open()
    const id = downloads.save(input, 'c1')
    await until('the failure', () => task(downloads, id)?.state === 'failed')
    expect(task(downloads, id)?.error?.code).toBe('CHECKSUM_MISMATCH')
    expect((await readdir(join(folder, 'to'))).every((name) => name.endsWith('.part'))).toBe(true)
  })

  it('begins again when the file has become another one', async () => {
    cuts = [PIECE, 300_000]
    const downloads = open()
    const id = downloads.save(input, 'c1')
    await until('the cut', () => cuts.length === 0)
    content = randomBytes(900_000)
    etag = '"two"'
    expect(content.equals(await readFile(await done(downloads, id)))).toBe(true)
  })

  it('goes on after a pause and after a restart with what it has', async () => {
    const first = open()
    // The first piece comes, of the others none comes whole.
    cutOf = (start) => (start === 0 ? undefined : 1_000)
    const id = first.save(input, 'c1')
    await until('a piece', () => (task(first, id)?.progress?.done ?? 0) >= PIECE)
    await first.source.pause(id)
    expect(task(first, id)?.state).toBe('paused')
    await ends.pop()?.()
    cutOf = undefined
    ranges = []
    const second = open()
    second.start()
    await second.source.resume(id)
    expect(content.equals(await readFile(await done(second, id)))).toBe(true)
    expect(ranges.toSorted()).toEqual(pieces.slice(1).toSorted())
  })

  it('takes the place of a file, or leaves it, where the user said so', async () => {
    await mkdir(join(folder, 'to'))
    await writeFile(join(folder, 'to', 'a.frd'), 'mine')
    const downloads = open()
    expect(await downloads.taken({ name: 'out/a.frd' })).toBe(true)
    expect(await downloads.taken({ name: 'out/b.frd' })).toBe(false)
    const path = await done(downloads, downloads.save({ ...input, collision: 'skip' }, 'c1'))
    expect(await readFile(path, 'utf8')).toBe('mine')
    expect(ranges).toEqual([])
    expect(await done(downloads, downloads.save({ ...input, collision: 'replace' }, 'c2'))).toBe(path)
    expect(content.equals(await readFile(path))).toBe(true)
    expect(await readdir(join(folder, 'to'))).toEqual(['a.frd'])
  })

  it('keeps to a limit that is changed meanwhile', async () => {
    limit = 4_000_000
    const downloads = open()
    const began = performance.now()
    const id = downloads.save(input, 'c1')
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    const sofar = task(downloads, id)?.progress?.done ?? 0
    expect(sofar).toBeGreaterThan(2_000_000)
    expect(sofar).toBeLessThan(5_000_000)
    limit = 0
    await done(downloads, id)
    expect(performance.now() - began).toBeLessThan(2_500)
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
    { path: 'out/a.frd', size: 2.5 * PIECE },
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
    expect(content.equals(await readFile(join(path, 'out/a.frd')))).toBe(true)
    expect(await readFile(join(path, 'out/b.txt'), 'utf8')).toBe('abc')
    expect(await readFile(join(path, 'NOT INCLUDED.txt'), 'utf8')).toContain('out/r')
    expect((await readdir(path, { recursive: true })).toSorted()).toEqual([
      'NOT INCLUDED.txt',
      'out',
      'out/a.frd',
      'out/b.txt',
    ])
    const task = downloads.source.list().at(-1)
    expect(task?.progress).toMatchObject({ done: 2.5 * PIECE + 3, total: 2.5 * PIECE + 3 })
    const second = await done(downloads, downloads.saveMany(many, 'c2'))
    expect(second).toBe(join(folder, 'to', 'out (2)'))
  })

  it('go into the folder that is there where the user said so, and those that are the same stay', async () => {
    const downloads = open()
    const path = await done(downloads, downloads.saveMany(many, 'c1'))
    await writeFile(join(path, 'out/b.txt'), 'old')
    await writeFile(join(path, 'mine.txt'), 'mine')
    ranges = []
    const again = await done(downloads, downloads.saveMany({ ...many, collision: 'replace' }, 'c2'))
    expect(again).toBe(path)
    // It has the time that it has on the cluster, so it is known to be the same.
    expect(ranges).toEqual([])
    expect(await readFile(join(path, 'out/b.txt'), 'utf8')).toBe('abc')
    expect(await readFile(join(path, 'mine.txt'), 'utf8')).toBe('mine')
    await writeFile(join(path, 'out/b.txt'), 'mine too')
    await done(downloads, downloads.saveMany({ ...many, collision: 'skip' }, 'c3'))
    expect(await readFile(join(path, 'out/b.txt'), 'utf8')).toBe('mine too')
    expect(await readdir(join(folder, 'to'))).toEqual(['out'])
  })

  it('are those that were changed last, where so many are asked for', async () => {
    entries = all.map((entry, index) => ({ ...entry, modifiedAt: `2026-11-2${index}T00:00:00Z` })).slice(0, 2)
    const downloads = open()
    const path = await done(downloads, downloads.saveMany({ ...many, newest: 1 }, 'c1'))
    expect(await readdir(join(path, 'out'))).toEqual(['b.txt'])
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
