import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { SshOptions } from '../../contract/sites.ts'
import { failureOf, until } from '../helpers/core.ts'
import { agreeable, hasAgentPackage, knowServer, startSshCore, type SshCore } from '../helpers/ssh-core.ts'
import { canRunSshd, startSshd, type TestSshd } from '../helpers/sshd.ts'
import { commandsWith } from '../helpers/system-ssh.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})
async function connected(options?: SshOptions): Promise<[TestSshd, SshCore, string, string[]]> {
  const sshd = await startSshd()
  closing.push(() => sshd.close())
  const user = await startSshCore({ agent: true })
  closing.push(() => user.close())
  await knowServer(user, sshd)
  user.answer = agreeable()
  const before = listing(sshd)
  const site = await user.add(sshd, options)
  expect(await user.connect(site)).toBeUndefined()
  await answering(user, site)
  return [sshd, user, site, before]
}
const answering = (user: SshCore, site: string): Promise<unknown> =>
  until('the agent', () => user.site(site)?.connection.state === 'connected', 20_000)
const listing = ({ home }: TestSshd): string[] => readdirSync(home, { recursive: true, encoding: 'utf8' }).toSorted()
/** What the account has outside its home. */
const outside = ({ uid }: TestSshd): string[] =>
  ['/tmp', '/var/tmp', '/run/user'].flatMap((folder) =>
    (existsSync(folder) ? readdirSync(folder) : []).filter((name) => name === `headway-${uid}` || name === String(uid)),
  )
const agents = ({ home }: TestSshd): string[] => commandsWith(`${home}/.local/share/headway`)
const second = () => new Promise((resolve) => setTimeout(resolve, 1000))

describe.skipIf(!canRunSshd || !hasAgentPackage)('removing the agent from a head node', { timeout: 120_000 }, () => {
  it('with its data leaves nothing, and the site stays away until it is connected again', async () => {
    const [sshd, user, site, before] = await connected()
    expect(outside(sshd)).not.toEqual([])
    await user.rpc.call('sites', 'uninstall', { site, data: true })
    expect(listing(sshd)).toEqual(before)
    expect(outside(sshd)).toEqual([])
    expect(agents(sshd)).toEqual([])
    expect(user.site(site)).toMatchObject({ connection: { state: 'signed-out' }, agent: { state: 'missing' } })
    const connections = (): number => sshd.log().match(/Connection from/g)?.length ?? 0
    const count = connections()
    // What asks for it meanwhile does not bring it back.
    expect(await failureOf(user.rpc.call('jobs', 'detail', { site, id: '7' }))).toMatchObject({
      code: expect.stringMatching(/OFFLINE|SIGNED_OUT/) as unknown,
    })
    await second()
    expect(connections()).toBe(count)
    expect(listing(sshd)).toEqual(before)
    expect(commandsWith(`${sshd.user}@notty`)).toEqual([])

    // Not with a restart either.
    const next = await startSshCore({ home: user.home, data: user.data, agent: true })
    closing.push(() => next.close())
    await second()
    expect(connections()).toBe(count)
    expect(next.asked).toEqual([])

    next.answer = agreeable()
    expect(await next.connect(site)).toBeUndefined()
    await answering(next, site)
    expect(next.asked.map(({ ask }) => ask.kind)).toEqual(['install'])
    expect(await next.rpc.call('preflight', 'choices', { site })).toBeDefined()
  })

  it('without its data keeps that for the next one', async () => {
    const [sshd, user, site] = await connected()
    await user.rpc.call('sites', 'uninstall', { site, data: false })
    const headway = join(sshd.home, '.local/share/headway')
    expect(readdirSync(headway)).toEqual(['agent'])
    expect(readdirSync(join(headway, 'agent'))).toEqual(expect.arrayContaining(['headway.db', 'jwt.key']))
    expect(agents(sshd)).toEqual([])
    expect(await user.connect(site)).toBeUndefined()
    await answering(user, site)
    expect(user.asked.map(({ ask }) => ask.kind)).toEqual(['install', 'install'])
    await user.rpc.call('sites', 'uninstall', { site, data: true })
    expect(existsSync(join(sshd.home, '.local'))).toBe(false)
  })

  it('does not bring it back where a page keeps asking, nor after cuts', async () => {
    const [sshd, user, site, before] = await connected({ connections: 1 })
    for (let cuts = 1; cuts <= 2; cuts += 1) {
      sshd.cut()
      await until('the loss', () => user.site(site)?.connection.state !== 'connected')
      await answering(user, site)
    }
    const enough = new AbortController()
    const asking = (async () => {
      while (!enough.signal.aborted) {
        await user.rpc.call('preflight', 'choices', { site }).catch(() => undefined)
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    })()
    // Longer than the pause between two searches for an agent that is gone.
    await new Promise((resolve) => setTimeout(resolve, 10_500))
    await user.rpc.call('sites', 'uninstall', { site, data: true })
    await second()
    enough.abort()
    await asking
    expect(listing(sshd)).toEqual(before)
    expect(agents(sshd)).toEqual([])
    expect(user.asked.map(({ ask }) => ask.kind)).toEqual(['install'])
  })

  it('is refused with the data while jobs run, and everything stays as it was', async () => {
    const [sshd, user, site] = await connected()
    const taskId = await user.submit({
      site,
      submission: { name: 'long', command: 'sleep 300', resources: { nodes: 1, tasks: 1, timeMinutes: 10 } },
      uploads: [],
    })
    await until('the job', () => user.task(taskId)?.result?.jobId, 20_000)
    await until('that it runs', () => commandsWith('sleep 300').length > 0)
    expect(await failureOf(user.rpc.call('sites', 'uninstall', { site, data: true }))).toMatchObject({
      code: 'CONFLICT',
      data: { reason: expect.stringMatching(/jobs/i) as unknown },
    })
    expect(user.site(site)).toMatchObject({ connection: { state: 'connected' }, agent: { state: 'running' } })
    expect(await user.rpc.call('preflight', 'choices', { site })).toBeDefined()
    expect(agents(sshd)).not.toEqual([])
  })
})
