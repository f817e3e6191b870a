import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  createFileLog,
  heldText,
  lockFolder,
  lostText,
  userDataFolder,
  waitingText,
  type Holder,
} from '../../../../src/core/host-kit/index.ts'

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

const elsewhere: Holder = { host: 'ws12', pid: 7, here: false, silentMs: 2600 }

test('who holds a folder is said with the next step', () => {
  expect(heldText(elsewhere, 'en')).toBe(
    'Headway is already open on ws12 (process 7, last sign of life 3 s ago). Close it there, then open it here again.',
  )
  expect(heldText({ ...elsewhere, silentMs: 0 }, 'en')).toContain('last sign of life just now')
  expect(heldText({ host: 'ws12', pid: 7, here: false }, 'en')).toContain('on ws12 (process 7). Close it there')
  expect(heldText({ ...elsewhere, here: true }, 'en')).toContain(
    'on this machine (process 7, last sign of life 3 s ago)',
  )
  expect(heldText(undefined, 'en')).toBe('Headway is already open on this machine. Use that window, or end it first.')
  expect(heldText(elsewhere, 'ko')).toBe(
    'Headway가 ws12에서 이미 열려 있습니다(프로세스 7, 마지막 활동 3초 전). 그곳에서 종료한 다음 여기에서 다시 여세요.',
  )
  expect(lostText(elsewhere, 'en')).toContain('opened on ws12')
  expect(lostText({ ...elsewhere, here: true }, 'en')).toContain('in another process')
  expect(waitingText(elsewhere, 45, 'en')).toContain('up to 45 s')
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
