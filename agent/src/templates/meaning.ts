import type { Parameter, TemplateSource } from '../../../contract/templates.ts'
import type { Fault } from './fault.ts'
import { leavesFolder } from './names.ts'
import { boundedPattern, matchesWhole } from './patterns.ts'
import { checkScript } from './script.ts'
import { workflowSteps } from './steps.ts'

type Check = (source: TemplateSource) => Fault | undefined

const firstRepeat = (keys: readonly string[]) => keys.findIndex((key, index) => keys.indexOf(key) !== index)

const repeatedKeys: Check = (source) => {
  for (const list of ['parameters', 'files', 'results'] as const) {
    const keys = (source[list] ?? []).map((item) => item.key)
    const index = firstRepeat(keys)
    if (index >= 0)
      return { path: [list, index, 'key'], reason: `The key "${keys[index]}" is used twice in "${list}".` }
  }
  return undefined
}

const slotCounts: Check = ({ files }) => {
  const index = files.findIndex((slot) => slot.min > slot.max)
  return index < 0 ? undefined : { path: ['files', index, 'min'], reason: '"min" is greater than "max".' }
}

/** The `new RegExp` error as a sentence; undefined where the pattern is good. */
function patternFault(pattern: string): string | undefined {
  try {
    boundedPattern(pattern)
    return undefined
  } catch (error) {
    return `The pattern is no valid regular expression: ${(error as Error).message.replace(/^Invalid regular expression: /, '')}.`
  }
}

function parameterFault(parameter: Parameter): { key: string; reason: string } | undefined {
  switch (parameter.type) {
    case 'number':
    case 'integer': {
      const { minimum = -Infinity, maximum = Infinity, default: value } = parameter
      if (minimum > maximum) return { key: 'minimum', reason: '"minimum" is greater than "maximum".' }
      if (value === undefined) return undefined
      if (parameter.type === 'integer' && !Number.isInteger(value)) {
        return { key: 'default', reason: `The default ${value} is no integer.` }
      }
      if (value < minimum || value > maximum) {
        return { key: 'default', reason: `The default ${value} is outside of ${minimum} to ${maximum}.` }
      }
      return undefined
    }
    case 'string': {
      const { pattern, maxLength, default: value } = parameter
      const fault = pattern === undefined ? undefined : patternFault(pattern)
      if (fault !== undefined) return { key: 'pattern', reason: fault }
      if (value === undefined) return undefined
      if (maxLength !== undefined && Array.from(value).length > maxLength) {
        return { key: 'default', reason: `The default is longer than ${maxLength} characters.` }
      }
      return pattern === undefined || matchesWhole(pattern, value)
        ? undefined
        : { key: 'default', reason: `The default does not match ${pattern}.` }
    }
    case 'choice': {
      const words = parameter.choices.map((choice) => choice.value)
      const repeat = firstRepeat(words)
      if (repeat >= 0) return { key: 'choices', reason: `The choice "${words[repeat]}" is there twice.` }
      if (parameter.default === undefined || words.includes(parameter.default)) return undefined
      return { key: 'default', reason: `The default "${parameter.default}" is not among the choices.` }
    }
    default:
      return undefined
  }
}

const parameterRules: Check = ({ parameters }) => {
  for (const [index, parameter] of parameters.entries()) {
    const fault = parameterFault(parameter)
    if (fault !== undefined) return { path: ['parameters', index, fault.key], reason: fault.reason }
  }
  return undefined
}

const namedGroups = (pattern: string) => [...pattern.matchAll(/\(\?<([A-Za-z_]\w*)>/g)].map((match) => match[1] ?? '')

/** Of several patterns: each names a chart that is there, and a series, or the abscissa that begins a point. */
const convergencePatterns: Check = ({ convergence }) => {
  if (convergence?.parser !== 'patterns') return undefined
  const keys = convergence.groups.map(({ key }) => key)
  const repeat = firstRepeat(keys)
  if (repeat >= 0) {
    return { path: ['convergence', 'groups', repeat, 'key'], reason: `The key "${keys[repeat]}" is used twice.` }
  }
  for (const [index, { pattern, group }] of convergence.patterns.entries()) {
    const path = ['convergence', 'patterns', index, 'pattern']
    const reason = patternFault(pattern)
    if (reason !== undefined) return { path, reason }
    if (!keys.includes(group)) {
      return { path: [...path.slice(0, 3), 'group'], reason: `There is no group "${group}" in "groups".` }
    }
    const named = namedGroups(pattern)
    if (named.length === 0) return { path, reason: 'The pattern needs a named group: (?<name>…).' }
    if (named.includes('series') && !named.includes('value')) {
      return { path, reason: 'A pattern with a group "series" needs one called "value", too.' }
    }
  }
  return undefined
}

const convergencePattern: Check = ({ convergence }) => {
  if (convergence?.parser !== 'regex') return undefined
  const path = ['convergence', 'pattern']
  const reason = patternFault(convergence.pattern)
  if (reason !== undefined) return { path, reason }
  const groups = namedGroups(convergence.pattern)
  if (!groups.includes('x')) return { path, reason: 'The pattern needs a named group "x", the abscissa: (?<x>…).' }
  return groups.length > 1 ? undefined : { path, reason: 'The pattern needs a named group for each series beside "x".' }
}

const resultPatterns: Check = ({ results }) => {
  for (const [index, result] of (results ?? []).entries()) {
    const path = ['results', index, 'pattern']
    if (result.reader !== 'regex') {
      if (result.pattern !== undefined) return { path, reason: `The reader "${result.reader}" takes no pattern.` }
      continue
    }
    if (result.pattern === undefined) return { path: path.slice(0, 2), reason: 'The reader "regex" needs a "pattern".' }
    const reason = patternFault(result.pattern)
    if (reason !== undefined) return { path, reason }
    if (!/\((?!\?)|\(\?</.test(result.pattern))
      return { path, reason: 'The pattern needs a group around the figure: (…).' }
  }
  return undefined
}

/** A file inside the job's folder, wherever the template names one. */
const fileNames: Check = ({ convergence, results }) => {
  if (leavesFolder(convergence?.file ?? ''))
    return { path: ['convergence', 'file'], reason: '"file" leaves the folder of the job.' }
  const index = (results ?? []).findIndex((result) => leavesFolder(result.file))
  return index < 0 ? undefined : { path: ['results', index, 'file'], reason: '"file" leaves the folder of the job.' }
}

const script: Check = (source) => {
  if (source.script === undefined) return undefined
  const problem = checkScript({ ...source, script: source.script })
  return problem === undefined ? undefined : { path: ['script'], ...problem }
}

const scriptOrSteps: Check = ({ script, steps }) => {
  if (script === undefined && steps === undefined) return { path: [], reason: '"script" or "steps" is missing.' }
  return script === undefined || steps === undefined
    ? undefined
    : { path: ['steps'], reason: 'A template has either a "script" or "steps".' }
}

/** What is wrong with a template whose shape is right; undefined where nothing is. */
export function checkMeaning(source: TemplateSource): Fault | undefined {
  for (const check of [
    repeatedKeys,
    slotCounts,
    parameterRules,
    convergencePattern,
    convergencePatterns,
    resultPatterns,
    fileNames,
    scriptOrSteps,
    script,
    workflowSteps,
  ]) {
    const fault = check(source)
    if (fault !== undefined) return fault
  }
  return undefined
}
