import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { SshOptions } from '../../contract/sites.ts'
import type { Upload } from '../../contract/uploads.ts'
import { until } from '../helpers/core.ts'
import { logText } from '../helpers/log-text.ts'
import { digestOfFile, randomFile } from '../helpers/random-file.ts'
import { agreeable, hasAgentPackage, knowServer, makeHome, startSshCore, type SshCore } from '../helpers/ssh-core.ts'
import { canRunSshd, startSshd, type SshdOptions, type TestSshd } from '../helpers/sshd.ts'
import { systemSsh } from '../helpers/system-ssh.ts'

const mebibyte = 2 ** 20
const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})
/** A site over SSH with its agent. */
async function start(options: SshdOptions = {}, ssh?: SshOptions): Promise<[TestSshd, SshCore, string]> {
  const sshd = await startSshd(options)
  closing.push(() => sshd.close())
  const home = makeHome()
  closing.push(() => rmSync(home, { recursive: true, force: true }))
  const user = await startSshCore({ agent: true, home, ...systemSsh(home) })
  closing.push(() => user.close())
  await knowServer(user, sshd)
  user.answer = agreeable()
  const site = await user.add(sshd, ssh)
  expect(await user.connect(site)).toBeUndefined()
  await until('the agent', () => user.site(site)?.connection.state === 'connected')
  return [sshd, user, site]
}
interface Sending {
  upload(): Upload | undefined
  /** Waits for so many confirmed bytes. */
  sent(bytes: number): Promise<unknown>
  end(): Promise<Upload>
}
/** Sends a file slowly enough that something can happen on the way. */
async function send(user: SshCore, site: string, path: string, bytesPerSecond: number): Promise<Sending> {
  await user.rpc.call('settings', 'update', { uploadLimit: bytesPerSecond })
  const { size, mtimeMs } = statSync(path)
  const file = { name: 'mesh.dat', folder: '', size, modified: mtimeMs, source: { kind: 'path', path } } as const
  const { added } = await user.rpc.call('uploads', 'add', { site, label: 'form', files: [file] })
  const all = user.watch('uploads', 'all', {})
  const upload = (): Upload | undefined =>
    [...all.snapshots.flatMap(({ items }) => items), ...all.events.flatMap(({ put }) => put)].findLast(
      ({ id }) => id === added[0]?.id,
    )
  return {
    upload,
    sent: (bytes) => until(`${bytes} bytes`, () => (upload()?.sent ?? 0) >= bytes, 60_000),
    async end() {
      await until('the end', () => ['uploaded', 'failed'].includes(upload()?.state ?? ''), 90_000)
      return upload() ?? Promise.reject(new Error('no upload'))
    },
  }
}
/** The file as it lies in the agent's folder. */
function stored({ home }: TestSshd): string {
  const folder = join(home, '.local/share/headway/agent')
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('mesh.dat'))
  expect(found).toHaveLength(1)
  return join(folder, found[0] ?? '')
}

describe.skipIf(!canRunSshd || !hasAgentPackage)('work over an SSH session that is lost', { timeout: 180_000 }, () => {
  it.each([
    ['', {}, undefined],
    [' by the bridge', { settings: { AllowTcpForwarding: 'no', AllowStreamLocalForwarding: 'no' } }, undefined],
    [' by the system’s ssh', {}, { client: 'system' }],
  ] as const)('an upload of 64 MiB arrives whole over three cuts%s', async (_how, options, ssh) => {
    const [sshd, user, site] = await start(options, ssh)
    const path = join(user.home, 'mesh.dat')
    const digest = await randomFile(path, 64 * mebibyte)
    const sending = await send(user, site, path, 16e6)
    for (const part of [8, 24, 40]) {
      await sending.sent(part * mebibyte)
      sshd.cut()
      await until('the loss', () => user.site(site)?.connection.state !== 'connected')
    }
    expect(await sending.end()).toMatchObject({ state: 'uploaded', sent: 64 * mebibyte })
    expect(await digestOfFile(stored(sshd))).toBe(digest)
    expect(user.asked.map(({ ask }) => ask.kind)).toEqual(['install'])
  })

  it('an upload waits for a head node that is gone for a while', async () => {
    const [sshd, user, site] = await start()
    const path = join(user.home, 'mesh.dat')
    const digest = await randomFile(path, 64 * mebibyte)
    const sending = await send(user, site, path, 16e6)
    await sending.sent(16 * mebibyte)
    await sshd.kill()
    await until('that it waits', () => sending.upload()?.state === 'waiting', 30_000)
    expect(sending.upload()?.wait).toBe('network')
    await new Promise((resolve) => setTimeout(resolve, 5000))
    await sshd.restart()
    expect(await sending.end()).toMatchObject({ state: 'uploaded' })
    expect(await digestOfFile(stored(sshd))).toBe(digest)
  })

  it('the log of a job goes on at the byte where it was cut', async () => {
    const [sshd, user, site] = await start()
    const taskId = await user.submit({
      site,
      submission: {
        name: 'log',
        command: 'for i in $(seq 1 80); do echo "line $i 한글"; sleep 0.1; done',
        resources: { nodes: 1, tasks: 1, timeMinutes: 10 },
      },
      uploads: [],
    })
    const id = await until('the job', () => user.task(taskId)?.result?.jobId, 20_000)
    const log = user.watch('logs', 'follow', { site, id })
    const isOver = (): boolean => log.events.at(-1)?.complete === true || log.snapshots.at(-1)?.complete === true
    let cuts = 0
    while (cuts < 3) {
      const before = log.events.length
      await until('more of it', () => log.events.length > before, 20_000)
      expect(isOver()).toBe(false)
      sshd.cut()
      cuts += 1
      await until('the loss', () => user.site(site)?.connection.state !== 'connected')
    }
    await until('its end', isOver, 40_000)
    expect(log.snapshots).toHaveLength(1)
    expect(logText(log)).toBe(Array.from({ length: 80 }, (_, index) => `line ${index + 1} 한글\n`).join(''))
  })
})
