import { appendFile, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Platform } from '../../../../src/core/platform.ts'
import { openSource } from '../../../../src/core/uploads/source.ts'

let folder: string
let path: string
const signal = new AbortController().signal
// Paths are the core's own; nothing of the host is asked.
const host = {} as Platform
const open = () => openSource('mesh.msh', { kind: 'path', path }, host)
const code = (value: string) => ({ value: { code: value } })

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-source-'))
  path = join(folder, 'mesh.msh')
  await writeFile(path, 'abcdefghij')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('a file as a source', () => {
  it('gives exactly the range asked for', async () => {
    const source = await open()
    const version = await source.version()
    const bytes = await source.read({ offset: 3, length: 4 }, version, () => Buffer.alloc(16), signal)
    expect(Buffer.from(bytes).toString()).toBe('defg')
    await source.close()
  })

  it('notices every kind of change', async () => {
    const changes: (() => Promise<unknown>)[] = [
      () => appendFile(path, 'x'),
      () => utimes(path, new Date(), new Date(0)),
      async () => {
        await writeFile(`${path}.new`, 'ABCDEFGHIJ')
        await rename(`${path}.new`, path)
      },
    ]
    for (const change of changes) {
      const source = await open()
      const version = await source.version()
      await change()
      const read = source.read({ offset: 0, length: 4 }, version, () => Buffer.alloc(4), signal)
      await expect(read).rejects.toMatchObject(code('FILE_CHANGED'))
      await source.close()
    }
  })

  it('says when the file is gone, is none, or the host cannot reach it', async () => {
    const source = await open()
    await rm(path)
    await expect(source.version()).rejects.toMatchObject(code('FILE_MISSING'))
    await source.close()
    await expect(open()).rejects.toMatchObject(code('FILE_MISSING'))
    path = folder
    await expect(open()).rejects.toMatchObject(code('FILE_UNREADABLE'))
    const page = openSource('a', { kind: 'browser', token: 't' }, host)
    await expect(page).rejects.toMatchObject(code('FILE_DETACHED'))
  })
})
