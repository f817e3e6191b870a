import { execFileSync } from 'node:child_process'
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fromBuffer } from 'yauzl'
import { zipOf, type ZipEntry } from '../../../../src/core/results/zip.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headway-zip-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function* pieces(content: Buffer, size = 7) {
  for (let at = 0; at < content.length; at += size) yield await Promise.resolve(content.subarray(at, at + size))
}
const entry = (name: string, content: Buffer | string, size?: number): ZipEntry => {
  const bytes = Buffer.from(content)
  const open = () => Promise.resolve({ size: size ?? bytes.length, body: pieces(bytes) })
  return { name, modified: new Date(2026, 10, 21, 13, 30, 40), open }
}
async function zipped(entries: ZipEntry[], wideFrom?: number): Promise<string> {
  const path = join(folder, 'x.zip')
  await pipeline(zipOf(entries, wideFrom), createWriteStream(path))
  return path
}
/** As another's program reads it, checksums compared. */
const python = (path: string): [string, number, string][] =>
  JSON.parse(
    execFileSync(
      'python3',
      [
        '-c',
        'import json,sys,zipfile\nz=zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\nprint(json.dumps([[i.filename,i.file_size,z.read(i)[:40].decode("latin1")] for i in z.infolist()]))',
        path,
      ],
      { encoding: 'utf8' },
    ),
  ) as [string, number, string][]
const hasPython = (() => {
  try {
    execFileSync('python3', ['--version'])
    return true
  } catch {
    return false
  }
})()

describe('a zip as it streams', () => {
  it.skipIf(!hasPython)('is read by another program: folders, Hangul, an empty file', async () => {
    const path = await zipped([entry('a.txt', 'hello'), entry('폴더/결과.frd', 'x'.repeat(100)), entry('empty', '')])
    expect(python(path)).toEqual([
      ['a.txt', 5, 'hello'],
      ['폴더/결과.frd', 100, 'x'.repeat(40)],
      ['empty', 0, ''],
    ])
  })

  it.skipIf(!hasPython)('says sizes and places in 64 bits from some size on', async () => {
    const long = 'x'.repeat(5000)
    const path = await zipped([entry('short', 'a'), entry('long', long), entry('behind', 'b')], 1000)
    expect(python(path)).toEqual([
      ['short', 1, 'a'],
      ['long', 5000, 'x'.repeat(40)],
      ['behind', 1, 'b'],
    ])
  })

  it('fails where a file is not as long as it said', async () => {
    await expect(zipped([entry('a', 'abc', 5)])).rejects.toThrow(/changed its size/)
  })

  it('is read by the reader of the agent’s own checks', async () => {
    const path = await zipped([entry('a/b.txt', 'hello')])
    const names = await new Promise<string[]>((resolve, reject) =>
      fromBuffer(readFileSync(path), { lazyEntries: false }, (error, zip) => {
        if (error !== null) return reject(error)
        const found: string[] = []
        zip.on('entry', (item: { fileName: string }) => found.push(item.fileName))
        zip.on('end', () => resolve(found))
      }),
    )
    expect(names).toEqual(['a/b.txt'])
  })
})
