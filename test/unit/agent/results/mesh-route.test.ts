import { writeFileSync } from 'node:fs'
import { array, assert, asyncProperty, constantFrom, oneof, string } from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ResultFolder } from '../../../../contract/results.ts'
import { decodeMesh } from '../../../../src/renderer/features/previews/mesh/decode.ts'
import { type Bench, workbench } from '../jobs/workbench.ts'

const deck = '*NODE\n1,0,0,0\n2,1,0,0\n3,0,1,0\n4,0,0,1\n*ELEMENT, TYPE=C3D4\n1,1,2,3,4\n'
const stl =
  'solid x\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nvertex 0 1 0\nendloop\nendfacet\nendsolid\n'

let bench: Bench
let id: string
beforeAll(async () => {
  bench = await workbench()
  const input = await bench.upload('given.inp', deck)
  const job = await bench.run('mkdir out; echo no > out/bad.frd; echo text > a.txt', { files: [{ uploadId: input }] })
  id = job.id
  await bench.ended(id)
  writeFileSync(bench.inRun(id, 'out/part.stl'), stl)
})
afterAll(() => bench.close())

const mesh = async (path: string, user?: string) => {
  const { app } = bench.agent
  const token = await bench.agent.token(user ?? 'kim')
  return app.inject({
    url: `/api/v2/jobs/${id}/mesh?path=${encodeURIComponent(path)}`,
    headers: { authorization: `Bearer ${token}` },
  })
}

describe('a mesh of a job', () => {
  it('is drawn in a thread, from memory the second time, anew after a change; inputs too', async () => {
    const first = await mesh('out/part.stl')
    expect(first.statusCode, first.body.slice(0, 200)).toBe(200)
    expect(first.headers['content-type']).toBe('application/octet-stream')
    const { header } = decodeMesh(new Uint8Array(first.rawPayload))
    expect(header).toMatchObject({ triangles: 1, vertices: 3, bounds: [0, 1, 0, 1, 0, 0] })
    expect((await mesh('out/part.stl')).rawPayload.equals(first.rawPayload)).toBe(true)
    writeFileSync(bench.inRun(id, 'out/part.stl'), stl.replace('vertex 1 0 0', 'vertex 25 0 0'))
    const changed = decodeMesh(new Uint8Array((await mesh('out/part.stl')).rawPayload))
    expect(changed.header.bounds[1]).toBe(25)
    const given = decodeMesh(new Uint8Array((await mesh('given.inp')).rawPayload))
    expect(given.header).toMatchObject({ triangles: 4, cells: 1 })
  })

  it('is refused in a sentence where there is none', async () => {
    for (const [path, status] of [
      ['out/bad.frd', 409],
      ['a.txt', 400],
      ['gone.frd', 404],
      ['.headway/x.frd', 404],
      ['../x.frd', 400],
      ['out', 400],
    ] as const) {
      const answer = await mesh(path)
      expect(answer.statusCode, `${path}: ${answer.body}`).toBe(status)
      expect(answer.json<{ error: string }>().error).toMatch(/\.$/)
      expect(answer.body).not.toContain(bench.agent.config.uploads)
    }
    expect((await mesh('out/part.stl', 'lee')).statusCode).toBe(403)
  })
})

describe('an element of an array', () => {
  it('has the files of its array', async () => {
    const job = await bench.run('echo $SLURM_ARRAY_TASK_ID > $SLURM_ARRAY_TASK_ID.txt', { options: { array: '0-1' } })
    await bench.ended(job.id, 14_000)
    const paths = async (of: string) =>
      (await bench.get(`/api/v2/jobs/${of}/folder?filter=*.txt`)).json<ResultFolder>().entries.map(({ path }) => path)
    expect(await paths(job.id)).toEqual(['0.txt', '1.txt'])
    expect(await paths(`${job.id}_1`)).toEqual(['0.txt', '1.txt'])
  })
})

describe('whatever path is sent', () => {
  it('no route of a folder leaves it, nor fails by a fault of ours', async () => {
    const segment = oneof(
      constantFrom('..', '.', '', 'out', 'a.txt', 'given.inp', '.headway', '\u0000', '~', 'x'.repeat(300)),
      string(),
    )
    const path = array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'))
    await assert(
      asyncProperty(path, path, async (from, to) => {
        const answers = [
          await bench.get(`/api/v2/jobs/${id}/folder?path=${encodeURIComponent(from)}`),
          await bench.get(`/api/v2/jobs/${id}/folder/sizes?path=${encodeURIComponent(from)}`),
          await mesh(`${from}.stl`).then(({ statusCode, body }) => ({ status: statusCode, body })),
          await bench.send('POST', `/api/v2/jobs/${id}/folder`, { path: from }),
          await bench.send('POST', `/api/v2/jobs/${id}/files/rename`, { from, to }),
          await bench.send('POST', `/api/v2/jobs/${id}/files`, { uploadId: 'none', path: to }),
        ]
        for (const { status, body } of answers) {
          expect(status, body).toBeLessThan(500)
          expect(body).not.toContain(bench.agent.config.uploads)
        }
      }),
      { numRuns: 60 },
    )
    expect((await mesh('given.inp')).statusCode).toBe(200)
    expect((await bench.get(`/api/v2/jobs/${id}`)).status).toBe(200)
  })
})
