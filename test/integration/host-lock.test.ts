import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readOwner, writeOwner, type Owner } from '../../src/core/host-kit/owner-file.ts'
import type { OwnTimes } from '../../src/core/host-kit/own-folder.ts'
import { until } from '../helpers/core.ts'

const program = fileURLToPath(new URL('../helpers/own-folder-process.ts', import.meta.url))
const times: OwnTimes = { beatMs: 200, checkMs: 50, stillMs: 3000, lookMs: 100 }
const patient: OwnTimes = { ...times, stillMs: 3_600_000 }

let folder: string
let ownerFile: string
const children: ChildProcess[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-own-'))
  ownerFile = join(folder, 'host.owner')
})
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  await rm(folder, { recursive: true, force: true })
})

interface Line {
  owns?: number
  refused?: object | null
  waits?: object
  lost?: object
}
/** A process that takes the folder, on a machine of that name. */
function open(host = hostname(), wanted = times) {
  const child = spawn(process.execPath, [program, folder, host, JSON.stringify(wanted)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  children.push(child)
  const lines: Line[] = []
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line) as Line))
  const next = (key: keyof Line) => until(`${host}: ${key}`, () => lines.find((line) => key in line), 30_000)
  return {
    child,
    lines,
    owns: async () => (await next('owns')).owns,
    refused: async () => (await next('refused')).refused,
    waits: async () => (await next('waits')).waits,
    lost: async () => (await next('lost')).lost,
    async end(how: 'release' | 'SIGKILL') {
      const ended = once(child, 'exit')
      if (how === 'release') child.stdin.write('\n')
      else child.kill(how)
      await ended
    },
  }
}
async function owner(): Promise<Owner> {
  const found = await readOwner(ownerFile)
  if (found === undefined) throw new Error('nobody owns the folder')
  return found
}
/** An owner on another machine, with whom this one shares no lock. */
function elsewhere(change: Partial<Owner> = {}): Owner {
  return { host: 'ws12', pid: 4711, token: 'theirs', beat: 7, at: 0, ...change }
}

describe('a folder on one machine', () => {
  it('is held by one process, whose name the other one is told at once', async () => {
    const first = open()
    const pid = await first.owns()
    expect(await owner()).toMatchObject({ host: hostname(), pid })
    expect((await stat(ownerFile)).mode & 0o777).toBe(0o600)
    const second = open(hostname(), patient)
    expect(await second.refused()).toMatchObject({ host: hostname(), pid, here: true })
    await first.end('release')
    expect(await readOwner(ownerFile)).toBeUndefined()
    await open().owns()
  })

  it('is free at once after its process was killed', async () => {
    const first = open()
    await first.owns()
    await first.end('SIGKILL')
    expect(await readOwner(ownerFile)).toBeDefined()
    const second = open(hostname(), patient)
    const pid = await second.owns()
    expect(second.lines).toEqual([{ owns: pid }])
    expect((await owner()).pid).toBe(pid)
  })

  it('shows signs of life while it is held, and leaves none behind', async () => {
    const first = open()
    await first.owns()
    const { beat } = await owner()
    await expect.poll(async () => (await owner()).beat, { timeout: 20_000 }).toBeGreaterThan(beat + 2)
    await first.end('release')
    expect(await readdir(folder)).toEqual(['host.lock'])
  })

  it('is its owner’s even where somebody takes the file away', async () => {
    const first = open()
    await first.owns()
    const before = await owner()
    await rm(ownerFile)
    await expect.poll(() => readOwner(ownerFile), { timeout: 20_000 }).toBeDefined()
    expect((await owner()).token).toBe(before.token)
    expect(first.lines).toHaveLength(1)
  })

  it('is taken where the file says nothing', async () => {
    for (const text of ['', 'null', '{"host":"ws12"}', '\0\0\0']) {
      await writeFile(ownerFile, text)
      const taken = open(hostname(), patient)
      await taken.owns()
      await taken.end('release')
    }
  })
})

describe('a folder on two machines', () => {
  it('is refused as long as the other one shows signs of life, and says whose it is', async () => {
    await writeOwner(ownerFile, elsewhere())
    const second = open(hostname(), patient)
    expect(await second.waits()).toEqual({ host: 'ws12', pid: 4711, here: false })
    expect(second.lines).toHaveLength(1)
    await writeOwner(ownerFile, elsewhere({ beat: 8 }))
    expect(await second.refused()).toEqual({ host: 'ws12', pid: 4711, here: false, silentMs: 0 })
    expect(await owner()).toEqual(elsewhere({ beat: 8 }))
  })

  it('is refused where the other one was opened anew meanwhile', async () => {
    await writeOwner(ownerFile, elsewhere())
    const second = open(hostname(), patient)
    await second.waits()
    await writeOwner(ownerFile, elsewhere({ token: 'another', beat: 7, host: 'ws13' }))
    expect(await second.refused()).toMatchObject({ host: 'ws13' })
  })

  it('is taken over once the other one has stood still for long enough, whatever its clock says', async () => {
    const began = performance.now()
    await writeOwner(ownerFile, elsewhere({ at: Date.now() + 3_600_000 }))
    const pid = await open().owns()
    expect(performance.now() - began).toBeGreaterThanOrEqual(times.stillMs)
    expect(await owner()).toMatchObject({ host: hostname(), pid })
  })

  it('is taken at once when the other one lets go of it', async () => {
    await writeOwner(ownerFile, elsewhere())
    const second = open(hostname(), patient)
    await second.waits()
    await rm(ownerFile)
    await second.owns()
  })

  it('is lost by an owner that finds another in its place, which it leaves alone', async () => {
    const first = open()
    await first.owns()
    await writeOwner(ownerFile, elsewhere())
    expect(await first.lost()).toEqual({ host: 'ws12', pid: 4711, here: false })
    await first.end('release')
    expect(JSON.parse(await readFile(ownerFile, 'utf8'))).toEqual(elsewhere())
  })

  it('is lost by an owner that was asleep for so long', async () => {
    const first = open('ws12')
    await first.owns()
    first.child.kill('SIGSTOP')
    // Another machine does not see the lock that still stands on this one.
    await rm(join(folder, 'host.lock'))
    const second = open('ws13')
    await second.waits()
    await second.owns()
    first.child.kill('SIGCONT')
    expect(await first.lost()).toMatchObject({ host: 'ws13', here: false })
    expect(second.lines.at(-1)).toMatchObject({ owns: second.child.pid })
  })
})
