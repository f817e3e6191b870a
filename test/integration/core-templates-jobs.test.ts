import { afterEach, describe, expect, it } from 'vitest'
import { startAgent } from '../helpers/agent.ts'
import { failureOf, startCore, until } from '../helpers/core.ts'

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})
async function start() {
  const agent = await startAgent()
  ends.push(() => agent.close())
  const core = await startCore()
  ends.push(() => core.close())
  const { id: site } = await core.signIn(agent.url)
  await until('the connection', () => core.site(site)?.connection.state === 'connected')
  return { agent, core, site }
}
const yaml = (script: string) => `id: my-own
version: 1
name: { en: My own }
category: tests
files: []
parameters:
  - { key: count, type: integer, label: { en: Count }, minimum: 1, maximum: 5, default: 2 }
resources: { nodes: 1, tasks: 1, timeMinutes: 5 }
script: |
  ${script}
`

describe('templates through the core', () => {
  it('are saved, shown in every window, read, previewed, and removed', async () => {
    const { core, site } = await start()
    const list = core.watch('templates', 'all', { site })
    await until('the list', () => list.snapshots.length > 0)
    const saved = await core.rpc.call('templates', 'save', {
      site,
      yaml: yaml('echo {{ parameters.count }}'),
      visibility: 'private',
    })
    expect(saved).toMatchObject({ id: 'my-own', visibility: 'private' })
    await until('the new one', () => list.events.at(-1)?.items.some(({ id }) => id === 'my-own'))
    expect((await core.rpc.call('templates', 'source', { site, id: 'my-own' })).yaml).toBe(
      yaml('echo {{ parameters.count }}'),
    )

    const submission = { name: 'x', resources: saved.resources, templateId: 'my-own' }
    const good = await core.rpc.call('templates', 'preview', {
      site,
      submission: { ...submission, parameters: { count: 3 } },
      files: [],
    })
    expect(good.problems).toEqual([])
    expect(good.script).toContain('echo 3')
    const bad = await core.rpc.call('templates', 'preview', {
      site,
      submission: { ...submission, parameters: { count: 9 } },
      files: [],
    })
    expect(bad.problems).toMatchObject([{ parameter: 'count' }])

    const broken = core.rpc.call('templates', 'save', { site, id: 'my-own', yaml: 'id: [', visibility: 'private' })
    expect((await failureOf(broken)).code).toBe('TEMPLATE_INVALID')
    await core.rpc.call('templates', 'remove', { site, id: 'my-own' })
    await until('it to be gone', () => list.events.at(-1)?.items.every(({ id }) => id !== 'my-own'))
    expect((await failureOf(core.rpc.call('templates', 'source', { site, id: 'my-own' }))).code).toBe('NOT_FOUND')
  })
})

describe('jobs through the core', () => {
  it('are cancelled; results and settings answer', async () => {
    const { core, site } = await start()
    const jobs = core.watch('jobs', 'all', { site })
    const taskId = await core.submit({
      site,
      submission: { name: 'long', command: 'sleep 60', resources: { nodes: 1, tasks: 1, timeMinutes: 5 } },
      uploads: [],
    })
    const id = await until('the job', () => core.task(taskId)?.result?.jobId)
    await until('the run', () =>
      jobs.events.flatMap(({ put }) => put).some((job) => job.id === id && job.state === 'running'),
    )
    await core.rpc.call('jobs', 'cancel', { site, id })
    await until('the end', () =>
      jobs.events.flatMap(({ put }) => put).some((job) => job.id === id && job.state === 'cancelled'),
    )
    expect((await failureOf(core.rpc.call('jobs', 'cancel', { site, id }))).code).toBe('CONFLICT')
    expect(await core.rpc.call('results', 'figures', { site, id })).toEqual({ values: [] })
    const plot = core.watch('convergence', 'points', { site, id })
    await until('the refusal', () => plot.errors.length === 1)
    expect(plot.errors[0]?.code).toBe('NOT_FOUND')

    const settings = core.watch('settings', 'current', {})
    await until('the settings', () => settings.snapshots.length === 1)
    await core.rpc.call('settings', 'update', { language: 'ko' })
    await until('the change', () => settings.events.at(-1)?.language === 'ko')
    expect((await failureOf(core.rpc.call('host', 'pickFiles', { folders: false }))).code).toBe('CONFLICT')
  })

  it('shows nodes to two windows and asks for none when nobody looks', async () => {
    const { core, site } = await start()
    const first = core.watch('nodes', 'status', { site })
    await until('the nodes', () => first.snapshots.length === 1)
    const second = core.watch('nodes', 'status', { site })
    await until('the nodes', () => second.snapshots.length === 1)
    expect(second.snapshots[0]?.status).toEqual(first.snapshots[0]?.status)
    first.end()
    second.end()
    await core.rpc.call('sites', 'remove', { site })
    const gone = core.watch('nodes', 'status', { site })
    await until('the refusal', () => gone.errors.length === 1)
    expect(gone.errors[0]).toMatchObject({ code: 'NOT_FOUND', data: { what: 'site' } })
  })
})
