/** What an array asks for: how many tasks, at most so many of them at a time (absent: all), and the highest index. */
export interface ArrayRange {
  total: number
  atOnce?: number
  highest: number
}

/** Beyond this, indices named twice are counted twice: no scheduler takes such an array anyway. */
const COUNTED_EXACTLY = 100_000

/** Reads `sbatch --array` (`0-15`, `1,3,7-9:2`, `%4` behind it). Undefined for what is no range, or one that runs backwards. */
export function readArrayRange(text: string): ArrayRange | undefined {
  const [, list, atOnce] = /^([\d,:-]+)(?:%([1-9]\d{0,4}))?$/.exec(text) ?? []
  if (list === undefined) return undefined
  const ranges: { first: number; last: number; step: number }[] = []
  for (const part of list.split(',')) {
    const [, from, to, by] = /^(\d{1,7})(?:-(\d{1,7})(?::(\d{1,5}))?)?$/.exec(part) ?? []
    if (from === undefined) return undefined
    const range = { first: Number(from), last: Number(to ?? from), step: Number(by ?? 1) }
    if (range.last < range.first || range.step === 0) return undefined
    ranges.push(range)
  }
  const highest = Math.max(...ranges.map(({ last }) => last))
  const limit = atOnce === undefined ? {} : { atOnce: Number(atOnce) }
  return { total: countIndices(ranges), ...limit, highest }
}

function countIndices(ranges: readonly { first: number; last: number; step: number }[]): number {
  const sum = ranges.reduce((all, { first, last, step }) => all + Math.floor((last - first) / step) + 1, 0)
  if (sum > COUNTED_EXACTLY) return sum
  const indices = new Set<number>()
  for (const { first, last, step } of ranges) for (let index = first; index <= last; index += step) indices.add(index)
  return indices.size
}
