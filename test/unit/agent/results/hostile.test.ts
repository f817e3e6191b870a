import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ResultFolder } from '../../../../contract/results.ts'
import { type Bench, until, workbench } from '../jobs/workbench.ts'

let bench: Bench
let id: string
beforeAll(async () => {
  bench = await workbench({ endJobs: true })
  id = (await bench.run('true')).id
  await bench.ended(id)
})
afterAll(() => bench.close())

const ask = (path: string) => bench.get(`/api/v2/jobs/${id}/${path}`)

const vtu = (offset: string) =>
  `<VTKFile type="UnstructuredGrid"><UnstructuredGrid><Piece NumberOfPoints="3"><Points><DataArray type="Float32"
  NumberOfComponents="3" format="appended" offset="${offset}"/></Points></Piece></UnstructuredGrid><AppendedData
  encoding="raw">_${'x'.repeat(40)}</AppendedData></VTKFile>`

describe('a mesh that names places outside of itself', () => {
  it.each(['-100000', '-1', '1.5', '1e300', 'Infinity', 'NaN'])('at %s cannot be drawn', async (offset) => {
    const name = `${offset}.vtu`
    writeFileSync(bench.inRun(id, name), vtu(offset))
    const answer = await ask(`mesh?path=${name}`)
    expect([answer.status, answer.json<{ code: string }>().code]).toEqual([409, 'WRONG_STATE'])
  })
})

describe('folders nested deeper than a path may be long', () => {
  const name = 'd'.repeat(200)

  it('are listed as far as they can be reached', async () => {
    const top = bench.inRun(id, '')
    const nest = `for i in $(seq 40); do mkdir ${name} && cd ${name} || exit 1; echo 1 >a.txt; done`
    execFileSync('bash', ['-c', `cd "$0" && echo 1 >top.txt && ${nest}`, top])
    for (const path of ['files', 'folder', 'folder?deep=true', 'folder/sizes', 'logs']) {
      const answer = await ask(path)
      expect([path, answer.status]).toEqual([path, 200])
    }
    const found = (await ask('folder?filter=a.txt')).json<ResultFolder>()
    expect(found.total).toBeGreaterThan(10)
    expect(found.total).toBeLessThan(40)
    const removed = await bench.send('POST', `/api/v2/jobs/${id}/files/remove`, { paths: [name] })
    expect([200, 409]).toContain(removed.status)
    expect(removed.body).not.toContain('/')
    execFileSync('rm', ['-rf', bench.inRun(id, name)])
  })
})

describe('a listing that is kept for a moment', () => {
  it('is not kept longer where the clock is set back', async () => {
    await ask('folder')
    bench.advance(-3_600_000)
    writeFileSync(bench.inRun(id, 'new.txt'), '1')
    await until(async () => (await ask('folder')).body.includes('new.txt'), 'the new file is listed')
  })
})
