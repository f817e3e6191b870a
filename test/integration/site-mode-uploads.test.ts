import { randomBytes } from 'node:crypto'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodeRecipe } from '../../contract/agent/recipe.ts'
import { openDatabase } from '../../agent/src/db/index.ts'
import { Helpers } from '../../agent/src/helper/pool.ts'
import type { Agent } from '../../agent/src/kit/agent.ts'
import { createRunner } from '../../agent/src/runner/index.ts'
import { assembled } from '../../agent/src/uploads/recipe-body.ts'
import { UploadService } from '../../agent/src/uploads/service.ts'
import { createUserFiles } from '../../agent/src/user-files/index.ts'
import { temporaryFolder, testConfig } from '../helpers/agent.ts'
import { signatureOf } from '../helpers/signature.ts'
import { becoming, canBeSite, setUpSite, type Site } from '../helpers/site.ts'
import { cut, sha256, treeDigest } from '../helpers/upload-client.ts'

const CHUNK = 1 << 20

describe.skipIf(!canBeSite)('uploads into a user’s own home, by their helper', () => {
  let site: Site
  let helpers: Helpers
  let agent: Agent
  let service: UploadService
  let user: { username: string }

  beforeAll(async () => {
    site = await setUpSite()
    user = { username: site.users[0] }
    const sudo = join(site.folder, 'sudo')
    await writeFile(sudo, `#!/bin/sh\nexec ${becoming(site.agent).join(' ')} /usr/bin/sudo "$@"\n`, { mode: 0o755 })
    const folder = temporaryFolder()
    const siteMode = { helper: join(site.folder, 'headway-helper'), sudo, maxHelpers: 8, idleSeconds: 300 }
    const config = { ...testConfig({}, folder), uploads: join(folder, 'none'), runAs: 'sudo' as const, siteMode }
    const log = pino({ level: 'silent' })
    helpers = new Helpers(config, log)
    agent = {
      config,
      db: openDatabase(folder),
      log,
      now: () => new Date(),
      audit: { record: () => {}, security: () => {} },
      hub: { publish: () => {}, connections: 0 },
      files: createUserFiles(config, helpers),
      runner: createRunner(config, log, helpers),
      metrics: { count: () => {}, gauge: () => {}, gaugeBy: () => {} },
    }
    service = new UploadService(agent)
    await service.start()
  }, 120_000)
  afterAll(async () => {
    await service?.close()
    helpers?.close()
    await agent?.db.destroy()
    await site?.close()
  })

  const begin = async (size: number) => {
    const opening = { name: 'mesh.msh', size, chunkSize: CHUNK, label: 'form' }
    return (await service.open(user.username, opening)).row.id
  }
  const send = async (id: string, data: Buffer, index: number, body = Readable.from([cut(data, CHUNK)[index]])) => {
    const digest = sha256(cut(data, CHUNK)[index] ?? data)
    await service.chunk(user, id, { index, body, sha256: digest }, {})
  }

  test('an edited file is made from the one before, compared by its signature, and read back', async () => {
    const old = randomBytes(3 * CHUNK + 99)
    const first = await begin(old.length)
    for (const index of cut(old, CHUNK).keys()) await send(first, old, index)
    const stored = await service.complete(user, first, { digest: treeDigest(old, CHUNK), wait: true }, {})
    const path = join(site.homeOf(user.username), '.headway', stored.path ?? '')
    expect((await stat(path)).uid).not.toBe(process.getuid?.())

    const [found] = await service.sources.find(user.username, { name: 'mesh.msh', size: old.length })
    expect(found?.upload_id).toBe(first)
    const signature = await service.signatures.get(user.username, first)
    if (signature === undefined) throw new Error('it takes long')
    expect((await buffer(signature.body)).equals(signatureOf(old))).toBe(true)

    const edited = Buffer.from(old)
    randomBytes(10).copy(edited, 5)
    const second = await begin(edited.length)
    for (const index of cut(edited, CHUNK).keys()) {
      const length = Math.min(CHUNK, edited.length - index * CHUNK)
      const own = index === 0 ? 15 : 0
      const recipe = encodeRecipe([
        { bytes: edited.subarray(0, own) },
        { offset: index * CHUNK + own, length: length - own },
      ])
      const source = await service.sources.open(user.username, first)
      async function* pieces(): AsyncGenerator<Buffer, void> {
        yield Buffer.from(recipe)
      }
      await send(second, edited, index, Readable.from(assembled(pieces(), source, length), { objectMode: false }))
      await source.close()
    }
    const wanted = { digest: treeDigest(edited, CHUNK), readBack: true, wait: true }
    expect((await service.complete(user, second, wanted, {})).status).toBe('uploaded')

    await expect(service.sources.open(site.users[1], first)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(service.signatures.get(site.users[1], first)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('of one that is still arriving what has arrived can be used', async () => {
    const data = randomBytes(2 * CHUNK)
    const id = await begin(data.length)
    await send(id, data, 1)
    const signature = await service.signatures.get(user.username, id)
    if (signature === undefined) throw new Error('it takes long')
    expect((await buffer(signature.body)).equals(signatureOf(data, CHUNK))).toBe(true)
  })
})
