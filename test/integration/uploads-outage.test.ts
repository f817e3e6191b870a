import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Upload } from '../../contract/uploads.ts'
import { admin, startAgent, type TestAgent } from '../helpers/agent.ts'
import { startChunkProxy, type ChunkProxy } from '../helpers/chunk-proxy.ts'
import { startFaultProxy, type FaultProxy } from '../helpers/fault-proxy.ts'
import { digestsBelow, digestsOf, writeTree } from '../helpers/file-tree.ts'
import { isLong } from '../helpers/long.ts'
import { SentLedger } from '../helpers/sent-ledger.ts'
import { context, startUploadCore, type UploadCore } from '../helpers/upload-core.ts'
import { numbered } from '../helpers/upload-set.ts'

const MIB = 2 ** 20
const OUTAGE_MS = isLong ? 60_000 : 1_500
/** What has died silently is given up after the core's longest wait for an answer. */
const patience = { timeout: isLong ? 400_000 : 90_000 }

let folder: string
let agent: TestAgent
let ledger: SentLedger
let counted: ChunkProxy
let network: FaultProxy
let core: UploadCore
const files = new Map<string, Uint8Array>([
  ['case/field.csv', randomBytes(8 * MIB)],
  ['case/values.csv', numbered(1, 6 * MIB)],
  ...Array.from({ length: 200 }, (_, at) => [`case/part-${at % 3}/f${at}.csv`, numbered(at, 100 * (at % 40))] as const),
])
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-outage-'))
  agent = await startAgent()
  network = await startFaultProxy(agent.url)
  // On the core's side: what has got there is confirmed.
  counted = await startChunkProxy(() => network.url)
  ledger = new SentLedger()
  counted.watch = ledger.watch
  core = await startUploadCore({ url: counted.url })
})
afterEach(async () => {
  await core.close()
  await counted.close()
  await network.close()
  await agent.close()
  await rm(folder, { recursive: true, force: true })
})

async function begin(): Promise<Upload[]> {
  await writeTree(folder, files)
  core.limit.value = 3 * MIB
  const { files: found } = await core.uploads.handlers.methods.expand({ paths: [join(folder, 'case')] }, context)
  const added = await core.add(found)
  const large = added.find(({ name }) => name === 'field.csv')
  await core.until(large?.id ?? '', ({ sent }) => sent > 0)
  return added
}

/** All go on by themselves, nobody signs in again, and nothing that was confirmed is sent again. */
async function goOn(added: readonly Upload[]): Promise<void> {
  core.limit.value = 0
  await core.whenUploaded(added)
  const stored = join(agent.config.uploads, 'users', admin.username, 'jobs', 'form', 'data')
  expect(await digestsBelow(stored)).toEqual(digestsOf(files))
  expect(counted.others.filter((request) => request === 'POST /api/auth/login')).toHaveLength(1)
  expect(ledger.again).toEqual([])
}

describe(`a link that is cut for ${OUTAGE_MS / 1000} s`, () => {
  it('with a reset: uploads wait for the network and go on by themselves', patience, async () => {
    const added = await begin()
    network.down()
    const [first] = added
    await core.until(first?.id ?? '', ({ state, wait }) => state === 'waiting' && wait === 'network')
    await sleep(OUTAGE_MS)
    network.up()
    await goOn(added)
  })

  it('without a word, and comes back: uploads go on by themselves', patience, async () => {
    const added = await begin()
    network.mute()
    await sleep(OUTAGE_MS)
    network.unmute()
    await goOn(added)
  })

  // It takes as long as nothing may be heard of an agent before it is asked anew.
  it.skipIf(!isLong)('without a word, and old connections stay dead: uploads take new ones', patience, async () => {
    const added = await begin()
    network.mute()
    await sleep(OUTAGE_MS)
    network.unmute('forgotten')
    await goOn(added)
  })
})
