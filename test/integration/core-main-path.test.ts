import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import type { Submission } from '../../contract/jobs.ts'
import { startAgent } from '../helpers/agent.ts'
import { failureOf, startCore, until, type TestCore } from '../helpers/core.ts'
import { logText } from '../helpers/log-text.ts'

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})
async function start() {
  const agent = await startAgent()
  ends.push(() => agent.close())
  const core = await startCore()
  ends.push(() => core.close())
  const site = await core.signIn(agent.url)
  return { agent, core, site: site.id }
}
const submission = (command: string): Submission => ({
  name: 'try',
  command,
  resources: { nodes: 1, tasks: 1, timeMinutes: 5 },
})
async function submit(core: TestCore, site: string, command: string): Promise<string> {
  const taskId = await core.submit({ site, submission: submission(command), uploads: [] })
  return until('the job', () => core.task(taskId)?.result?.jobId)
}

describe('the main path through the core, against the real agent', () => {
  it('signs in, is connected, and lists templates', async () => {
    const { core, site } = await start()
    await until('the connection', () => core.site(site)?.connection.state === 'connected')
    expect(core.site(site)?.connection.roundTripMs).toBeGreaterThan(0)
    expect(core.site(site)?.user?.username).toBe('admin')
    const templates = core.watch('templates', 'all', { site })
    const [first] = await until('templates', () => templates.snapshots.length > 0 && templates.snapshots)
    expect(first?.items.length).toBeGreaterThan(0)
    expect(first?.broken).toEqual([])
  })

  it('submits a command, follows list and log, reads files, and saves one', async () => {
    const { core, site } = await start()
    const jobs = core.watch('jobs', 'all', { site })
    await until('the list', () => jobs.snapshots.length > 0)
    const id = await submit(
      core,
      site,
      'for i in 1 2 3 4; do echo "step $i 한글"; sleep 0.2; done; echo out > result.dat',
    )
    const log = core.watch('logs', 'follow', { site, id })
    await until('the end of the log', () => log.snapshots[0]?.complete === true || log.events.at(-1)?.complete)
    expect(logText(log)).toBe('step 1 한글\nstep 2 한글\nstep 3 한글\nstep 4 한글\n')
    const states = () =>
      [...jobs.snapshots.flatMap((s) => s.items), ...jobs.events.flatMap((e) => e.put)].filter((j) => j.id === id)
    await until('the end of the job', () => states().some((job) => job.state === 'completed'))

    const { files } = await core.rpc.call('results', 'files', { site, id })
    expect(files.map((file) => file.path)).toContain('result.dat')
    const { taskId } = await core.rpc.call('results', 'save', { site, id, path: 'result.dat' })
    const saved = await until('the download', () => core.task(taskId)?.result?.path)
    expect(await readFile(saved, 'utf8')).toBe('out\n')
    const second = await core.rpc.call('results', 'save', { site, id, path: 'result.dat' })
    expect(await until('the second', () => core.task(second.taskId)?.result?.path)).toMatch(/result \(2\)\.dat$/)

    const { ticket } = await core.rpc.call('results', 'downloadTicket', { site, id, path: 'result.dat' })
    const download = await core.core.takeDownload(ticket)
    expect(download).toMatchObject({ name: 'result.dat', size: 4 })
    expect(await text(download.body)).toBe('out\n')
    await expect(core.core.takeDownload(ticket)).rejects.toMatchObject({ value: { code: 'NOT_FOUND' } })

    const detail = await core.rpc.call('jobs', 'detail', { site, id })
    expect(detail).toMatchObject({ state: 'completed', logTail: expect.arrayContaining(['step 4 한글']) as string[] })
    expect((await failureOf(core.rpc.call('jobs', 'detail', { site, id: 'none' }))).code).toBe('NOT_FOUND')
  })

  it('submits with a file that is still on its way up, and the job finds it', async () => {
    const { core, site } = await start()
    const path = join(core.data, 'settings.yaml')
    await writeFile(path, 'load: 5\n')
    const { size, mtimeMs } = await stat(path)
    const file = { name: 'settings.yaml', folder: '', size, modified: mtimeMs, source: { kind: 'path' as const, path } }
    const { added } = await core.rpc.call('uploads', 'add', { site, label: 'form-2', files: [file] })
    const taskId = await core.submit({
      site,
      submission: submission('cat settings.yaml'),
      uploads: added.map(({ id }) => ({ id })),
    })
    const id = await until('the job', () => core.task(taskId)?.result?.jobId)
    const log = core.watch('logs', 'follow', { site, id })
    await until('the end of the log', () => log.snapshots[0]?.complete === true || log.events.at(-1)?.complete)
    expect(logText(log)).toBe('load: 5\n')
  })

  it('runs a shipped template on its examples, with convergence that grows', async () => {
    const { core, site } = await start()
    const templates = core.watch('templates', 'all', { site })
    const { items } = await until('templates', () => templates.snapshots[0])
    const template = items.find(({ id }) => id === 'heat-triangle')
    if (template === undefined) throw new Error('the template that needs nothing but Node is not there')
    const { uploads } = await core.rpc.call('templates', 'useExamples', { site, id: template.id, label: 'form-1' })
    expect(uploads.every((upload) => upload.state === 'uploaded')).toBe(true)
    const defaults = Object.fromEntries(
      template.parameters.flatMap((item) => (item.default === undefined ? [] : [[item.key, item.default]])),
    )
    const taskId = await core.submit({
      site,
      submission: {
        name: 'heat',
        templateId: template.id,
        templateVersion: template.version,
        // A small run of it.
        parameters: { ...defaults, refine: 1, digits: 4 },
        resources: template.resources,
      },
      uploads: uploads.map(({ id, slot }) => (slot === undefined ? { id } : { id, slot })),
    })
    const task = await until('the job', () => {
      const now = core.task(taskId)
      return now?.state === 'done' || now?.state === 'failed' ? now : undefined
    })
    expect(task.error).toBeUndefined()
    const id = task.result?.jobId ?? ''
    const plot = core.watch('convergence', 'points', { site, id })
    await until('the end', () => plot.snapshots[0]?.complete === true || plot.events.at(-1)?.complete, 40_000)
    const rows = [...(plot.snapshots[0]?.rows ?? []), ...plot.events.flatMap((event) => event.rows)]
    expect(rows.length).toBeGreaterThan(1)
    const { verdict } = plot.events.findLast(({ head }) => head !== undefined)?.head ?? plot.snapshots[0]?.head ?? {}
    expect(verdict?.state).toBe('converging')
    expect((await core.rpc.call('jobs', 'detail', { site, id })).state).toBe('completed')
  })

  it('shows the nodes', async () => {
    const { core, site } = await start()
    const nodes = core.watch('nodes', 'status', { site })
    const first = await until('the nodes', () => nodes.snapshots[0])
    expect(first.status.total).toBe(1)
  })

  it('lets no token out, by any answer, event or log line', async () => {
    const { core, site } = await start()
    await until('the connection', () => core.site(site)?.connection.state === 'connected')
    const id = await submit(core, site, 'env; true')
    const log = core.watch('logs', 'follow', { site, id })
    await until('the log', () => log.events.at(-1)?.complete === true || log.snapshots[0]?.complete)
    await core.rpc.call('sites', 'signOut', { site })
    const said = JSON.stringify([
      core.site(site),
      core.lines,
      log,
      logText(log),
      await core.rpc.call('host', 'info', {}),
    ])
    expect(said).not.toMatch(/eyJ[A-Za-z0-9_-]+\./)
    expect([...core.secrets.values()]).toEqual([])
  })
})
