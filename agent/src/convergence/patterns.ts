import type { ConvergenceGroup, ConvergenceSpec } from '../../../contract/convergence.ts'
import { boundedPattern } from '../templates/index.ts'
import { solverNumber } from './numbers.ts'
import { type ConvergenceParser, type Emit, iteration, put, usual, type Values } from './point.ts'

type Patterns = Extract<ConvergenceSpec, { parser: 'patterns' }>
type Regex = Extract<ConvergenceSpec, { parser: 'regex' }>

/** Longer names of series are cut: they come from the log. */
const LONGEST_NAME = 60

/** A template's one pattern: the group `x` is the abscissa, every other named group a series. Reading throws PatternTooSlow. */
export function regex(spec: Regex): ConvergenceParser {
  const pattern = boundedPattern(spec.pattern)
  const scale = spec.logScale === true ? 'log' : 'linear'
  const group: ConvergenceGroup = {
    key: 'values',
    label: { en: 'Value', ko: '값' },
    scale,
    // A logarithmic scale is what residuals are drawn on.
    ...(scale === 'log' ? { expect: 'falls' as const } : {}),
  }
  return {
    ...usual,
    meta: { parser: 'regex', xLabel: spec.xLabel ?? { en: 'x' }, groups: [group] },
    read(lines, emit) {
      for (const match of pattern.exec(lines)) {
        const { x: abscissa, ...series } = match?.groups ?? {}
        const x = solverNumber(abscissa ?? '')
        const values = valuesOf(series, 'values')
        if (x !== undefined && Number.isFinite(x) && Object.keys(values).length > 0) emit(x, values)
      }
    },
    memory: {},
  }
}

function valuesOf(series: Record<string, string | undefined>, group: string): Values {
  const values: Values = {}
  for (const [name, text] of Object.entries(series)) {
    const value = text === undefined ? undefined : solverNumber(text.trim())
    if (value !== undefined) values[`${group}/${name}`] = value
  }
  return values
}

interface Memory {
  count: number
  x?: number
  values: Values
}

/**
 * A template's own patterns, each for a group. A match with the group `x` begins a point; where no pattern has one, the first
 * pattern does, and points are counted. Reading throws PatternTooSlow.
 */
export function patterns(spec: Patterns, memory: Memory = { count: 0, values: {} }): ConvergenceParser {
  const compiled = spec.patterns.map(({ pattern, group }) => ({ group, pattern: boundedPattern(pattern) }))
  const counts = spec.patterns.every(({ pattern }) => !pattern.includes('(?<x>'))
  const flush = (emit: Emit): void => {
    if (memory.x !== undefined && Object.keys(memory.values).length > 0) emit(memory.x, memory.values)
    memory.values = {}
  }
  function add(values: Values): void {
    for (const [key, value] of Object.entries(values)) put(memory.values, key, value)
  }
  function begin(x: number, emit: Emit): void {
    flush(emit)
    memory.x = x
  }
  function take(groups: Record<string, string | undefined>, group: string, isFirst: boolean, emit: Emit): void {
    const { x: abscissa, series, value, ...named } = groups
    if (counts && isFirst) begin((memory.count += 1), emit)
    const x = abscissa === undefined ? undefined : solverNumber(abscissa.trim())
    if (x !== undefined && Number.isFinite(x)) begin(x, emit)
    add(valuesOf(named, group))
    if (series !== undefined && value !== undefined) {
      add(valuesOf({ [series.trim().slice(0, LONGEST_NAME)]: value }, group))
    } else if (value !== undefined) add(valuesOf({ value }, group))
  }
  return {
    ...usual,
    meta: {
      parser: 'patterns',
      xLabel: spec.xLabel ?? (counts ? iteration : { en: 'x' }),
      ...(spec.xUnit === undefined ? {} : { xUnit: spec.xUnit }),
      groups: spec.groups.map(({ scale = 'linear', ...group }) => ({ ...group, scale })),
    },
    read(lines, emit) {
      const matches = compiled.map(({ pattern }) => pattern.exec(lines))
      for (let line = 0; line < lines.length; line++) {
        for (const [index, { group }] of compiled.entries()) {
          const groups = matches[index]?.[line]?.groups
          if (groups !== undefined) take(groups, group, index === 0, emit)
        }
      }
    },
    end: flush,
    memory,
  }
}
