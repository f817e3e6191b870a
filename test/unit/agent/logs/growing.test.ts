import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createGrowingFiles, type GrowingFiles } from '../../../../agent/src/logs/growing.ts'
import { createUserFiles, type FileReader } from '../../../../agent/src/user-files/index.ts'
import { temporaryFolder } from '../../../helpers/agent.ts'
import { until } from '../../../helpers/core.ts'

let folder: string
let log: string
let growing: GrowingFiles
let ended: boolean
/** Readers that are open now, and looks at them. */
let open: number
let stats: number

beforeEach(() => {
  folder = temporaryFolder()
  log = join(folder, 'users/kim/runs/1/job.log')
  mkdirSync(dirname(log), { recursive: true })
  ended = false
  open = 0
  stats = 0
  const files = createUserFiles({ uploads: folder })
  const counted = (file: FileReader): FileReader => {
    open += 1
    return {
      read: (...at) => file.read(...at),
      stat: () => {
        stats += 1
        return file.stat()
      },
      createReadStream: (range) => file.createReadStream(range),
      close: async () => {
        open -= 1
        await file.close()
      },
    }
  }
  growing = createGrowingFiles({ openRead: async (...at) => counted(await files.openRead(...at)) })
})
afterEach(() => {
  growing.close()
  rmSync(folder, { recursive: true, force: true })
})

const file = () => ({ user: 'kim', path: 'runs/1/job.log', ended: () => Promise.resolve(ended) })

/** One who follows from `from` on and reads as fast as it comes. */
async function follower(from = 0) {
  const watched = await growing.watching(file())
  const abort = new AbortController()
  const state = { text: '', over: false, watched, leave: () => abort.abort() }
  const read = async () => {
    for await (const piece of watched.follow(from, abort.signal)) state.text += piece.toString()
    state.over = true
    watched.release()
  }
  void read()
  return state
}

describe('a file that grows', () => {
  it('is waited for, followed, and left when its writer has ended', async () => {
    const one = await follower()
    expect(existsSync(log)).toBe(false)
    writeFileSync(log, 'first\n')
    await until('the first line', () => one.text === 'first\n')
    appendFileSync(log, 'second\n')
    await until('the second line', () => one.text === 'first\nsecond\n')
    ended = true
    // Comes late, as over a network file system.
    appendFileSync(log, 'late\n')
    await until('the end', () => one.over)
    expect(one.text).toBe('first\nsecond\nlate\n')
    await until('it is closed', () => open === 0)
    expect(growing.size).toBe(0)
  })

  it('is looked at once, however many follow it', async () => {
    writeFileSync(log, 'x\n')
    const many = await Promise.all(Array.from({ length: 40 }, () => follower()))
    await until('all have it', () => many.every(({ text }) => text === 'x\n'))
    expect([growing.size, open]).toEqual([1, 1])
    const before = stats
    appendFileSync(log, 'y\n')
    await until('all have the rest', () => many.every(({ text }) => text === 'x\ny\n'))
    expect(stats - before).toBeLessThan(20)
    for (const one of many) one.leave()
    await until('it is let go', () => open === 0 && growing.size === 0)
  })

  it('keeps nothing for a reader that does not read', async () => {
    writeFileSync(log, Buffer.alloc(8 * 1024 * 1024, 'a'))
    const watched = await growing.watching(file())
    const slow = watched.follow(0, new AbortController().signal)
    expect((await slow.next()).value?.length).toBe(65_536)
    // What it did not ask for was not read: the next piece is as the file is now.
    const now = Buffer.alloc(8 * 1024 * 1024, 'b').fill('a', 0, 65_536)
    writeFileSync(log, now, { flag: 'r+' })
    expect((await slow.next()).value?.toString()).toMatch(/^b{60000}/)
    watched.release()
  })

  it.each([
    ['cut short', () => truncateSync(log, 3)],
    ['started over', () => writeFileSync(log, 'new\n')],
    ['written anew, and longer', () => writeFileSync(log, 'twice upon a time, and then some more\n')],
    [
      'put in another’s place',
      () => {
        renameSync(log, `${log}.1`)
        writeFileSync(log, 'quite another one, and longer than the first\n')
      },
    ],
  ])('ends for those who follow where it is %s, and has another version', async (_, change) => {
    writeFileSync(log, 'once upon a time\n')
    const one = await follower()
    await until('the text', () => one.text === 'once upon a time\n')
    const { version } = one.watched
    change()
    await until('the following ends', () => one.over, 8000)
    expect(one.text).toBe('once upon a time\n')
    expect(growing.versionOf('kim', 'runs/1/job.log')).not.toBe(version)
    // Whoever comes now reads it from its start.
    const two = await follower()
    await until('the new text', () => two.text.length > 0)
    expect(two.watched.version).not.toBe(version)
    two.leave()
  })

  it('keeps its version while nobody looks, unless it became shorter', async () => {
    writeFileSync(log, 'one\n')
    const one = await follower()
    await until('read', () => one.text === 'one\n')
    const { version } = one.watched
    one.leave()
    await until('left', () => growing.size === 0)
    appendFileSync(log, 'two\n')
    const two = await follower(4)
    await until('read on', () => two.text === 'two\n')
    expect(two.watched.version).toBe(version)
    two.leave()
    await until('left', () => growing.size === 0)
    truncateSync(log, 2)
    const three = await follower()
    expect(three.watched.version).not.toBe(version)
    three.leave()
  })

  it('may lag behind what a follower has seen: it is given a moment', async () => {
    writeFileSync(log, 'half')
    const watched = await growing.watching(file())
    const waiting = watched.reaches(8, 5000, new AbortController().signal)
    appendFileSync(log, 'full')
    await waiting
    expect(watched.size).toBe(8)
    watched.release()
  })
})
