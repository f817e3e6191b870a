import { execFileSync } from 'node:child_process'
import { readFile, readlink, realpath, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { UserFiles } from '../../agent/src/user-files/index.ts'

export interface FilesUnderTest {
  files: UserFiles
  user: string
  /** The absolute path of something in the user's area. */
  area: (path: string) => string
  /** A folder outside of it that holds a file `secret`. */
  outside: string
}

/** What every way to users' files does and refuses; `make` gives it with an empty area. */
export function describeUserFiles(name: string, make: () => Promise<FilesUnderTest>): void {
  let files: UserFiles
  let user: string
  let area: (path: string) => string
  let outside: string
  beforeEach(async () => {
    ;({ files, user, area, outside } = await make())
  })

  const write = async (path: string, text: string) => {
    const file = await files.openWrite(user, path, { exclusive: true })
    await file.write(Buffer.from(text), 0, Buffer.byteLength(text), 0)
    await file.close()
  }

  describe(name, () => {
    it('makes folders 0700 and files 0600, whatever the umask lets through', async () => {
      await files.makeFolder(user, 'jobs/a/mesh')
      await write('jobs/a/mesh/m.msh', 'x')
      expect((await stat(area('jobs/a/mesh'))).mode & 0o777).toBe(0o700)
      expect((await stat(area(''))).mode & 0o777).toBe(0o700)
      expect((await stat(area('jobs/a/mesh/m.msh'))).mode & 0o777).toBe(0o600)
    })

    it.each(['../lee/x', 'a/../../x', '/etc/passwd', 'a\0b', 'a//b'])('refuses the path %j', async (path) => {
      await files.makeFolder(user, 'a')
      await expect(files.absolute(user, path)).rejects.toMatchObject({ code: 'NAME_REFUSED' })
      await expect(files.openRead(user, path)).rejects.toMatchObject({ code: 'NAME_REFUSED' })
      await expect(files.makeFolder(user, path)).rejects.toMatchObject({ code: 'NAME_REFUSED' })
      await expect(files.remove(user, path)).rejects.toMatchObject({ code: 'NAME_REFUSED' })
    })

    it('follows no link, neither as a folder on the way nor as the file', async () => {
      await files.makeFolder(user, 'a')
      await symlink(outside, area('a/way'))
      await symlink(join(outside, 'secret'), area('a/file'))
      for (const path of ['a/way/secret', 'a/file']) {
        await expect(files.openRead(user, path)).rejects.toMatchObject({ code: 'NAME_REFUSED' })
        await expect(files.openWrite(user, path, { exclusive: false })).rejects.toMatchObject({ code: 'NAME_REFUSED' })
        await expect(files.stat(user, path)).rejects.toMatchObject({ code: 'NAME_REFUSED' })
      }
      await expect(files.makeFolder(user, 'a/way/b')).rejects.toMatchObject({ code: 'NAME_REFUSED' })
      await expect(files.remove(user, 'a/way/secret')).rejects.toMatchObject({ code: 'NAME_REFUSED' })
      await expect(files.list(user, 'a/way', 10)).rejects.toMatchObject({ code: 'NAME_REFUSED' })
      await write('a/own', 'x')
      await expect(files.rename(user, 'a/own', 'a/way/own')).rejects.toMatchObject({ code: 'NAME_REFUSED' })
      expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('secret')
    })

    it('removes a link and not what it points to', async () => {
      await files.makeFolder(user, 'a')
      await symlink(outside, area('a/way'))
      await files.remove(user, 'a')
      await files.remove(user, 'a/never/was')
      expect(await files.stat(user, 'a')).toBeUndefined()
      expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('secret')
    })

    it('does not wait at a pipe', async () => {
      await files.makeFolder(user, 'a')
      execFileSync('mkfifo', [area('a/pipe')])
      await expect(files.openRead(user, 'a/pipe')).rejects.toMatchObject({ code: 'NOT_FOUND' })
      expect(await files.list(user, 'a', 10)).toEqual([])
    })

    it('lists regular files folder by folder, without links, up to the limit', async () => {
      await files.makeFolder(user, 'run/sub')
      await write('run/b.txt', 'bb')
      await write('run/sub/a.txt', 'a')
      await files.link(user, 'run/b.txt', 'run/sub/linked')
      const all = await files.list(user, 'run', 10)
      expect(all.map(({ path, size }) => [path, size])).toEqual([
        ['b.txt', 2],
        ['sub/a.txt', 1],
      ])
      expect(await files.list(user, 'run', 1)).toHaveLength(1)
      await expect(files.list(user, 'nowhere', 1)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    })

    it('links an input into a job folder so that the area can be moved', async () => {
      await files.makeFolder(user, 'jobs/a/mesh')
      await files.makeFolder(user, 'runs/1')
      await write('jobs/a/mesh/m.msh', 'mesh')
      await files.link(user, 'jobs/a/mesh/m.msh', 'runs/1/m.msh')
      expect(await readlink(area('runs/1/m.msh'))).toBe('../../jobs/a/mesh/m.msh')
      expect(await realpath(area('runs/1/m.msh'))).toBe(await realpath(area('jobs/a/mesh/m.msh')))
      await expect(files.link(user, 'jobs/a/none', 'runs/1/none')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    })

    it('renames, and opens exclusively only what is not there', async () => {
      await files.makeFolder(user, 'a')
      await write('a/x', 'x')
      await expect(write('a/x', 'y')).rejects.toMatchObject({ code: 'CONFLICT' })
      await files.rename(user, 'a/x', 'a/y')
      expect(await files.stat(user, 'a/x')).toBeUndefined()
      expect(await files.stat(user, 'a/y')).toMatchObject({ size: 1, kind: 'file' })
      await expect(files.openWrite(user, 'none/x', { exclusive: true })).rejects.toMatchObject({ code: 'NOT_FOUND' })
      await expect(files.makeFolder(user, 'a/y/z')).rejects.toMatchObject({ code: 'CONFLICT' })
    })

    it('writes small files by the hundred, and keeps one that fails from nobody', async () => {
      await files.makeFolder(user, 'a')
      await symlink(outside, area('a/way'))
      const small = Array.from({ length: 300 }, (_, at) => ({
        path: `a/${at % 5}/deep/.upload-${at}.part`,
        bytes: Buffer.from('x'.repeat(at * 9)),
      }))
      // What an earlier try has left, and a link in its place.
      await files.makeFolder(user, 'a/1/deep')
      await write('a/1/deep/.upload-1.part', 'half')
      await symlink(join(outside, 'secret'), area('a/1/deep/.upload-6.part'))
      const bytes = Buffer.from('no')
      const wrong = ['a/way/x', 'a/../../x', '/etc/x', 'a/\0'].map((path) => ({ path, bytes }))
      const outcomes = await files.writeFiles(user, [...wrong, ...small])
      for (const outcome of outcomes.slice(0, 4)) expect(outcome).toMatchObject({ code: 'NAME_REFUSED' })
      expect(outcomes.slice(4).filter((outcome) => outcome !== undefined)).toEqual([])
      for (const { path, bytes: written } of small) expect((await readFile(area(path))).equals(written)).toBe(true)
      expect((await stat(area('a/3/deep'))).mode & 0o777).toBe(0o700)
      expect((await stat(area('a/3/deep/.upload-3.part'))).mode & 0o777).toBe(0o600)
      expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('secret')
    })

    it('writes more small files at once than go into one frame', async () => {
      const small = Array.from({ length: 60 }, (_, at) => ({ path: `a/${at}`, bytes: Buffer.alloc(200_000, at) }))
      const named = Array.from({ length: 900 }, (_, at) => ({
        path: `${'long folder name/'.repeat(20)}${at}`,
        bytes: Buffer.from('x'),
      }))
      const outcomes = await files.writeFiles(user, [...small, ...named])
      expect(outcomes.filter((outcome) => outcome !== undefined)).toEqual([])
      expect((await readFile(area('a/59'))).equals(Buffer.alloc(200_000, 59))).toBe(true)
      expect(await files.list(user, 'long folder name', 1000)).toHaveLength(900)
    })

    it('gives them names: numbered where one is taken, the same file is used', async () => {
      const texts = ['one', 'two', 'one', 'six']
      const parts = texts.map((text, at) => ({ path: `a/.upload-${at}.part`, bytes: Buffer.from(text) }))
      await files.writeFiles(user, parts)
      await symlink(outside, area('a/way'))
      await symlink(join(outside, 'secret'), area('a/linked'))
      const outcomes = await files.placeFiles(user, [
        ...parts.slice(0, 3).map(({ path }) => ({ path, name: 'mesh.msh' })),
        { path: 'a/.upload-3.part', name: 'linked' },
        { path: 'a/way/secret', name: 'mine' },
        { path: 'a/.upload-9.part', name: 'none' },
        { path: 'a/mesh.msh', name: '../b' },
      ])
      expect(outcomes.slice(0, 4)).toEqual(['a/mesh.msh', 'a/mesh (2).msh', 'a/mesh.msh', 'a/linked (2)'])
      expect(outcomes[4]).toMatchObject({ code: 'NAME_REFUSED' })
      expect(outcomes[5]).toMatchObject({ code: 'ENOENT' })
      expect(outcomes[6]).toMatchObject({ code: 'NAME_REFUSED' })
      expect((await files.list(user, 'a', 10)).map(({ path }) => path)).toEqual([
        'linked (2)',
        'mesh (2).msh',
        'mesh.msh',
      ])
      expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('secret')
    })

    it('pages through one level of a large folder in the order of names', async () => {
      await files.makeFolder(user, 'run/m-folder')
      await files.makeFolder(user, 'run/.headway')
      for (let at = 0; at < 250; at++) await writeFile(area(`run/f${String(at).padStart(3, '0')}`), 'x'.repeat(at))
      await symlink(outside, area('run/g-link'))
      const page = await files.listFolder(user, 'run', { offset: 248, limit: 3, skip: ['.headway'] })
      expect(page.total).toBe(251)
      expect(page.entries.map(({ path, size, kind }) => [path, kind === 'file' && size])).toEqual([
        ['f248', 248],
        ['f249', 249],
        ['m-folder', false],
      ])
      expect(page.entries[0]?.modified).toBeInstanceOf(Date)
      expect((await files.listFolder(user, 'run', { offset: 300, limit: 3 })).entries).toEqual([])
      await expect(files.listFolder(user, 'run/g-link', { offset: 0, limit: 1 })).rejects.toMatchObject({
        code: 'NAME_REFUSED',
      })
      await expect(files.listFolder(user, 'none', { offset: 0, limit: 1 })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    })

    it('counts what the user has stored', async () => {
      expect(await files.usage(user)).toBe(0)
      await files.makeFolder(user, 'a/b')
      await write('a/x', 'four')
      await write('a/b/y', 'two')
      expect(await files.usage(user)).toBe(7)
    })

    it('reads and writes at any place, and streams a range', async () => {
      await files.makeFolder(user, 'a')
      const file = await files.openWrite(user, 'a/x', { exclusive: true })
      await file.truncate(20)
      expect(await file.writev([Buffer.from('one'), Buffer.from('two')], 3)).toEqual(
        expect.objectContaining({ bytesWritten: 6 }),
      )
      await file.datasync()
      await file.sync()
      expect((await file.stat()).size).toBe(20)
      const piece = Buffer.alloc(30)
      expect((await file.read(piece, 2, 9, 0)).bytesRead).toBe(9)
      expect(piece.toString('latin1', 2, 11)).toBe('\0\0\0onetwo')
      expect((await file.read(piece, 0, 30, 15)).bytesRead).toBe(5)
      await file.close()
      const reader = await files.openRead(user, 'a/x')
      const parts: Buffer[] = []
      for await (const part of reader.createReadStream({ start: 3, end: 8 })) parts.push(part as Buffer)
      expect(Buffer.concat(parts).toString()).toBe('onetwo')
      await expect(reader.read(piece, 0, 1, 0)).rejects.toThrow()
    })
  })
}
