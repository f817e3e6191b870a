import type { Parameter, ParameterValues } from '../../../../contract/templates.ts'

/** What a field holds while it is edited: text as it was typed, or a switch. */
export type RawValue = string | boolean
export type RawValues = Readonly<Record<string, RawValue>>

/** Why a value cannot be taken, as data; the form says it in words. */
export type ParameterProblem =
  | { kind: 'required' }
  | { kind: 'not-a-number' }
  /** A comma is a decimal mark here and a thousands mark there: the form asks for a point. */
  | { kind: 'comma' }
  | { kind: 'not-integer' }
  | { kind: 'minimum'; limit: number }
  | { kind: 'maximum'; limit: number }
  | { kind: 'too-long'; limit: number }
  | { kind: 'choice' }
  /** Said by the agent alone: a template's pattern may be slow on purpose, and must not stall the window. */
  | { kind: 'pattern'; pattern: string }
  | { kind: 'other'; reason: string }

/** Longest text the agent takes where a template names no limit (agent/src/templates/parameters.ts). */
const longestText = 1000

const numberShape = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** A number as engineers type it (`210000`, `2.1e5`, full-width digits of an input method), whatever the locale. */
export function parseNumber(text: string): number | undefined {
  const plain = text.normalize('NFKC').trim()
  if (!numberShape.test(plain)) return undefined
  const value = Number(plain)
  return Number.isFinite(value) ? value : undefined
}

/** The text a number is edited as: digits and a point, nothing grouped. */
export const numberText = (value: number): string => String(value)

/** A number as it is read beside a field: `0.8`, `100000`, `1e9`. */
export function shortNumber(value: number): string {
  const size = Math.abs(value)
  const text = size >= 1e6 || (size !== 0 && size < 1e-4) ? value.toExponential().replace('e+', 'e') : String(value)
  return text.replace('-', '−').replace('e−', 'e-')
}

/** What a field shows at first, and after its reset. */
export function defaultRaw(parameter: Parameter): RawValue {
  if (parameter.type === 'boolean') return parameter.default ?? false
  if (parameter.default === undefined) return ''
  return typeof parameter.default === 'number' ? numberText(parameter.default) : parameter.default
}

/** What a field shows for a value that an older job ran with. */
export function rawOf(parameter: Parameter, value: ParameterValues[string] | undefined): RawValue {
  if (value === undefined) return defaultRaw(parameter)
  if (parameter.type === 'boolean') return value === true
  return typeof value === 'number' ? numberText(value) : String(value)
}

type Checked = { value?: ParameterValues[string]; problem?: ParameterProblem }

function checkNumber(parameter: Extract<Parameter, { type: 'number' | 'integer' }>, text: string): Checked {
  const value = parseNumber(text)
  if (value === undefined) return { problem: { kind: /\d,\d/.test(text) ? 'comma' : 'not-a-number' } }
  if (parameter.type === 'integer' && !Number.isSafeInteger(value)) return { problem: { kind: 'not-integer' } }
  if (parameter.minimum !== undefined && value < parameter.minimum)
    return { problem: { kind: 'minimum', limit: parameter.minimum } }
  if (parameter.maximum !== undefined && value > parameter.maximum)
    return { problem: { kind: 'maximum', limit: parameter.maximum } }
  return { value }
}

/** The value of a field, or why there is none. An optional field left empty has neither. */
export function checkParameter(parameter: Parameter, raw: RawValue | undefined): Checked {
  if (parameter.type === 'boolean') return { value: raw === true }
  const text = typeof raw === 'string' ? raw : ''
  if (text.trim() === '') return parameter.required === false ? {} : { problem: { kind: 'required' } }
  switch (parameter.type) {
    case 'number':
    case 'integer':
      return checkNumber(parameter, text)
    case 'choice':
      return parameter.choices.some(({ value }) => value === text) ? { value: text } : { problem: { kind: 'choice' } }
    default: {
      const limit = parameter.maxLength ?? longestText
      // JSON Schema counts code points, not UTF-16 units.
      return Array.from(text).length > limit ? { problem: { kind: 'too-long', limit } } : { value: text }
    }
  }
}

/** All values that fit, and the problem of each that does not. */
export function checkParameters(
  parameters: readonly Parameter[],
  raw: RawValues,
): { values: ParameterValues; problems: ReadonlyMap<string, ParameterProblem> } {
  const values: ParameterValues = {}
  const problems = new Map<string, ParameterProblem>()
  for (const parameter of parameters) {
    const { value, problem } = checkParameter(parameter, raw[parameter.key])
    if (value !== undefined) values[parameter.key] = value
    if (problem !== undefined) problems.set(parameter.key, problem)
  }
  return { values, problems }
}

/** A problem that only the agent sees: a pattern that does not match, or something its schema knows better. */
export function agentProblem(parameter: Parameter, reason: string): ParameterProblem {
  return parameter.type === 'string' && parameter.pattern !== undefined
    ? { kind: 'pattern', pattern: parameter.pattern }
    : { kind: 'other', reason }
}

/** The next value with the arrow keys: a whole step, kept in range and free of binary crumbs (0.1 + 0.2 is 0.3). */
export function stepNumber(
  parameter: Extract<Parameter, { type: 'number' | 'integer' }>,
  raw: string,
  steps: number,
): string {
  const step = parameter.step ?? (parameter.type === 'integer' ? 1 : undefined)
  const from = parseNumber(raw) ?? parameter.default ?? parameter.minimum ?? 0
  if (step === undefined) return raw
  const moved = Number((from + steps * step).toPrecision(12))
  const low = parameter.minimum ?? -Infinity
  const high = parameter.maximum ?? Infinity
  return numberText(Math.min(high, Math.max(low, moved)))
}

/** Parameters under their headings, in the order the template names them; some have none. */
export function groupParameters(
  parameters: readonly Parameter[],
): { group: Parameter['group']; parameters: Parameter[] }[] {
  const groups = new Map<string, { group: Parameter['group']; parameters: Parameter[] }>()
  for (const parameter of parameters) {
    const key = parameter.group?.en ?? ''
    const known = groups.get(key)
    if (known === undefined) groups.set(key, { group: parameter.group, parameters: [parameter] })
    else known.parameters.push(parameter)
  }
  return [...groups.values()]
}
