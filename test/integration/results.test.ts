import { execFileSync } from 'node:child_process'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import { jobHasEnded, type Submission } from '../../contract/jobs.ts'
import { decodeMesh } from '../../src/renderer/features/previews/mesh/decode.ts'
import { startAgent } from '../helpers/agent.ts'
import { failureOf, startCore, until } from '../helpers/core.ts'
import { hasPart } from '../helpers/parts.ts'

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
  const submit = async (what: Partial<Submission>, uploads: { id: string; slot?: string }[] = []): Promise<string> => {
    const submission = { name: 'try', resources: { nodes: 1, tasks: 1, timeMinutes: 5 }, ...what }
    const taskId = await core.submit({ site, submission, uploads })
    const id = await until('the job', () => core.task(taskId)?.result?.jobId, 30_000)
    for (const deadline = Date.now() + 100_000; Date.now() < deadline;) {
      const { state, logTail } = await core.rpc.call('jobs', 'detail', { site, id })
      if (!jobHasEnded(state)) {
        await new Promise((resolve) => setTimeout(resolve, 100))
        continue
      }
      expect(state, logTail.join('\n')).toBe('completed')
      return id
    }
    throw new Error(`job ${id} has not ended`)
  }
  const list = async (id: string, path: string, more: object = {}) => {
    const query = { path, offset: 0, limit: 100, sort: 'name' as const, descending: false, ...more }
    const { entries } = await core.rpc.call('results', 'folder', { site, id, ...query })
    return entries.map((entry) => entry.path)
  }
  return { agent, core, site, submit, list }
}
const meshOf = (preview: { as: string; bytes?: string }) =>
  decodeMesh(new Uint8Array(Buffer.from(preview.bytes ?? '', 'base64')))

describe('results through the core, against the real agent', () => {
  it('are walked through, fetched together and changed', async () => {
    const { core, site, submit, list } = await start()
    const id = await submit({
      command:
        'mkdir -p a/b; echo one > a/1.txt; echo two > a/b/2.txt; printf "x,y\\n1,2\\n" > t.csv; seq 1 100000 > long.txt',
    })
    expect(await list(id, '')).toEqual(['a', 'job.log', 'long.txt', 't.csv'])
    expect(await list(id, '', { filter: '*.txt' })).toEqual(['a/1.txt', 'a/b/2.txt', 'long.txt'])
    const sizes = await core.rpc.call('results', 'sizes', { site, id, path: '' })
    expect(sizes.folders).toEqual({ a: { files: 2, bytes: 8 } })
    expect((await core.rpc.call('results', 'space', { site })).free).toBeGreaterThan(0)

    const { taskId } = await core.rpc.call('results', 'saveMany', { site, id, paths: ['a/', 't.csv'], name: 'mine' })
    const saved = await until('the folder', () => core.task(taskId)?.result?.path)
    expect(await readFile(join(saved, 'a/b/2.txt'), 'utf8')).toBe('two\n')
    expect(await readFile(join(saved, 't.csv'), 'utf8')).toBe('x,y\n1,2\n')

    const { ticket } = await core.rpc.call('results', 'archiveTicket', { site, id, paths: [], name: 'all' })
    const archive = await core.core.takeDownload(ticket)
    expect(archive.name).toBe('all.zip')
    expect((await buffer(archive.body)).readUInt32LE(0)).toBe(0x0403_4b50)

    expect(await core.rpc.call('results', 'preview', { site, id, path: 't.csv', as: 'table' })).toMatchObject({
      rows: [
        ['x', 'y'],
        ['1', '2'],
      ],
      header: true,
      more: false,
    })
    const long = await core.rpc.call('results', 'preview', { site, id, path: 'long.txt', as: 'text' })
    expect(long).toMatchObject({
      start: expect.stringMatching(/^1\n2\n/) as string,
      end: expect.stringMatching(/\n100000\n$/) as string,
    })
    const none = await failureOf(core.rpc.call('results', 'preview', { site, id, path: 't.csv', as: 'image' }))
    expect(none.code).toBe('CONFLICT')

    await core.rpc.call('results', 'makeFolder', { site, id, path: 'new' })
    await core.rpc.call('results', 'rename', { site, id, from: 't.csv', to: 'new/table.csv' })
    await core.rpc.call('results', 'remove', { site, id, paths: ['a'] })
    expect(await list(id, '')).toEqual(['new', 'job.log', 'long.txt'])
  })

  it('take files in, with their folders', async () => {
    const { core, site, submit, list } = await start()
    const id = await submit({ command: 'true' })
    const path = join(core.data, 'probe.dat')
    await writeFile(path, 'probe')
    const { mtimeMs } = await stat(path)
    const { added } = await core.rpc.call('uploads', 'add', {
      site,
      label: 'into-1',
      files: [{ name: 'probe.dat', folder: 'in/deep', size: 5, modified: mtimeMs, source: { kind: 'path', path } }],
    })
    const [upload] = added
    const { taskId } = await core.rpc.call('results', 'put', {
      site,
      id,
      folder: 'from me',
      uploads: [{ id: upload?.id ?? '', path: 'in/deep/probe.dat' }],
    })
    await until('the file', () => core.task(taskId)?.state === 'done')
    expect(await list(id, 'from me', { deep: true })).toEqual(['from me/in/deep/probe.dat'])
  })

  it.skipIf(!hasPart('ccx') || !hasPart('gmsh'))(
    'show what CalculiX computed, coloured',
    { timeout: 240_000 },
    async () => {
      const { core, site, submit } = await start()
      const { uploads } = await core.rpc.call('templates', 'useExamples', { site, id: 'bracket-static', label: 'form' })
      const id = await submit(
        { templateId: 'bracket-static', parameters: { mesh_size: 6 } },
        uploads.map((upload) => ({ id: upload.id, ...(upload.slot === undefined ? {} : { slot: upload.slot }) })),
      )
      const mesh = meshOf(await core.rpc.call('results', 'preview', { site, id, path: 'part.frd', as: 'mesh' }))
      expect(mesh.header.triangles).toBeGreaterThan(100)
      const mises = mesh.header.fields.find(({ name }) => name === 'Stress von Mises')
      // The figure that the template reads from the same file.
      const { values } = await core.rpc.call('results', 'figures', { site, id })
      const figure = values.find(({ unit }) => unit === 'MPa')?.value ?? Number.NaN
      expect(mises?.max).toBeCloseTo(figure, 1)
      const again = await core.rpc.call('results', 'preview', { site, id, path: 'part.frd', as: 'mesh' })
      expect(meshOf(again).header).toEqual(mesh.header)
    },
  )

  it.skipIf(!hasPart('icoFoam') || !hasPart('foamToVTK'))(
    'show what OpenFOAM computed',
    { timeout: 240_000 },
    async () => {
      const { core, site, submit, list } = await start()
      const cavity = execFileSync('find', ['/usr/share', '-type', 'd', '-path', '*icoFoam/cavity/cavity'], {
        encoding: 'utf8',
      })
      const id = await submit({
        command: `export WM_PROJECT_DIR=/usr/share/openfoam; cp -r ${cavity.trim().split('\n')[0]}/. . && blockMesh && icoFoam && foamToVTK -latestTime && touch case.done`,
      })
      expect(await list(id, '')).toContain('case.done')
      const [path = ''] = await list(id, '', { filter: 'internal.vtu' })
      const mesh = meshOf(await core.rpc.call('results', 'preview', { site, id, path, as: 'mesh' }))
      expect(mesh.header).toMatchObject({ points: 882, cells: 400, triangles: 1760 })
      expect(mesh.header.fields.map(({ name }) => name)).toEqual(expect.arrayContaining(['p', 'U']))
    },
  )
})
