import type { JobDetail } from '../../../../contract/jobs.ts'
import type { ResultValue } from '../../../../contract/results.ts'

/** One line of a comparison; a side without a value lacks the thing. */
export interface Compared {
  key: string
  label: string
  a?: string
  b?: string
  differs: boolean
  /** Of two numbers: how much greater b is than a, as a part of a. */
  change?: number
}

export function compared(key: string, label: string, a: string | undefined, b: string | undefined): Compared {
  return { key, label, differs: a !== b, ...(a === undefined ? {} : { a }), ...(b === undefined ? {} : { b }) }
}

/** Lines for what either side has, in the order of a, then what only b has. */
export function comparedKeys(a: readonly string[], b: readonly string[]): string[] {
  return [...new Set([...a, ...b])]
}

type Input = JobDetail['inputs'][number]

/** Input files by what they were for: the slot and place among its files, or the name where there is no slot. */
export function inputsByUse(inputs: readonly Input[]): Map<string, Input> {
  const counts = new Map<string, number>()
  return new Map(
    inputs.map((input) => {
      if (input.slot === undefined) return [input.name, input]
      const place = (counts.get(input.slot) ?? 0) + 1
      counts.set(input.slot, place)
      return [place === 1 ? input.slot : `${input.slot} ${place}`, input]
    }),
  )
}

/** Whether two files are the same bytes, as far as that is known. */
export function sameFile(a: Input | undefined, b: Input | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  if (a.digest !== undefined && b.digest !== undefined) return a.digest === b.digest
  return a.uploadId !== undefined && a.uploadId === b.uploadId
}

/** Figures of the results beside each other, with how much they differ. `say` puts a figure with its unit in words. */
export function comparedFigures(
  a: readonly ResultValue[],
  b: readonly ResultValue[],
  labelOf: (value: ResultValue) => string,
  say: (value: ResultValue) => string,
): Compared[] {
  const [left, right] = [a, b].map((values) => new Map(values.map((value) => [value.key, value])))
  return comparedKeys([...(left?.keys() ?? [])], [...(right?.keys() ?? [])]).map((key) => {
    const [x, y] = [left?.get(key), right?.get(key)]
    const named = x ?? y
    const line = compared(
      key,
      named === undefined ? key : labelOf(named),
      x === undefined ? undefined : say(x),
      y === undefined ? undefined : say(y),
    )
    if (x?.value === undefined || y?.value === undefined) return line
    const differs = x.value !== y.value
    return {
      ...line,
      differs,
      ...(differs && x.value !== 0 ? { change: (y.value - x.value) / Math.abs(x.value) } : {}),
    }
  })
}

/** A line of two scripts put together: in both, only in a, only in b. */
export interface DiffLine {
  side: 'both' | 'a' | 'b'
  text: string
}

/** Longer scripts are shown one after the other: the table below grows with the product of their lengths. */
const mostLines = 1500

/** The lines of two scripts, those they share once (longest common subsequence). Undefined where they are too long. */
export function diffLines(a: string, b: string): DiffLine[] | undefined {
  const [x, y] = [a.split('\n'), b.split('\n')]
  if (x.length > mostLines || y.length > mostLines) return undefined
  const width = y.length + 1
  // lengths[i * width + j]: the longest common subsequence of x from i and y from j on.
  const lengths = new Uint16Array((x.length + 1) * width)
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0
  for (let i = x.length - 1; i >= 0; i -= 1)
    for (let j = y.length - 1; j >= 0; j -= 1)
      lengths[i * width + j] = x[i] === y[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
  const lines: DiffLine[] = []
  let [i, j] = [0, 0]
  while (i < x.length || j < y.length) {
    const [left, right] = [x[i], y[j]]
    if (left !== undefined && left === right) {
      lines.push({ side: 'both', text: left })
      i += 1
      j += 1
    } else if (left !== undefined && (right === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ side: 'a', text: left })
      i += 1
    } else {
      lines.push({ side: 'b', text: right ?? '' })
      j += 1
    }
  }
  return lines
}
