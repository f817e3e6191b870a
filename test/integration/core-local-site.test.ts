import { rm } from 'node:fs/promises'
import { afterEach, expect, it } from 'vitest'
import { admin, startAgent, temporaryFolder } from '../helpers/agent.ts'
import { startCore, until } from '../helpers/core.ts'

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

it('the agent that the host starts itself is the same site on another port, still signed in', async () => {
  const data = temporaryFolder()
  ends.push(() => rm(data, { recursive: true, force: true }))
  const cores = temporaryFolder()
  ends.push(() => rm(cores, { recursive: true, force: true }))
  const first = await startAgent({ data })
  const secrets = new Map<string, string>()
  const before = await startCore({
    data: cores,
    secrets,
    platform: { localSite: { url: first.url, username: admin.username } },
  })
  const site = await before.signIn(first.url)
  await before.close()
  await first.app.close()

  const second = await startAgent({ data })
  ends.push(() => second.close())
  expect(second.url).not.toBe(first.url)
  const again = await startCore({
    data: cores,
    secrets,
    platform: { localSite: { url: second.url, username: admin.username } },
  })
  ends.push(() => again.close())
  await until('the connection', () => again.site(site.id)?.connection.state === 'connected')
  expect(again.site(site.id)).toMatchObject({ local: true, url: second.url, user: { username: admin.username } })
})
