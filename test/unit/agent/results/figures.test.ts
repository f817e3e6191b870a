import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { largestMises } from '../../../../agent/src/results/frd.ts'
import { readResults } from '../../../../agent/src/results/figures.ts'
import { vonMises } from '../../../../mesh/von-mises.ts'

const folder = join(import.meta.dirname, '../jobs/recorded')
async function* batches(text: string, size: number) {
  const all = text.split('\n')
  for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size)
}

test('von Mises of states known by hand', () => {
  expect(vonMises([250, 0, 0, 0, 0, 0])).toBeCloseTo(250, 10)
  expect(vonMises([80, 80, 80, 0, 0, 0])).toBe(0)
  expect(vonMises([0, 0, 0, 100, 0, 0])).toBeCloseTo(100 * Math.sqrt(3), 10)
  expect(vonMises([100, -100, 0, 0, 0, 0])).toBeCloseTo(100 * Math.sqrt(3), 10)
})

test('the largest stress of the last block of a recorded .frd', async () => {
  const text = await readFile(join(folder, 'part.frd'), 'utf8')
  const last = text.slice(text.lastIndexOf(' -4  STRESS'))
  // Read in another way than the reader does: numbers as they look, not by column.
  const rows = [...last.slice(0, last.indexOf('\n -3')).matchAll(/^ -1 *\d+?(?=[- ]\d\.)(.*)$/gm)].map(([, row = '']) =>
    [...row.matchAll(/-?\d\.\d{5}E[+-]\d\d/g)].map(Number),
  )
  expect(rows).toHaveLength(45)
  const expected = Math.max(...rows.map((s) => vonMises(s as unknown as Parameters<typeof vonMises>[0])))
  for (const size of [1, 7, 100_000]) expect(await largestMises(batches(text, size))).toBeCloseTo(expected, 8)
  const first = text.slice(0, text.lastIndexOf(' -4  STRESS'))
  expect(await largestMises(batches(first, 50))).not.toBeCloseTo(expected, 1)
})

test('a damaged or foreign file says so', async () => {
  const text = await readFile(join(folder, 'part.frd'), 'utf8')
  await expect(largestMises(batches(text.replaceAll('STRESS', 'FORCES'), 9))).rejects.toThrow('no stresses')
  const at = text.lastIndexOf('SZX')
  const cut = text.slice(0, text.indexOf('\n', text.indexOf('\n', at) + 1) - 20)
  await expect(largestMises(batches(cut, 9))).rejects.toThrow('damaged')
})

test('figures of a template: the last match counts, and a missing one has its reason', async () => {
  const label = { en: 'x' }
  const values = await readResults(
    [
      { key: 'mises', label, unit: 'MPa', file: 'part.frd', reader: 'calculix-frd-mises' },
      { key: 'time', label, file: 'part.sta', reader: 'regex', pattern: String.raw`^\s+\d+\s+\d+\s+\d+\s+\d+\s+(\S+)` },
      { key: 'none', label, file: 'part.sta', reader: 'regex', pattern: 'absent (.*)' },
      { key: 'text', label, file: 'part.sta', reader: 'regex', pattern: '^(S).*' },
      { key: 'slow', label, file: 'part.sta', reader: 'regex', pattern: String.raw`^(([ \d]+)+)+x$` },
      { key: 'gone', label, file: 'absent.txt', reader: 'regex', pattern: '(.*)' },
      { key: 'foreign', label, file: 'part.sta', reader: 'calculix-frd-mises' },
    ],
    (path) => open(join(folder, path)),
  )
  expect(values).toEqual([
    { key: 'mises', label, unit: 'MPa', value: expect.any(Number) as number },
    { key: 'time', label, value: 1 },
    { key: 'none', label, problem: 'part.sta: No line of it matches.' },
    { key: 'text', label, problem: 'part.sta: "S" is no number.' },
    { key: 'slow', label, problem: expect.stringContaining('takes too long') as string },
    { key: 'gone', label, problem: 'absent.txt is not there.' },
    { key: 'foreign', label, problem: 'part.sta: It holds no stresses.' },
  ])
})
