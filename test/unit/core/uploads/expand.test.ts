import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { expand } from '../../../../src/core/uploads/expand.ts'

let folder: string
const signal = new AbortController().signal
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-expand-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('expanding dropped paths', () => {
  it('walks folders, keeps their tree, and gives names in NFC', async () => {
    await mkdir(join(folder, 'case', 'sub'.normalize('NFD')), { recursive: true })
    await writeFile(join(folder, 'case', 'sub', '브래킷.geo'.normalize('NFD')), 'abc')
    await writeFile(join(folder, 'case', '.settings'), '')
    await writeFile(join(folder, 'single.k'), '12345')
    const { files, skipped } = await expand([join(folder, 'case'), join(folder, 'single.k')], signal)
    expect(skipped).toEqual([])
    expect(files.map(({ folder, name, size }) => [folder, name, size])).toEqual([
      ['', 'single.k', 5],
      ['case', '.settings', 0],
      ['case/sub', '브래킷.geo'.normalize('NFC'), 3],
    ])
    const [, , hangul] = files
    expect(hangul?.source).toEqual({ kind: 'path', path: join(folder, 'case', 'sub', '브래킷.geo'.normalize('NFD')) })
  })

  it('names what it leaves out: links, sockets, what is not there', async () => {
    await mkdir(join(folder, 'case'))
    await symlink('/etc', join(folder, 'case', 'out'))
    await symlink('.', join(folder, 'case', 'circle'))
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(join(folder, 'case', 'sock'), resolve))
    const { files, skipped } = await expand([join(folder, 'case'), join(folder, 'gone')], signal)
    server.close()
    expect(files).toEqual([])
    const reasons = Object.fromEntries(skipped.map(({ path, reason }) => [path.slice(folder.length + 1), reason]))
    expect(reasons).toEqual({ 'case/out': 'link', 'case/circle': 'link', 'case/sock': 'special', gone: 'unreadable' })
  })

  it('lists 30,000 files in seconds without stalling', async () => {
    for (let i = 0; i < 100; i++) {
      await mkdir(join(folder, `d${i}`))
      await Promise.all(Array.from({ length: 300 }, (_, k) => writeFile(join(folder, `d${i}`, `f${k}`), '')))
    }
    let longest = 0
    let last = performance.now()
    const ticker = setInterval(() => {
      longest = Math.max(longest, performance.now() - last)
      last = performance.now()
    }, 5)
    const started = performance.now()
    const { files } = await expand([folder], signal)
    clearInterval(ticker)
    expect(files).toHaveLength(30_000)
    expect(performance.now() - started).toBeLessThan(10_000)
    expect(longest).toBeLessThan(200)
  }, 60_000)

  it('can be cancelled', async () => {
    await writeFile(join(folder, 'a'), '')
    await expect(expand([folder], AbortSignal.abort())).rejects.toMatchObject({ value: { code: 'CANCELLED' } })
  })
})
