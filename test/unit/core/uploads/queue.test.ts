import { describe, expect, it } from 'vitest'
import { Queue } from '../../../../src/core/uploads/queue.ts'
import { newRecord, type UploadRecord } from '../../../../src/core/uploads/record.ts'

const record = (name: string, rank: number, size: number): UploadRecord =>
  newRecord(
    { site: 's', label: 'l', user: 'jin' },
    { name, folder: '', size, modified: 0, source: { kind: 'path', path: `/${name}` } },
    rank,
  )
const names = (records: Iterable<UploadRecord>) => [...records].map(({ name }) => name)

describe('uploads that wait for their turn', () => {
  const [a, b, c] = [record('a', 1, 30), record('b', 2, 10), record('c', 3, 20)]

  it('come as added, or the smallest first, as asked at the time', () => {
    const queue = new Queue()
    for (const one of [c, a, b]) queue.add(one)
    queue.add(a)
    expect(names(queue.inOrder('added'))).toEqual(['a', 'b', 'c'])
    expect(names(queue.inOrder('even'))).toEqual(['a', 'b', 'c'])
    expect(names(queue.inOrder('smallest'))).toEqual(['b', 'c', 'a'])
    queue.delete(b)
    expect(names(queue.inOrder('smallest'))).toEqual(['c', 'a'])
    queue.add(b)
    expect(names(queue.inOrder('smallest'))).toEqual(['b', 'c', 'a'])
  })

  it('may be taken out while they are gone through', () => {
    const queue = new Queue()
    for (const one of [a, b, c]) queue.add(one)
    const seen: string[] = []
    for (const one of queue.inOrder('added')) {
      seen.push(one.name)
      queue.delete(one)
      queue.delete(b)
    }
    expect(seen).toEqual(['a', 'c'])
    expect(names(queue.inOrder('added'))).toEqual([])
  })
})
