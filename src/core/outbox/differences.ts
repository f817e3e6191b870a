import type { TemplateDifference } from '../../../contract/outbox.ts'
import type { Template, TemplateSource } from '../../../contract/templates.ts'

type Part = TemplateDifference['part']

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** Lists of things with a key, or an object's own values. */
function keyed(value: unknown): Map<string, unknown> {
  if (Array.isArray(value))
    return new Map(
      value.map((item: unknown, index) => {
        const key = typeof item === 'object' && item !== null && 'key' in item ? text(item.key) : String(index)
        return [key, item]
      }),
    )
  return new Map(Object.entries(typeof value === 'object' && value !== null ? value : {}))
}

function between(part: Part, before: unknown, after: unknown): TemplateDifference[] {
  const old = keyed(before)
  const now = keyed(after)
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((key) => {
    const was = old.get(key)
    const is = now.get(key)
    if (JSON.stringify(was) === JSON.stringify(is)) return []
    return [
      {
        part,
        key,
        ...(was === undefined ? {} : { before: text(was) }),
        ...(is === undefined ? {} : { after: text(is) }),
      },
    ]
  })
}

const words: readonly (keyof TemplateSource)[] = [
  'name',
  'description',
  'category',
  'convergence',
  'results',
  'desktop',
]

const othersOf = (template: Template) => Object.fromEntries(words.map((word) => [word, template[word]]))

/** What a user who filled the form of `before` should know of `after`. */
export function differencesOf(before: Template, after: Template): TemplateDifference[] {
  const script: TemplateDifference[] =
    before.script === after.script
      ? []
      : [
          {
            part: 'script',
            ...(before.script === undefined ? {} : { before: before.script }),
            ...(after.script === undefined ? {} : { after: after.script }),
          },
        ]
  return [
    ...between('parameter', before.parameters, after.parameters),
    ...between('files', before.files, after.files),
    ...between('resources', before.resources, after.resources),
    ...script,
    ...between('steps', before.steps ?? [], after.steps ?? []),
    ...between('requires', before.requires ?? [], after.requires ?? []),
    ...between('other', othersOf(before), othersOf(after)),
  ]
}
