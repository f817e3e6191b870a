import { readArrayRange } from '../../../contract/array-range.ts'

/** The indices that `sbatch --array` asks for (`0-15%4`), each once, in order. Undefined for what is no range. */
export function arrayIndices(range: string): number[] | undefined {
  const read = readArrayRange(range)
  if (read === undefined) return undefined
  const indices = new Set<number>()
  for (const part of range.replace(/%.*/, '').split(',')) {
    const [first = 0, last = first, step = 1] = part.split(/[-:]/).map(Number)
    for (let index = first; index <= last && indices.size <= read.total; index += step) indices.add(index)
  }
  return [...indices].sort((a, b) => a - b)
}

/** An array of more elements is refused: each is a row, a log and a line of a list. */
export const MOST_ELEMENTS = 20_000
