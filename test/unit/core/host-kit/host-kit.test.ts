import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFileLog, lockFolder, userDataFolder } from '../../../../src/core/host-kit/index.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-kit-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('the data folder is where each system wants it', () => {
  expect(userDataFolder({}, 'linux', '/home/a')).toBe('/home/a/.local/share/headway')
  expect(userDataFolder({ XDG_DATA_HOME: '/data/a' }, 'linux', '/home/a')).toBe('/data/a/headway')
  expect(userDataFolder({ XDG_DATA_HOME: 'relative' }, 'linux', '/home/a')).toBe('/home/a/.local/share/headway')
  expect(userDataFolder({}, 'darwin', '/Users/a')).toBe('/Users/a/Library/Application Support/Headway')
})

test('a folder is held by one process, and free once that one was killed', () => {
  const module = new URL('../../../../src/core/host-kit/lock.ts', import.meta.url).href
  const take = (after: string): string =>
    spawnSync(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { lockFolder } from '${module}'; const lock = lockFolder(process.argv[1]); console.log(lock ? 'held' : 'refused'); ${after}`,
        folder,
      ],
      { encoding: 'utf8' },
    ).stdout.trim()
  const lock = lockFolder(folder)
  expect(lock).toBeDefined()
  expect(take('')).toBe('refused')
  lock?.release()
  expect(take("process.kill(process.pid, 'SIGKILL')")).toBe('held')
  const again = lockFolder(folder)
  expect(again).toBeDefined()
  again?.release()
})

test('the log is lines of JSON in a file of the user alone, and does not grow for ever', async () => {
  const path = join(folder, 'logs', 'host.log')
  await rm(folder, { recursive: true })
  const log = createFileLog(path, () => new Date(0))
  log.warn('a sentence', { size: 3 })
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({
    time: '1970-01-01T00:00:00.000Z',
    level: 'warn',
    message: 'a sentence',
    size: 3,
  })
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  await writeFile(path, 'x'.repeat(5_000_000))
  createFileLog(path).info('next')
  expect((await stat(`${path}.1`)).size).toBe(5_000_000)
  expect(await readFile(path, 'utf8')).toContain('next')
})

test('a log that cannot be written stops nothing', () => {
  expect(() => createFileLog(join(folder, 'no\0such')).error('lost')).not.toThrow()
})
