import { type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml'
import { ConvergenceSpec } from '../../../contract/convergence.ts'
import { Parameter, TemplateSource } from '../../../contract/templates.ts'
import { checkMeaning } from './meaning.ts'

/** A fault in a template's file. */
export interface SourceProblem {
  /** From 1. */
  line: number
  reason: string
}

export type ReadSource = { source: TemplateSource } | { problem: SourceProblem }

/** Where in a document something stands: keys and indexes from the root. */
export type Path = readonly (string | number)[]

/** Larger files are no templates. */
export const LONGEST_SOURCE = 500_000

/** The parts that come in variants are checked by the variant they name: the fault is then a sentence about that variant. */
const Frame = Type.Object(
  {
    ...TemplateSource.properties,
    parameters: Type.Array(Type.Object({ type: Type.Unknown() }), { maxItems: 100 }),
    convergence: Type.Optional(Type.Object({ parser: Type.Unknown() })),
  },
  { additionalProperties: false },
)

/** The text of a template's file as a template, or the first fault with its line. Never half of it. */
export function readSource(text: string): ReadSource {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false })
  const lineAt = (offset: number) => Math.max(1, lines.linePos(offset).line)
  const problem = (path: Path, reason: string): ReadSource => ({
    problem: { line: lineOf(document, path, lineAt), reason },
  })

  const syntax = document.errors[0]
  if (syntax !== undefined)
    return { problem: { line: lineAt(syntax.pos[0]), reason: `No valid YAML: ${sentence(syntax.message)}` } }
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    return problem([], `No valid YAML: ${sentence((error as Error).message)}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return problem([], 'A template is a YAML mapping.')

  const misfit = misfitOf(Frame, value, []) ?? variantMisfit(value as { parameters: unknown[]; convergence?: unknown })
  if (misfit !== undefined) return problem(misfit.path, misfit.reason)
  const source = value as TemplateSource
  const fault = checkMeaning(source)
  if (fault === undefined) return { source }
  const line = lineOf(document, fault.path, lineAt)
  return {
    problem: {
      line: line + (fault.row === undefined ? 0 : scriptOffset(document, fault.path) + fault.row),
      reason: fault.reason,
    },
  }
}

const sentence = (message: string) => `${message.trim().replace(/\.$/, '')}.`

/** Lines between the key of a text and the line before its first row: a block scalar begins below its indicator. */
function scriptOffset(document: Document, path: Path): number {
  const node = document.getIn(path, true)
  return isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED') ? 0 : -1
}

/** The line of the key at `path` (a value may begin later), or of the nearest thing around it that is there. */
function lineOf(document: Document, path: Path, lineAt: (offset: number) => number): number {
  for (let length = path.length; length > 0; length--) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true)
    const step = path[length - 1]
    const node = isMap(parent)
      ? parent.items.find((pair) => isScalar(pair.key) && pair.key.value === step)?.key
      : isSeq(parent) && typeof step === 'number'
        ? parent.items[step]
        : undefined
    if (isNode(node) && node.range) return lineAt(node.range[0])
  }
  return 1
}

interface Misfit {
  path: Path
  reason: string
}

/** The first way in which `value` does not fit `schema`; `at` is where it stands in the document. */
function misfitOf(schema: TSchema, value: unknown, at: Path): Misfit | undefined {
  // A key that is not allowed is reported twice; the one that says so in words is kept.
  const error = Value.Errors(schema, value).find(({ keyword }) => keyword !== 'boolean')
  if (error === undefined) return undefined
  const inside = error.instancePath.split('/').slice(1)
  const path = [...at, ...inside.map((step) => (/^\d+$/.test(step) ? Number(step) : step))]
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = error.params.additionalProperties[0] ?? ''
      return { path: [...path, key], reason: `There is no key "${key}" here.` }
    }
    case 'required':
      return { path, reason: `"${error.params.requiredProperties[0]}" is missing.` }
    case 'const':
    case 'enum':
    case 'anyOf':
      return { path, reason: `"${String(path.at(-1))}" is none of the words allowed here.` }
    default:
      return { path, reason: `"${String(path.at(-1) ?? 'template')}" ${error.message}.` }
  }
}

interface Tag {
  const?: string
  anyOf?: { const: string }[]
}

/** Variants by the word that tells them apart. */
function variantsOf(union: { anyOf: TSchema[] }, tag: string): Map<string, TSchema> {
  const found = new Map<string, TSchema>()
  for (const variant of union.anyOf) {
    const { properties } = variant as unknown as { properties: Record<string, Tag> }
    const named = properties[tag]
    for (const word of named?.anyOf ?? [named]) if (word?.const !== undefined) found.set(word.const, variant)
  }
  return found
}

const parameterTypes = variantsOf(Parameter, 'type')
const parsers = variantsOf(ConvergenceSpec, 'parser')

/** Checks `part` against the variant its `tag` names. */
function variantFault(
  variants: Map<string, TSchema>,
  tag: string,
  what: string,
  part: unknown,
  path: Path,
): Misfit | undefined {
  const word = (part as Record<string, unknown>)[tag]
  const variant = typeof word === 'string' ? variants.get(word) : undefined
  if (variant !== undefined) return misfitOf(variant, part, path)
  const reason = `There is no ${what} "${String(word)}"; use one of ${[...variants.keys()].join(', ')}.`
  return { path: [...path, tag], reason }
}

function variantMisfit(value: { parameters: unknown[]; convergence?: unknown }): Misfit | undefined {
  for (const [index, parameter] of value.parameters.entries()) {
    const misfit = variantFault(parameterTypes, 'type', 'parameter type', parameter, ['parameters', index])
    if (misfit !== undefined) return misfit
  }
  if (value.convergence === undefined) return undefined
  return variantFault(parsers, 'parser', 'convergence parser', value.convergence, ['convergence'])
}
