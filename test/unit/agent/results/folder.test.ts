import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FolderSizes, ResultFolder, Space } from '../../../../contract/results.ts'
import { pathFilter } from '../../../../agent/src/results/pattern.ts'
import { type Bench, workbench } from '../jobs/workbench.ts'

let bench: Bench
let id: string
let upload: string

beforeAll(async () => {
  bench = await workbench()
  upload = await bench.upload('part.inp', '*NODE\n1,0,0,0\n')
  const job = await bench.run(
    'mkdir -p out/deep && printf 12345 > out/b10.csv && printf 1 > out/b9.csv && printf 123 > out/deep/c.log && printf 1234567 > a.txt',
    { files: [{ uploadId: upload }] },
  )
  id = job.id
  await bench.ended(id)
  symlinkSync('/etc/hostname', bench.inRun(id, 'elsewhere'))
})
afterAll(() => bench.close())

const ask = async (query: string, user?: string) => {
  const answer = await bench.get(`/api/v2/jobs/${id}/folder${query}`, user)
  expect(answer.status, answer.body).toBe(200)
  return answer.json<ResultFolder>()
}
const paths = (folder: ResultFolder) => folder.entries.map(({ path }) => path)
const change = (what: string, body: object, user?: string) =>
  bench.send('POST', `/api/v2/jobs/${id}/${what}`, body, user)

describe('a look into a folder of a job', () => {
  it('shows one level, folders first, inputs as such; neither foreign links nor the agent’s own place', async () => {
    const top = await ask('')
    expect(paths(top)).toEqual(['out', 'a.txt', 'job.log', 'part.inp'])
    expect(top.entries.map(({ kind }) => kind)).toEqual(['folder', 'file', 'file', 'input'])
    expect(top).toMatchObject({ total: 4, complete: true })
    expect(paths(await ask('?path=out'))).toEqual(['out/deep', 'out/b9.csv', 'out/b10.csv'])
  })

  it('sorts by size and time, and gives pages', async () => {
    expect(paths(await ask('?path=out&sort=size&descending=true'))).toEqual(['out/deep', 'out/b10.csv', 'out/b9.csv'])
    const page = await ask('?path=out&offset=1&limit=1')
    expect(paths(page)).toEqual(['out/b9.csv'])
    expect(page.total).toBe(3)
  })

  it('finds files below by part, pattern and class', async () => {
    expect(paths(await ask('?filter=B1'))).toEqual(['out/b10.csv'])
    expect(paths(await ask('?filter=*.csv'))).toEqual(['out/b9.csv', 'out/b10.csv'])
    expect(paths(await ask('?filter=out/*/c.*'))).toEqual(['out/deep/c.log'])
    const data = await ask('?class=data')
    expect(paths(data)).toEqual(['out/b9.csv', 'out/b10.csv'])
    expect(data.bytes).toBe(6)
  })

  it('adds up the folders below', async () => {
    const sizes = (await bench.get(`/api/v2/jobs/${id}/folder/sizes?path=`)).json<FolderSizes>()
    expect(sizes).toEqual({ folders: { out: { files: 3, bytes: 9 } }, complete: true })
  })

  it('holds nothing for others, for folders that are none, and ways out', async () => {
    for (const [query, status] of [
      ['?path=nowhere', 404],
      ['?path=.headway', 404],
      ['?path=..', 400],
      ['?path=out/../..', 400],
      ['?path=/etc', 400],
      ['?path=elsewhere', 400],
      ['?limit=6000', 400],
      ['?sort=colour', 400],
    ] as const) {
      const answer = await bench.get(`/api/v2/jobs/${id}/folder${query}`)
      expect(answer.status, `${query}: ${answer.body}`).toBe(status)
      expect(answer.body).not.toContain(bench.agent.config.uploads)
    }
    expect((await bench.get(`/api/v2/jobs/${id}/folder`, 'lee')).status).toBe(403)
  })

  it('tells the space there is', async () => {
    const space = (await bench.get('/api/v2/files/space')).json<Space>()
    expect(space.free).toBeGreaterThan(0)
    expect(space.total).toBeGreaterThanOrEqual(space.free)
  })

  it('lists a hundred thousand files page by page', { timeout: 60_000 }, async () => {
    const folder = bench.inRun(id, 'many')
    mkdirSync(folder)
    for (let i = 0; i < 100_000; i++) writeFileSync(`${folder}/${i}.dat`, '')
    const first = await ask('?path=many&limit=1000')
    expect(first.total).toBe(100_000)
    expect(first.entries.length).toBe(1000)
    const last = await ask('?path=many&limit=5000&offset=99000')
    expect(last.entries.length).toBe(1000)
    expect((await change('files/remove', { paths: ['many'] })).json()).toEqual({ removed: 1 })
  })
})

describe('changes to the folder', () => {
  it('makes, renames and removes, and keeps who did it', async () => {
    expect((await change('folder', { path: 'new/inner' })).json()).toEqual({ path: 'new/inner' })
    writeFileSync(bench.inRun(id, 'new/inner/x.txt'), 'x')
    expect((await change('files/rename', { from: 'new/inner/x.txt', to: 'new/y.txt' })).json()).toEqual({
      path: 'new/y.txt',
    })
    expect(readFileSync(bench.inRun(id, 'new/y.txt'), 'utf8')).toBe('x')
    expect((await change('files/rename', { from: 'new/y.txt', to: 'a.txt' })).status).toBe(409)
    expect((await change('files/rename', { from: 'new', to: 'new/inner/new' })).status).toBe(409)
    expect((await change('files/remove', { paths: ['new', 'gone'] })).json()).toEqual({ removed: 1 })
    expect(existsSync(bench.inRun(id, 'new'))).toBe(false)
    await expect
      .poll(() =>
        bench
          .sql("SELECT action, status FROM audit_logs WHERE action LIKE 'results.%' ORDER BY id")
          .map((row) => `${String(row['action'])} ${String(row['status'])}`),
      )
      .toEqual(
        expect.arrayContaining([
          'results.folder success',
          'results.rename success',
          'results.rename failure',
          'results.remove success',
        ]),
      )
  })

  it('leaves inputs, links and the agent’s own place as they are', async () => {
    for (const [what, body, status] of [
      ['files/remove', { paths: ['part.inp'] }, 409],
      ['files/rename', { from: 'part.inp', to: 'b.inp' }, 409],
      ['files/rename', { from: 'a.txt', to: 'part.inp' }, 409],
      ['files/remove', { paths: ['a.txt', '.headway'] }, 404],
      ['files/rename', { from: '.headway/exit', to: 'exit' }, 404],
      ['files/remove', { paths: ['elsewhere'] }, 400],
      ['files/remove', { paths: ['elsewhere/x'] }, 400],
      ['files/remove', { paths: [''] }, 400],
      ['files/remove', { paths: ['..'] }, 400],
      ['folder', { path: '../x' }, 400],
      ['folder', { path: 'a\u0000b' }, 400],
      ['folder', { path: 'a\u202etxt.exe' }, 400],
      ['files/rename', { from: 'a.txt', to: 'x/../../y' }, 400],
    ] as const) {
      const answer = await change(what, body)
      expect(answer.status, `${what} ${JSON.stringify(body)}: ${answer.body}`).toBe(status)
    }
    expect(readFileSync(bench.inRun(id, 'a.txt'), 'utf8')).toBe('1234567')
    expect((await change('files/remove', { paths: ['a.txt'] }, 'lee')).status).toBe(403)
  })

  it('puts a finished upload in, once, with a number where the name is taken', async () => {
    const mine = await bench.upload('a.txt', 'mine')
    const first = await change('files', { uploadId: mine, path: 'a.txt' })
    expect(first.json()).toEqual({ path: 'a (2).txt' })
    expect((await change('files', { uploadId: mine, path: 'a.txt' })).json()).toEqual({ path: 'a (2).txt' })
    expect(readFileSync(bench.inRun(id, 'a (2).txt'), 'utf8')).toBe('mine')
    expect(
      readdirSync(bench.inRun(id, ''))
        .filter((name) => name.startsWith('a'))
        .toSorted(),
    ).toEqual(['a (2).txt', 'a.txt'])
    expect((await change('files', { uploadId: 'none', path: 'b.txt' })).status).toBe(404)
    expect((await change('files', { uploadId: mine, path: '../b.txt' })).status).toBe(400)
  })
})

describe('a pattern', () => {
  it.each([
    ['*.frd', 'a/b/Part.FRD', true],
    ['*.frd', 'a.frd/x', false],
    ['p?rt*', 'x/part-1.inp', true],
    ['a/*', 'a/b/c', true],
    ['part', 'x/PARTS/1', true],
    ['한글', '한글.txt'.normalize('NFD'), true],
    ['*a*b*c*', 'xaybzc!', true],
    ['*a*b*c*', 'xaybz', false],
  ])('%s on %s: %s', (pattern, path, fits) => {
    expect(pathFilter(pattern)(path)).toBe(fits)
  })
  it('is quick on what would make an expression slow', () => {
    const started = performance.now()
    expect(pathFilter('*a'.repeat(60) + 'b')('a'.repeat(4000))).toBe(false)
    expect(performance.now() - started).toBeLessThan(500)
  })
})
