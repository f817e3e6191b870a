import { describe, expect, it, vi } from 'vitest'
import type { PageEntry } from '../../../../src/renderer/boot/host.ts'
import type { Services } from '../../../../src/renderer/app/services.tsx'
import {
  pickedFromInput,
  walkEntries,
  wholeOf,
  type Picked,
  type Picks,
} from '../../../../src/renderer/features/uploads/picked.ts'

// Browsers make entries only from real drops; these answer as theirs do, a hundred children at a time.
const file = (name: string): FileSystemEntry =>
  ({
    isFile: true,
    isDirectory: false,
    name,
    file: (resolve: (file: File) => void) => resolve(new File(['x'], name, { lastModified: 7 })),
  }) as unknown as FileSystemEntry
/** As Chromium's: size and time without opening it. */
const known = (name: string, size: number): FileSystemEntry =>
  ({
    isFile: true,
    isDirectory: false,
    name,
    getMetadata: (resolve: (known: object) => void) => resolve({ size, modificationTime: new Date(1234) }),
    file: () => {
      throw new Error('opened too early')
    },
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
const closed = (name: string): FileSystemEntry =>
  ({
    isFile: false,
    isDirectory: true,
    name,
    createReader: () => ({
      readEntries: (_: unknown, reject: (error: Error) => void) => reject(new DOMException('no', 'NotReadableError')),
    }),
  }) as unknown as FileSystemEntry

let tokens = 0
const sourceOf = () => ({ kind: 'browser', token: `t${(tokens += 1)}` }) as const
const walk = (...entries: FileSystemEntry[]) => walkEntries(entries, sourceOf)
const partsOf = async (picks: Picks): Promise<Picked[]> => {
  const parts: Picked[] = []
  for await (const part of picks) parts.push(part)
  return parts
}

/** A drop of which one file has been found, and the file as the core asks for it. */
const begun = async () => {
  const held: PageEntry[] = []
  const children = Array.from({ length: 2_100 }, (_, n) => file(`${n}.dat`))
  const picks = walkEntries([folder('many', children)], (entry) => {
    held.push(entry)
    return sourceOf()
  })
  await picks.next()
  let opened = 0
  void held[0]?.open().then(() => (opened += 1))
  return { picks, opened: () => opened }
}

describe('a dropped folder', () => {
  it('is walked to the bottom, with every file in its place', async () => {
    const { files, skipped } = await wholeOf(
      walk(file('top.msh'), folder('case', [file('a.yaml'), folder('tables', [file('b.csv')])])),
    )
    expect(files.map((each) => [each.folder, each.name, each.size, each.modified])).toEqual([
      ['', 'top.msh', 1, 7],
      ['case', 'a.yaml', 1, 7],
      ['case/tables', 'b.csv', 1, 7],
    ])
    expect(skipped).toEqual([])
  })
  it('gives all its entries, not the first hundred', async () => {
    const children = Array.from({ length: 250 }, (_, n) => file(`${n}.dat`))
    expect((await wholeOf(walk(folder('many', children)))).files).toHaveLength(250)
  })
  it('comes in parts, the first before the last was looked up', async () => {
    const children = Array.from({ length: 2100 }, (_, n) => file(`${n}.dat`))
    const parts = await partsOf(walk(folder('many', children)))
    expect(parts.length).toBeGreaterThan(2)
    expect(new Set(parts.flatMap(({ files }) => files.map(({ name }) => name))).size).toBe(2100)
  })
  it('names what cannot be read and goes on', async () => {
    const { files, skipped } = await wholeOf(walk(folder('case', [unreadable('secret'), closed('private'), file('a')])))
    expect(files.map(({ name }) => name)).toEqual(['a'])
    expect(skipped).toEqual([
      { path: 'case/secret', reason: 'unreadable' },
      { path: 'case/private', reason: 'unreadable' },
    ])
  })
  it('is not opened where the browser knows size and time without', async () => {
    const held: PageEntry[] = []
    const picks = walkEntries([folder('case', [known('mesh.msh', 50_000_000_000)])], (entry) => {
      held.push(entry)
      return sourceOf()
    })
    expect((await wholeOf(picks)).files).toMatchObject([{ name: 'mesh.msh', size: 50_000_000_000, modified: 1234 }])
    expect(held).toHaveLength(1)
  })
  describe('while it is listed', () => {
    it('is not opened yet: what is looked up would wait behind it', async () => {
      const { picks, opened } = await begun()
      await picks.next()
      expect(opened()).toBe(0)
      await wholeOf(picks)
      await expect.poll(opened).toBe(1)
    })
    it('is opened once nobody wants the rest of the list', async () => {
      const { picks, opened } = await begun()
      await picks.return(undefined)
      await expect.poll(opened).toBe(1)
    })
    it('is opened before the core gives up on it', async () => {
      vi.useFakeTimers()
      try {
        const { picks, opened } = await begun()
        await vi.advanceTimersByTimeAsync(9_000)
        expect(opened()).toBe(0)
        await vi.advanceTimersByTimeAsync(1_500)
        expect(opened()).toBe(1)
        await picks.return(undefined)
      } finally {
        vi.useRealTimers()
      }
    })
  })
})

it('files of an input keep their place in the chosen folder', async () => {
  const chosen = new File(['abc'], 'b.csv', { lastModified: 9 })
  Object.defineProperty(chosen, 'webkitRelativePath', { value: 'case/tables/b.csv' })
  const services = { host: { sourceOf } } as unknown as Services
  const { files } = await wholeOf(pickedFromInput(services, [chosen]))
  expect(files).toMatchObject([{ name: 'b.csv', folder: 'case/tables', size: 3, modified: 9 }])
})
