import type { TemplateDifference } from '../../../../contract/outbox.ts'

/** One line of the table of differences: of a parameter, a slot or a resource only what is another. */
export interface DifferenceRow {
  part: TemplateDifference['part']
  key?: string
  /** Within that one, e.g. `default`, `label.ko`. */
  field?: string
  before?: string
  after?: string
}

type Fields = ReadonlyMap<string, string>

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

function flatten(value: Record<string, unknown>, prefix = ''): [string, string][] {
  return Object.entries(value).flatMap(([key, inner]): [string, string][] =>
    isObject(inner) ? flatten(inner, `${prefix}${key}.`) : [[prefix + key, textOf(inner)]],
  )
}

/** What is written as an object, by field; undefined for anything else. */
function fieldsOf(text: string | undefined): Fields | undefined {
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? new Map(flatten(value)) : undefined
  } catch {
    return undefined
  }
}

const inLines = (fields: Fields): string => [...fields].map(([field, value]) => `${field}: ${value}`).join('\n')

const sides = (before: string | undefined, after: string | undefined) => ({
  ...(before === undefined ? {} : { before }),
  ...(after === undefined ? {} : { after }),
})

/** Differences as a person reads them: objects taken apart, and of two only the fields that are not the same. */
export function rowsOfDifferences(differences: readonly TemplateDifference[]): DifferenceRow[] {
  return differences.flatMap(({ part, key, before, after }): DifferenceRow[] => {
    const where = { part, ...(key === undefined ? {} : { key }) }
    const [old, now] = [fieldsOf(before), fieldsOf(after)]
    if (old === undefined || now === undefined)
      return [
        { ...where, ...sides(old === undefined ? before : inLines(old), now === undefined ? after : inLines(now)) },
      ]
    return [...new Set([...old.keys(), ...now.keys()])].flatMap((field) =>
      old.get(field) === now.get(field) ? [] : [{ ...where, field, ...sides(old.get(field), now.get(field)) }],
    )
  })
}
