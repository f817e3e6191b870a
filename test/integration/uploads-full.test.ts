import { execFileSync } from 'node:child_process'
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Upload } from '../../contract/uploads.ts'
import { admin, startAgent, type TestAgent } from '../helpers/agent.ts'
import { startChunkProxy, type ChunkProxy } from '../helpers/chunk-proxy.ts'
import { digestsBelow } from '../helpers/file-tree.ts'
import { hasPart } from '../helpers/parts.ts'
import { randomFile } from '../helpers/random-file.ts'
import { SentLedger } from '../helpers/sent-ledger.ts'
import { context, picked, startUploadCore, type UploadCore } from '../helpers/upload-core.ts'

const MIB = 2 ** 20
const SIZE = 24 * MIB
const isRoot = process.getuid?.() === 0
/** btrfs has quotas that hold for everyone, also where the kernel was built without those of accounts. */
const hasBtrfs = isRoot && hasPart('mkfs.btrfs') && readFileSync('/proc/filesystems', 'utf8').includes('btrfs')

let folder: string
let disk: string
let agent: TestAgent
let proxy: ChunkProxy
let ledger: SentLedger
let core: UploadCore
let path: string
let digest: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-full-'))
  disk = join(folder, 'disk')
  await mkdir(disk)
  path = join(folder, 'mesh.msh')
  digest = await randomFile(path, SIZE)
})
afterEach(async () => {
  await core.close()
  await proxy.close()
  await agent.close()
  execFileSync('umount', ['--lazy', disk])
  await rm(folder, { recursive: true, force: true })
})

/** Users' files alone are on the small disk. */
async function start(): Promise<void> {
  agent = await startAgent({ environment: { HEADWAY_UPLOADS: join(disk, 'uploads') } })
  proxy = await startChunkProxy(() => agent.url)
  ledger = new SentLedger()
  proxy.watch = ledger.watch
  core = await startUploadCore({ url: proxy.url, data: join(folder, 'core') })
}
async function add(): Promise<Upload> {
  const [upload] = await core.add([await picked(path)])
  if (upload === undefined) throw new Error('nothing added')
  return upload
}
const ended = (id: string): Promise<Upload> => core.until(id, ({ state }) => state === 'failed' || state === 'uploaded')
const stored = async (): Promise<string[]> => {
  const files = await digestsBelow(join(disk, 'uploads', 'users', admin.username)).catch(() => ({}))
  return Object.entries(files).flatMap(([name, content]) => (name.endsWith('mesh.msh') ? [content] : []))
}

/** It fails on its way for want of room, keeps what has arrived, and is whole once there is room again. */
async function failsAndGoesOn(id: string, makeRoom: () => unknown): Promise<void> {
  const failed = await ended(id)
  expect(failed).toMatchObject({ state: 'failed', error: { code: 'NO_SPACE' } })
  expect(failed.error?.code === 'NO_SPACE' && failed.error.data.needed).toBeGreaterThan(0)
  expect(await stored()).toEqual([])
  await makeRoom()
  core.limit.value = 0
  await core.uploads.handlers.methods.resume({ ids: [id] }, context)
  await core.until(id, ({ state }) => state !== 'failed')
  expect(await ended(id)).toMatchObject({ state: 'uploaded' })
  expect(await stored()).toEqual([digest])
  expect(ledger.again).toEqual([])
}

describe.skipIf(!isRoot)('a small disk', () => {
  beforeEach(async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=40m', 'tmpfs', disk])
    await start()
  })

  it('on which a file has no room refuses it with figures, before a byte of it is sent', async () => {
    truncateSync(path, 64 * MIB)
    const failed = await ended((await add()).id)
    expect(failed.error).toMatchObject({ code: 'NO_SPACE', data: { needed: 64 * MIB } })
    const free = failed.error?.code === 'NO_SPACE' ? failed.error.data.free : Number.NaN
    expect(free).toBeGreaterThan(30 * MIB)
    expect(free).toBeLessThanOrEqual(40 * MIB)
    expect(proxy.chunks).toEqual([])
    expect(await stored()).toEqual([])
  })

  it('that others fill meanwhile stops it, and it goes on once there is room', async () => {
    core.limit.value = 6 * MIB
    const { id } = await add()
    await core.until(id, ({ sent }) => sent > 0)
    const filler = join(disk, 'filler')
    // What is left of it is less than what is still to come.
    writeFileSync(filler, Buffer.alloc(28 * MIB))
    await failsAndGoesOn(id, () => rm(filler))
  })
})

describe.skipIf(!hasBtrfs)('a quota', () => {
  it('that is used up on the way stops it, and it goes on once there is more', async () => {
    const image = join(folder, 'image')
    await writeFile(image, '')
    truncateSync(image, 256 * MIB)
    execFileSync('mkfs.btrfs', ['-q', '-M', image], { stdio: 'ignore' })
    execFileSync('mount', ['-o', 'loop', image, disk])
    execFileSync('btrfs', ['quota', 'enable', disk])
    execFileSync('btrfs', ['qgroup', 'limit', '12M', disk])
    await start()
    await failsAndGoesOn((await add()).id, () => execFileSync('btrfs', ['qgroup', 'limit', 'none', disk]))
  })
})
