import { describe, expect, it } from 'vitest'
import { walkEntries } from '../../../../src/renderer/features/new-job/picked.ts'

// Browsers make entries only from real drops; these answer as theirs do, a hundred children at a time.
const file = (name: string): FileSystemEntry =>
  ({
    isFile: true,
    isDirectory: false,
    name,
    file: (resolve: (file: File) => void) => resolve(new File(['x'], name)),
  }) as unknown as FileSystemEntry
const unreadable = (name: string): FileSystemEntry =>
  ({
    isFile: true,
    isDirectory: false,
    name,
    file: (_: unknown, reject: (error: Error) => void) => reject(new DOMException('no', 'NotReadableError')),
  }) as unknown as FileSystemEntry
const folder = (name: string, children: FileSystemEntry[]): FileSystemEntry =>
  ({
    isFile: false,
    isDirectory: true,
    name,
    createReader: () => {
      const left = [...children]
      return { readEntries: (resolve: (batch: FileSystemEntry[]) => void) => resolve(left.splice(0, 100)) }
    },
  }) as unknown as FileSystemEntry

describe('a dropped folder', () => {
  it('is walked to the bottom, with every file in its place', async () => {
    const { files, skipped } = await walkEntries([
      file('top.msh'),
      folder('case', [file('a.yaml'), folder('tables', [file('b.csv')])]),
    ])
    expect(files.map((each) => [each.folder, each.file.name])).toEqual([
      ['', 'top.msh'],
      ['case', 'a.yaml'],
      ['case/tables', 'b.csv'],
    ])
    expect(skipped).toEqual([])
  })
  it('gives all its entries, not the first hundred', async () => {
    const { files } = await walkEntries([
      folder(
        'many',
        Array.from({ length: 250 }, (_, n) => file(`${n}.dat`)),
      ),
    ])
    expect(files).toHaveLength(250)
  })
  it('names what cannot be read and goes on', async () => {
    const { files, skipped } = await walkEntries([folder('case', [unreadable('secret'), file('a')])])
    expect(files).toHaveLength(1)
    expect(skipped).toEqual([{ path: 'case/secret', reason: 'unreadable' }])
  })
})
