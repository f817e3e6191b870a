/** Splits at commas that stand outside of brackets. */
function entries(list: string): string[] {
  return list.split(/,(?![^[]*\])/)
}

/** Whether a number, written as it is, lies in `1-3,07,9`: Slurm writes all numbers of a range as wide as its first. */
function isInRanges(digits: string, ranges: string): boolean {
  return ranges.split(',').some((range) => {
    const [, first = '', last = first] = /^(\d+)(?:-(\d+))?$/.exec(range) ?? []
    if (first === '') return false
    const number = Number(digits)
    const width = Math.max(first.length, String(number).length)
    return digits.length === width && number >= Number(first) && number <= Number(last)
  })
}

/** Whether `name` is what an entry such as `r[1-2]n[01-16]` stands for, without writing out what that is. */
function fits(name: string, entry: string): boolean {
  const open = entry.indexOf('[')
  if (open === -1) return name === entry
  const close = entry.indexOf(']', open)
  if (close === -1 || !name.startsWith(entry.slice(0, open))) return false
  const rest = name.slice(open)
  const digits = /^\d{1,10}/.exec(rest)?.[0] ?? ''
  const ranges = entry.slice(open + 1, close)
  // Digits may stand behind the bracket as well, so that how many belong to it is not told by the name alone.
  return Array.from({ length: digits.length }, (_, index) => digits.slice(0, index + 1)).some(
    (part) => isInRanges(part, ranges) && fits(rest.slice(part.length), entry.slice(close + 1)),
  )
}

const short = (host: string): string => host.split('.', 1)[0] ?? ''

export const isSameHost = (one: string, other: string): boolean =>
  one !== '' && (one === other || short(one) === short(other))

/**
 * The node among a job's (`c[1-3],viz7`, as Slurm writes them) that `host` means, by the scheduler's own name of it: a host may
 * know itself by a longer or a shorter name, but where to connect is not for a job to say.
 */
export function nodeNamed(host: string, nodes: string): string | undefined {
  for (const entry of entries(nodes)) {
    if (fits(host, entry)) return host
    if (fits(short(host), entry)) return short(host)
    if (!entry.includes('[') && isSameHost(host, entry)) return entry
  }
  return undefined
}
