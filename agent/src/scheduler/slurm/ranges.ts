/** Far above the MaxArraySize of any site (1001 where none is set): what asks for more is no range. */
const MOST = 1_000_000

/**
 * The elements that Slurm's expression names (`4-15:2,20%4`, in brackets or not), ascending; undefined for anything else.
 * `limit` elements at most are made.
 */
export function elementsOf(expression: string, limit = MOST): number[] | undefined {
  const text = /^\[?([\d,:-]+)(?:%\d+)?\]?$/.exec(expression)?.[1]
  if (text === undefined) return undefined
  const elements = new Set<number>()
  for (const part of text.split(',')) {
    const match = /^(\d{1,7})(?:-(\d{1,7})(?::(\d{1,7}))?)?$/.exec(part)
    if (match === null) return undefined
    const first = Number(match[1])
    const last = match[2] === undefined ? first : Number(match[2])
    const step = match[3] === undefined ? 1 : Number(match[3])
    if (step === 0 || last < first || elements.size + (last - first) / step > limit) return undefined
    for (let element = first; element <= last; element += step) elements.add(element)
  }
  return [...elements].toSorted((a, b) => a - b)
}

/** Elements as Slurm takes them: `1-3,7`. */
export function expressionOf(elements: readonly number[]): string {
  const sorted = [...new Set(elements)].toSorted((a, b) => a - b)
  const parts: [number, number][] = []
  for (const element of sorted) {
    const run = parts.at(-1)
    if (run !== undefined && run[1] === element - 1) run[1] = element
    else parts.push([element, element])
  }
  return parts.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(',')
}
