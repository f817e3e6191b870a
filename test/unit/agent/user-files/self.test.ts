import { mkdir, mkdtemp, readFile, readlink, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createUserFiles, type UserFiles } from '../../../../agent/src/user-files/index.ts'

let uploads: string
let outside: string
let files: UserFiles
const area = (path: string) => join(uploads, 'users', 'kim', path)

beforeEach(async () => {
  const root = await mkdtemp(join(tmpdir(), 'files-'))
  uploads = join(root, 'uploads')
  outside = join(root, 'outside')
  await mkdir(outside)
  await writeFile(join(outside, 'secret'), 'secret')
  files = createUserFiles({ uploads })
})
afterEach(() => rm(join(uploads, '..'), { recursive: true, force: true }))

const write = async (path: string, text: string) => {
  const handle = await files.openWrite('kim', path, { exclusive: true })
  await handle.write(Buffer.from(text), 0, Buffer.byteLength(text), 0)
  await handle.close()
}

describe("a user's files", () => {
  it('makes folders 0700 and files 0600, whatever the umask lets through', async () => {
    await files.makeFolder('kim', 'jobs/a/mesh')
    await write('jobs/a/mesh/m.msh', 'x')
    expect((await stat(area('jobs/a/mesh'))).mode & 0o777).toBe(0o700)
    expect((await stat(area(''))).mode & 0o777).toBe(0o700)
    expect((await stat(area('jobs/a/mesh/m.msh'))).mode & 0o777).toBe(0o600)
  })

  it.each(['../lee/x', 'a/../../x', '/etc/passwd', 'a\0b', 'a//b'])('refuses the path %j', async (path) => {
    await files.makeFolder('kim', 'a')
    await expect(files.absolute('kim', path)).rejects.toMatchObject({ code: 'NAME_REFUSED' })
    await expect(files.openRead('kim', path)).rejects.toMatchObject({ code: 'NAME_REFUSED' })
    await expect(files.makeFolder('kim', path)).rejects.toMatchObject({ code: 'NAME_REFUSED' })
    await expect(files.remove('kim', path)).rejects.toMatchObject({ code: 'NAME_REFUSED' })
  })

  it.each(['..', '../kim', 'a/b', ''])('refuses the user name %j', async (user) => {
    await expect(files.makeFolder(user, 'a')).rejects.toMatchObject({ code: 'NAME_REFUSED' })
  })

  it('follows no link, neither as a folder on the way nor as the file', async () => {
    await files.makeFolder('kim', 'a')
    await symlink(outside, area('a/way'))
    await symlink(join(outside, 'secret'), area('a/file'))
    for (const path of ['a/way/secret', 'a/file']) {
      await expect(files.openRead('kim', path)).rejects.toMatchObject({ code: 'NAME_REFUSED' })
      await expect(files.openWrite('kim', path, { exclusive: false })).rejects.toMatchObject({ code: 'NAME_REFUSED' })
      await expect(files.stat('kim', path)).rejects.toMatchObject({ code: 'NAME_REFUSED' })
    }
    await expect(files.makeFolder('kim', 'a/way/b')).rejects.toMatchObject({ code: 'NAME_REFUSED' })
    await expect(files.remove('kim', 'a/way/secret')).rejects.toMatchObject({ code: 'NAME_REFUSED' })
    await expect(files.list('kim', 'a/way', 10)).rejects.toMatchObject({ code: 'NAME_REFUSED' })
    await write('a/own', 'x')
    await expect(files.rename('kim', 'a/own', 'a/way/own')).rejects.toMatchObject({ code: 'NAME_REFUSED' })
    expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('secret')
  })

  it('removes a link and not what it points to', async () => {
    await files.makeFolder('kim', 'a')
    await symlink(outside, area('a/way'))
    await files.remove('kim', 'a')
    await files.remove('kim', 'a/never/was')
    expect(await files.stat('kim', 'a')).toBeUndefined()
    expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('secret')
  })

  it('does not wait at a pipe', async () => {
    await files.makeFolder('kim', 'a')
    execFileSync('mkfifo', [area('a/pipe')])
    await expect(files.openRead('kim', 'a/pipe')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await files.list('kim', 'a', 10)).toEqual([])
  })

  it('lists regular files folder by folder, without links, up to the limit', async () => {
    await files.makeFolder('kim', 'run/sub')
    await write('run/b.txt', 'bb')
    await write('run/sub/a.txt', 'a')
    await files.link('kim', 'run/b.txt', 'run/sub/linked')
    const all = await files.list('kim', 'run', 10)
    expect(all.map(({ path, size }) => [path, size])).toEqual([
      ['b.txt', 2],
      ['sub/a.txt', 1],
    ])
    expect(await files.list('kim', 'run', 1)).toHaveLength(1)
    await expect(files.list('kim', 'nowhere', 1)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('links an input into a job folder so that the area can be moved', async () => {
    await files.makeFolder('kim', 'jobs/a/mesh')
    await files.makeFolder('kim', 'runs/1')
    await write('jobs/a/mesh/m.msh', 'mesh')
    await files.link('kim', 'jobs/a/mesh/m.msh', 'runs/1/m.msh')
    expect(await readlink(area('runs/1/m.msh'))).toBe('../../jobs/a/mesh/m.msh')
    expect(await realpath(area('runs/1/m.msh'))).toBe(await realpath(area('jobs/a/mesh/m.msh')))
    await expect(files.link('kim', 'jobs/a/none', 'runs/1/none')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('renames, and opens exclusively only what is not there', async () => {
    await files.makeFolder('kim', 'a')
    await write('a/x', 'x')
    await expect(write('a/x', 'y')).rejects.toMatchObject({ code: 'CONFLICT' })
    await files.rename('kim', 'a/x', 'a/y')
    expect(await files.stat('kim', 'a/x')).toBeUndefined()
    expect(await files.stat('kim', 'a/y')).toMatchObject({ size: 1, kind: 'file' })
    await expect(files.openWrite('kim', 'none/x', { exclusive: true })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(files.makeFolder('kim', 'a/y/z')).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it('says how much space there is', async () => {
    const { free, total } = await files.space()
    expect(free).toBeGreaterThan(0)
    expect(total).toBeGreaterThanOrEqual(free)
    expect((await files.space('kim')).total).toBe(total)
  })

  it('pages through one level of a large folder in the order of names', async () => {
    await files.makeFolder('kim', 'run/m-folder')
    await files.makeFolder('kim', 'run/.headway')
    for (let at = 0; at < 250; at++) await writeFile(area(`run/f${String(at).padStart(3, '0')}`), 'x'.repeat(at))
    await symlink(outside, area('run/g-link'))
    const page = await files.listFolder('kim', 'run', { offset: 248, limit: 3, skip: ['.headway'] })
    expect(page.total).toBe(251)
    expect(page.entries.map(({ path, size, kind }) => [path, kind === 'file' && size])).toEqual([
      ['f248', 248],
      ['f249', 249],
      ['m-folder', false],
    ])
    expect(page.entries[0]?.modified).toBeInstanceOf(Date)
    expect((await files.listFolder('kim', 'run', { offset: 300, limit: 3 })).entries).toEqual([])
    await expect(files.listFolder('kim', 'run/g-link', { offset: 0, limit: 1 })).rejects.toMatchObject({
      code: 'NAME_REFUSED',
    })
    await expect(files.listFolder('kim', 'none', { offset: 0, limit: 1 })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('counts what the user has stored', async () => {
    expect(await files.usage('kim')).toBe(0)
    await files.makeFolder('kim', 'a/b')
    await write('a/x', 'four')
    await write('a/b/y', 'two')
    expect(await files.usage('kim')).toBe(7)
  })
})
