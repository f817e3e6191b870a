import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Input } from '../../contract/app.ts'
import type { PickedFile } from '../../contract/uploads.ts'
import type { UploadSource } from '../../src/core/platform.ts'
import { decodeMesh } from '../../src/renderer/features/previews/mesh/decode.ts'
import { startAgent, type TestAgent } from '../helpers/agent.ts'
import { failureOf, startCore, type TestCore } from '../helpers/core.ts'
import { picked } from '../helpers/upload-core.ts'

let agent: TestAgent
let core: TestCore
let site: string
let folder: string
/** What a page holds, by token. */
const held = new Map<string, Buffer>()
let closed = 0

const pageFile = (content: Buffer): UploadSource => ({
  read: (offset, length) => Promise.resolve(content.subarray(offset, offset + length)),
  stat: () => Promise.resolve({ size: content.length, modified: 5 }),
  close: () => Promise.resolve(void (closed += 1)),
})

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-look-'))
  agent = await startAgent()
  core = await startCore({
    platform: {
      openSource: ({ token }) => {
        const content = held.get(token)
        return content === undefined ? Promise.reject(new Error('gone')) : Promise.resolve(pageFile(content))
      },
    },
  })
  ;({ id: site } = await core.signIn(agent.url))
})
afterAll(async () => {
  await core.close()
  await agent.close()
  await rm(folder, { recursive: true, force: true })
})

/** Adds a file and gives the id of its upload. */
async function add(file: PickedFile): Promise<string> {
  const { added, refused } = await core.rpc.call('uploads', 'add', { site, label: 'form', files: [file] })
  expect(refused).toEqual([])
  return added[0]?.id ?? ''
}
async function local(name: string, content: string | Uint8Array): Promise<string> {
  await writeFile(join(folder, name), content)
  return add(await picked(join(folder, name)))
}
const look = (id: string, as: Input<'uploads', 'preview'>['as'], encoding?: 'utf-8' | 'windows-1252') =>
  core.rpc.call('uploads', 'preview', { id, as, ...(encoding === undefined ? {} : { encoding }) })
const meshOf = async (id: string) => {
  const answer = await look(id, 'mesh')
  return decodeMesh(new Uint8Array(Buffer.from(answer.as === 'mesh' ? answer.bytes : '', 'base64')))
}

// "온도 300 K" and "압력" in CP949.
const cp949 = Buffer.from([0xbf, 0xc2, 0xb5, 0xb5, 0x20, 0x33, 0x30, 0x30, 0x20, 0x4b, 0x0a, 0xbe, 0xd0, 0xb7, 0xc2])
const obj = 'v 0 0 0\nv 2 0 0\nv 2 3 0\nv 0 3 0\nf 1 2 3 4\n'

describe('a look at a local file', () => {
  it('shows a text in the encoding that its bytes have, or in the one that is asked for', async () => {
    const id = await local('notes.txt', cp949)
    expect(await look(id, 'text')).toEqual({ as: 'text', size: 15, encoding: 'euc-kr', start: '온도 300 K\n압력' })
    expect(await look(id, 'text', 'windows-1252')).toMatchObject({
      encoding: 'windows-1252',
      start: '¿Âµµ 300 K\n¾Ð·Â',
    })
    const utf16 = await local('powershell.txt', Buffer.from('load;N\n', 'utf16le'))
    expect(await look(utf16, 'text')).toMatchObject({ encoding: 'utf-16le', start: 'load;N\n' })
  })

  it('shows both ends of a long text and the first rows of a long table', async () => {
    const lines = Array.from({ length: 60_000 }, (_, i) => `${i},${i * 2}`)
    const id = await local('long.csv', `n,double\n${lines.join('\n')}\n`)
    const text = await look(id, 'text')
    if (text.as !== 'text') throw new Error('no text')
    expect(text.start.startsWith('n,double\n0,0\n')).toBe(true)
    expect(text.start.endsWith('\n')).toBe(true)
    expect(text.end?.endsWith('59999,119998\n')).toBe(true)
    expect(text.end).toMatch(/^\d+,\d+\n/)
    const table = await look(id, 'table')
    if (table.as !== 'table') throw new Error('no table')
    expect(table).toMatchObject({ header: true, delimiter: ',', more: true })
    expect(table.rows).toHaveLength(1000)
  })

  it('shows pictures and settings', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"/>'
    expect(await look(await local('plan.svg', svg), 'image')).toEqual({
      as: 'image',
      size: svg.length,
      type: 'image/svg+xml',
      bytes: Buffer.from(svg).toString('base64'),
    })
    const yaml = 'load: 2400 # 하중\n'
    expect(await look(await local('settings.yaml', yaml), 'text')).toMatchObject({ encoding: 'utf-8', start: yaml })
  })

  it('draws meshes, with their elements by type and their box', async () => {
    const { header } = await meshOf(await local('plate.obj', obj))
    expect(header).toMatchObject({ points: 4, triangles: 2, bounds: [0, 2, 0, 3, 0, 0] })
    expect(header.elements).toEqual([{ kind: 'quad', nodes: 4, count: 1 }])
    const recorded = await readFile(new URL('../unit/mesh/recorded/bracket-41.msh', import.meta.url))
    const mesh = await meshOf(await local('bracket.msh', recorded))
    expect(mesh.header.elements?.[0]).toMatchObject({ kind: 'tetra', nodes: 4 })
    expect(mesh.header).toMatchObject({ triangles: 506, reduced: false })
  })

  it('shows a file that a page holds, and gives it back', async () => {
    held.set('t1', Buffer.from(obj))
    const file = { folder: '', size: obj.length, modified: 5 }
    const id = await add({ ...file, name: 'held.obj', source: { kind: 'browser', token: 't1' } })
    const before = closed
    expect((await meshOf(id)).header.points).toBe(4)
    expect(await look(id, 'text')).toMatchObject({ start: obj })
    expect(closed).toBeGreaterThanOrEqual(before + 2)
  })

  it('says why there is none', async () => {
    const reason = async (id: string, as: Input<'uploads', 'preview'>['as']) => {
      const failure = await failureOf(look(id, as))
      return failure.code === 'CONFLICT' ? failure.data.reason : failure.code
    }
    expect(await reason(await local('wrong.png', 'no picture'), 'image')).toMatch(/^It is no picture/)
    expect(await reason(await local('zeros.txt', new Uint8Array(64)), 'text')).toBe('It is no text.')
    expect(await reason(await local('cut.stl', 'solid x\n'), 'mesh')).toBe('It holds no triangles.')
    expect(await reason('none', 'text')).toBe('NOT_FOUND')
    expect(await look(await local('empty.yaml', ''), 'text')).toMatchObject({ size: 0, start: '' })

    const gone = await local('gone.txt', 'here')
    await rm(join(folder, 'gone.txt'))
    expect(await failureOf(look(gone, 'text'))).toMatchObject({ code: 'FILE_MISSING', data: { name: 'gone.txt' } })
    await mkdir(join(folder, 'gone.txt'))
    expect(await failureOf(look(gone, 'text'))).toMatchObject({ code: 'FILE_UNREADABLE', data: { name: 'gone.txt' } })
  })

  it('shows the file as it is now', async () => {
    const id = await local('edited.txt', 'before')
    await writeFile(join(folder, 'edited.txt'), 'after it was saved again')
    expect(await look(id, 'text')).toMatchObject({ size: 24, start: 'after it was saved again' })
  })
})
