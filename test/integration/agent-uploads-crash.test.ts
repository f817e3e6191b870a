import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { Agent as HttpAgent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { portalToken, secret, spawnAgent, temporaryFolder, type SpawnedAgent } from '../helpers/agent.ts'
import { cut, sha256, treeDigest, uploadClient, type UploadClient } from '../helpers/upload-client.ts'

let data: string
let agent: SpawnedAgent
let kim: UploadClient

const start = async () => {
  const quiet = { HEADWAY_LOG_LEVEL: 'silent', HEADWAY_SCHEDULER: 'local', HEADWAY_ADMIN_PASSWORD: 'of-the-test' }
  agent = await spawnAgent({ ...quiet, HEADWAY_DATA: data, JWT_SECRET_KEY: secret })
  kim = uploadClient(agent.url, await portalToken({ sub: 'kim' }))
}
const killAndRestart = async () => {
  await agent.end('SIGKILL')
  await start()
}

beforeEach(async () => {
  data = temporaryFolder()
  await start()
})
afterEach(async () => {
  await agent.end()
  rmSync(data, { recursive: true, force: true })
})

describe('kill -9 of the agent', () => {
  it('in the middle of an upload, again and again: it goes on, and what was confirmed is never sent twice', async () => {
    const chunkSize = 262_144
    const bytes = randomBytes(80 * chunkSize + 99)
    const chunks = cut(bytes, chunkSize)
    const asked = { key: randomUUID(), name: 'big.msh', size: bytes.length, chunk_size: chunkSize }
    const confirmed = new Set<number>()
    for (let kills = 0; ;) {
      const { body } = await kim.open(asked)
      const received = new Set(
        body.received.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, at) => first + at)),
      )
      for (const index of confirmed) expect(received.has(index)).toBe(true)
      const missing = [...chunks.keys()].filter((index) => !received.has(index))
      if (missing.length === 0) break
      let left = kills < 4 ? 5 + Math.floor(Math.random() * 12) : Infinity
      const senders = Array.from({ length: 4 }, async () => {
        for (let index = missing.shift(); index !== undefined && left > 0; index = missing.shift()) {
          const answer = await kim.put(body.upload_id, index, chunks[index] ?? bytes)
          if (answer.status === 200) confirmed.add(index)
          left -= 1
          // The other three are in the middle of a chunk now.
          if (left === 0) agent.process.kill('SIGKILL')
        }
      })
      await Promise.allSettled(senders)
      if (left > 0) continue
      kills += 1
      await killAndRestart()
    }
    const { body } = await kim.open(asked)
    const digest = treeDigest(bytes, chunkSize)
    // Killed once more, while it is being finished.
    const finishing = kim.complete(body.upload_id, digest).catch(() => undefined)
    await delay(Math.random() * 10)
    await killAndRestart()
    await finishing
    let done = await kim.complete(body.upload_id, digest)
    while (done.body.status === 'verifying') done = await kim.get(body.upload_id)
    expect(done.body).toMatchObject({ status: 'uploaded', digest })
    expect((await readFile(done.body.file_path ?? '')).equals(bytes)).toBe(true)
  })
})

/** MiB: the most that process ever had, or has now. */
const resident = (field: 'VmHWM' | 'VmRSS') => {
  const status = readFileSync(`/proc/${agent.process.pid}/status`, 'utf8')
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024
}

describe('memory', () => {
  it.runIf(existsSync('/proc/self/status'))(
    'does not grow with a GiB in chunks of 64 MiB, four at a time',
    async () => {
      const chunkSize = 64 * 2 ** 20
      const count = 16
      const chunk = Buffer.alloc(chunkSize, 'headway ')
      const digest = sha256(chunk)
      const token = await portalToken({ sub: 'kim' })
      const connections = new HttpAgent({ keepAlive: true, maxSockets: 4 })
      const put = (id: string, index: number) =>
        new Promise<number>((resolve, reject) => {
          const headers = {
            authorization: `Bearer ${token}`,
            'content-type': 'application/octet-stream',
            'content-length': chunkSize,
            'content-digest': `sha-256=:${digest.toString('base64')}:`,
          }
          const url = new URL(`/api/v2/uploads/${id}/chunks/${index}`, agent.url)
          const sending = request(url, { method: 'PUT', agent: connections, headers }, (answer) => {
            answer.resume().on('end', () => resolve(answer.statusCode ?? 0))
          })
          sending.on('error', reject).end(chunk)
        })
      const before = resident('VmRSS')
      const { body } = await kim.open({ name: 'huge.msh', size: count * chunkSize, chunk_size: chunkSize })
      const answers = await Promise.all(Array.from({ length: count }, (_, index) => put(body.upload_id, index)))
      connections.destroy()
      expect(new Set(answers)).toEqual(new Set([200]))
      const whole = sha256(Buffer.concat(Array.from({ length: count }, () => digest))).toString('hex')
      let done = await kim.complete(body.upload_id, whole)
      while (done.body.status === 'verifying') {
        await delay(50)
        done = await kim.get(body.upload_id)
      }
      expect(done.body.status).toBe('uploaded')
      expect(resident('VmHWM') - before).toBeLessThan(150)
    },
  )
})
