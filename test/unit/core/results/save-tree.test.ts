import { describe, expect, it } from 'vitest'
import { localTree } from '../../../../src/core/results/save-tree.ts'

describe('a tree of files on this machine', () => {
  it('stays in its folder, whatever the head node calls its files', () => {
    const places = localTree(['a/b.txt', 'A/B.txt', '../../x', 'con/aux.txt', 'a:b', 'a*b', '/etc/passwd'])
    expect([...places.values()]).toEqual([
      'a/b.txt',
      'A/B (2).txt',
      'file/file/x',
      '_con/_aux.txt',
      'a_b',
      'a_b (2)',
      'etc/passwd',
    ])
  })
})
