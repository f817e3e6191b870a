import { Ajv, type ErrorObject } from 'ajv'
import type { Parameter, ParameterValues } from '../../../contract/templates.ts'
import { Failure } from '../kit/failure.ts'
import { matchesWhole } from './patterns.ts'

const ajv = new Ajv({ allErrors: true, useDefaults: true, strict: false, verbose: true })

/** Longest text a parameter takes where its template names no limit. */
const LONGEST_TEXT = 1000

/** The JSON Schema of one value. Patterns are checked apart: a regular expression of a template must not stall the agent. */
function valueSchema(parameter: Parameter): Record<string, unknown> {
  const fallback = parameter.default === undefined ? {} : { default: parameter.default }
  switch (parameter.type) {
    case 'number':
    case 'integer':
      return {
        type: parameter.type,
        ...(parameter.minimum === undefined ? {} : { minimum: parameter.minimum }),
        ...(parameter.maximum === undefined ? {} : { maximum: parameter.maximum }),
        ...fallback,
      }
    case 'string':
      return { type: 'string', maxLength: parameter.maxLength ?? LONGEST_TEXT, ...fallback }
    case 'boolean':
      return { type: 'boolean', ...fallback }
    default:
      return { enum: parameter.choices.map((choice) => choice.value), ...fallback }
  }
}

const isRequired = (parameter: Parameter) => parameter.required !== false

/** The JSON Schema that the values of a template must fit. */
export function parameterSchema(parameters: readonly Parameter[]): Record<string, unknown> {
  return {
    type: 'object',
    properties: Object.fromEntries(parameters.map((parameter) => [parameter.key, valueSchema(parameter)])),
    required: parameters.filter(isRequired).map((parameter) => parameter.key),
    additionalProperties: false,
  }
}

export interface ParameterProblem {
  parameter: string
  reason: string
}

/** The values with defaults filled in, and everything that is wrong with them (at most one problem for each parameter). */
export function checkParameters(
  parameters: readonly Parameter[],
  given: ParameterValues,
): { values: ParameterValues; problems: ParameterProblem[] } {
  const values = { ...given }
  const problems = new Map<string, string>()
  const validate = ajv.compile(parameterSchema(parameters))
  if (!validate(values)) {
    for (const error of validate.errors ?? []) {
      const { parameter, reason } = inWords(error)
      if (!problems.has(parameter)) problems.set(parameter, reason)
    }
  }
  for (const parameter of parameters) {
    const value = values[parameter.key]
    if (parameter.type !== 'string' || parameter.pattern === undefined || typeof value !== 'string') continue
    if (!problems.has(parameter.key) && !matchesWhole(parameter.pattern, value)) {
      problems.set(parameter.key, `must match ${parameter.pattern}`)
    }
  }
  return { values, problems: [...problems].map(([parameter, reason]) => ({ parameter, reason })) }
}

function inWords({ instancePath, keyword, params, schema }: ErrorObject): ParameterProblem {
  const parameter = instancePath.slice(1)
  switch (keyword) {
    case 'required':
      return { parameter: String(params['missingProperty']), reason: 'is missing' }
    case 'additionalProperties':
      return { parameter: String(params['additionalProperty']), reason: 'is not a parameter of this template' }
    case 'type':
      return { parameter, reason: `must be ${params['type'] === 'integer' ? 'an integer' : `a ${params['type']}`}` }
    case 'minimum':
      return { parameter, reason: `must be at least ${String(schema)}` }
    case 'maximum':
      return { parameter, reason: `must be at most ${String(schema)}` }
    case 'maxLength':
      return { parameter, reason: `must have at most ${String(schema)} characters` }
    case 'enum':
      return { parameter, reason: `must be one of ${(schema as string[]).join(', ')}` }
    default:
      return { parameter, reason: 'does not fit' }
  }
}

/** The values a script may be made of: complete, and each fitting its parameter. Failure PARAMETER_INVALID. */
export function fittingParameters(parameters: readonly Parameter[], given: ParameterValues): ParameterValues {
  const { values, problems } = checkParameters(parameters, given)
  const first = problems[0]
  if (first !== undefined) {
    throw new Failure('PARAMETER_INVALID', `Parameter "${first.parameter}" ${first.reason}.`, { details: { ...first } })
  }
  return values
}
