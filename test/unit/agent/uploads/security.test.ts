import { randomBytes } from 'node:crypto'
import { mkdtemp, open, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkFile, checkName } from '../../../../agent/src/uploads/security/index.ts'
import { tarOf, zipOf, type ArchiveEntry } from '../../../helpers/archives.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'security-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function check(name: string, content: Buffer | string, signal = new AbortController().signal) {
  const data = Buffer.from(content)
  const handle = await open(join(folder, 'file'), 'w+')
  try {
    await handle.writeFile(data)
    const warnings = await checkFile(handle, { name, size: data.length }, signal)
    // Looking into an archive leaves nothing behind.
    expect(await readdir(folder)).toEqual(['file'])
    return warnings
  } finally {
    await handle.close()
  }
}

const refusal = { code: 'SECURITY_VALIDATION_FAILED', message: 'Security validation failed' }
const MIB = 2 ** 20
const zeros = (mib: number) => Buffer.alloc(mib * MIB)
const entry = (name: string, data: Buffer, store = false): ArchiveEntry => ({ name, data, store })

const pe = Buffer.alloc(512)
pe.write('MZ', 'latin1')
pe.writeUInt32LE(0x80, 0x3c)
pe.write('PE\0\0', 0x80, 'latin1')
const universal = Buffer.from('cafebabe00000002010000070000000300004000', 'hex')

describe('programs', () => {
  it.each([
    ['ELF', Buffer.concat([Buffer.from('\x7fELF\x02\x01\x01', 'latin1'), Buffer.alloc(60)])],
    ['PE', pe],
    ['Mach-O', Buffer.from('cffaedfe07000001', 'hex')],
    ['Mach-O, universal', universal],
  ])('refuses %s whatever it is called', async (_, content) => {
    for (const name of ['notes.txt', 'mesh.msh', 'run.sh', 'solver', 'lib.so.1']) {
      await expect(check(name, content)).rejects.toMatchObject({ ...refusal, warnings: [expect.any(String)] })
    }
  })

  it('refuses this very Node, renamed', async () => {
    const node = await open(process.execPath)
    const { buffer } = await node.read(Buffer.alloc(100_000), 0, 100_000, 0)
    await node.close()
    await expect(check('results.txt', buffer)).rejects.toMatchObject(refusal)
  })

  it.each(['mesh.msh.exe', 'a.b.DLL', 'report.pdf.scr', '메시.msh.so'])(
    'refuses the double extension of %s',
    (name) => {
      expect(() => checkName(name)).toThrow(expect.objectContaining(refusal))
    },
  )

  it.each(['model.v2.inp', 'run.2026.sh', 'a.tar.gz', '.exe', 'solver.exe', 'x.k.com.txt'])(
    'lets the name %s be',
    (name) => {
      expect(() => checkName(name)).not.toThrow()
    },
  )

  it('takes scripts, and texts that only begin like a program', async () => {
    expect(await check('run.sh', '#!/bin/bash\necho hi\n')).toEqual([])
    expect(await check('notes.txt', 'MZ is how it begins, and it goes on as a text.')).toEqual([])
    const field = Buffer.alloc(5000, 1.5)
    field.write('MZ', 'latin1')
    field[30] = 0
    expect(await check('field.dat', field)).toEqual([])
    field.writeUInt32LE(4090, 60)
    expect(await check('field.dat', field)).toEqual([])
    expect(await check('empty.inp', '')).toEqual([])
  })
})

describe('content against extension', () => {
  it.each([
    ['mesh.inp', randomBytes(100)],
    ['a.zip', Buffer.from('no zip at all')],
    ['a.pdf', Buffer.from('{}')],
    ['field.h5', Buffer.from('text')],
  ])('warns of %s, and takes it', async (name, content) => {
    const bytes = Buffer.concat([content, Buffer.from([0, 1])])
    expect(await check(name, bytes)).toHaveLength(1)
  })

  it('says nothing where a format has more than one form', async () => {
    expect(await check('part.stl', Buffer.concat([Buffer.alloc(84), randomBytes(50)]))).toEqual([])
    expect(await check('a.msh', Buffer.from('$MeshFormat\n4.1 1 8\n\x01\0\0\0'))).toEqual([])
  })
})

describe('archives', () => {
  it('takes honest ones', async () => {
    const text = Buffer.from('node 1 2 3\n'.repeat(200_000))
    expect(await check('a.zip', zipOf([entry('a.inp', text), entry('b/c.dat', randomBytes(1000), true)]))).toEqual([])
    expect(await check('a.tar.gz', gzipSync(await tarOf([entry('a', text)])))).toEqual([])
    expect(await check('a.tar', await tarOf([entry('in.zip', zipOf([entry('a', text)]))]))).toEqual([])
  })

  it('takes a text of 50 MiB that packs to nothing: small is no bomb', async () => {
    expect(await check('zeros.gz', gzipSync(zeros(50)))).toEqual([])
  })

  it('refuses a zip that inflates more than a hundredfold', async () => {
    await expect(check('a.zip', zipOf([entry('zeros', zeros(110))]))).rejects.toMatchObject({
      ...refusal,
      warnings: [expect.stringContaining('100 times')],
    })
  })

  it('refuses a gzip bomb and a tar.gz bomb, also when it is called something else', async () => {
    await expect(check('a.gz', gzipSync(zeros(110)))).rejects.toMatchObject(refusal)
    await expect(check('mesh.msh', gzipSync(await tarOf([entry('a', zeros(110))])))).rejects.toMatchObject(refusal)
  })

  it('counts what is nested: zips in a zip, a gzip in a tar in a gzip', async () => {
    const inner = zipOf([entry('zeros', zeros(30))])
    const zips = zipOf(Array.from({ length: 4 }, (_, at) => entry(`${at}.zip`, inner, at % 2 === 0)))
    await expect(check('a.zip', zips)).rejects.toMatchObject(refusal)
    const gzips = await tarOf([entry('1.gz', gzipSync(zeros(60))), entry('2.gz', gzipSync(zeros(60)))])
    await expect(check('a.tar.gz', gzipSync(gzips))).rejects.toMatchObject(refusal)
    await expect(check('a.tar', gzips)).rejects.toMatchObject(refusal)
  })

  it('refuses archives in archives without end', async () => {
    let onion: Buffer = Buffer.from('core')
    for (let depth = 0; depth < 20; depth++) onion = zipOf([entry('next.zip', onion)])
    await expect(check('a.zip', onion)).rejects.toMatchObject({
      ...refusal,
      warnings: [expect.stringContaining('deep')],
    })
  })

  it('does not believe a declared size', async () => {
    const lying = zipOf([entry('zeros', zeros(110))])
    for (let at = 0; at + 4 < lying.length; at++) {
      if (lying.readUInt32LE(at) === 110 * MIB) lying.writeUInt32LE(10, at)
    }
    await expect(check('a.zip', lying)).rejects.toMatchObject(refusal)
  })

  it('warns of a damaged one', async () => {
    const whole = zipOf([entry('a', randomBytes(5000))])
    expect(await check('a.zip', whole.subarray(0, 3000))).toEqual([expect.stringContaining('damaged')])
    const gz = gzipSync(randomBytes(5000))
    expect(await check('a.gz', gz.subarray(0, 3000))).toEqual([expect.stringContaining('damaged')])
    const tgz = gzipSync(await tarOf([entry('a', randomBytes(50_000))]))
    expect(await check('a.tar.gz', tgz.subarray(0, 30_000))).toEqual([expect.stringContaining('damaged')])
  })

  it('stops when it is told to', async () => {
    const stop = new AbortController()
    stop.abort(new Error('cancelled'))
    await expect(check('a.gz', gzipSync(zeros(1)), stop.signal)).rejects.toThrow('cancelled')
  })
})
