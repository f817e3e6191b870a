import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAgent, type TestAgent } from '../../../helpers/agent.ts'
import { failureOf, startCore, type TestCore } from '../../../helpers/core.ts'

let agent: TestAgent
let core: TestCore
let site: string
beforeAll(async () => {
  agent = await startAgent({ environment: { HEADWAY_CORES: '2' } })
  core = await startCore()
  site = (await core.signIn(agent.url)).id
})
afterAll(async () => {
  await core.close()
  await agent.close()
})

const submission = { name: 'x', command: 'true', resources: { nodes: 1, tasks: 1, timeMinutes: 5 } }
const check = (more: object = {}) =>
  core.rpc.call('preflight', 'check', { site, submission: { ...submission, ...more }, stored: [], planned: [] })

describe('before a submission', () => {
  it('every field of it reaches the agent', async () => {
    const resources = { ...submission.resources, partition: 'nowhere', cpusPerTask: 4 }
    const { checks } = await check({ resources, options: { dependencies: [{ type: 'afterok', job: '77' }] } })
    expect(checks.map(({ code, level }) => `${code} ${level}`)).toEqual(
      expect.arrayContaining(['partition-unknown error', 'dependency-unknown error']),
    )
  })

  it('files that are there and files to come are told apart', async () => {
    const { checks } = await core.rpc.call('preflight', 'check', {
      site,
      submission,
      stored: [{ uploadId: 'none' }],
      planned: [{ name: 'a.msh', size: 7 }],
    })
    expect(checks.map(({ code }) => code)).toEqual(expect.arrayContaining(['file-unknown', 'files-coming', 'space']))
  })

  it('there is a partition to choose', async () => {
    const choices = await core.rpc.call('preflight', 'choices', { site })
    expect(choices).toMatchObject({ scheduler: 'local', partitions: [{ name: 'compute', isDefault: true }] })
  })

  it('a site that is not there is said', async () => {
    expect(await failureOf(core.rpc.call('preflight', 'choices', { site: 'none' }))).toMatchObject({
      code: 'NOT_FOUND',
    })
  })
})
