import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { ConvergenceSeries, ConvergenceSpec, ConvergenceVerdict } from '../../../../contract/convergence.ts'
import type { Cell } from '../../../../agent/src/convergence/history.ts'
import { fromJson, toJson } from '../../../../agent/src/convergence/json.ts'
import { judge } from '../../../../agent/src/convergence/judge.ts'
import { convergenceParser } from '../../../../agent/src/convergence/parser.ts'
import type { ConvergenceParser, Values } from '../../../../agent/src/convergence/point.ts'
import { Run } from '../../../../agent/src/convergence/run.ts'

/** A log recorded from a real run. */
export function recorded(name: string): string {
  const bytes = readFileSync(join(import.meta.dirname, 'recorded', name))
  return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
}

export interface Read {
  points: { x: number; values: Values }[]
  parser: ConvergenceParser
}

/** What a parser makes of a log. */
export function read(spec: ConvergenceSpec, text: string): Read {
  const points: Read['points'] = []
  const parser = convergenceParser(spec)
  const emit = (x: number, values: Values) => void points.push({ x, values })
  parser.read(text.split('\n'), emit)
  parser.end(emit)
  return { points, parser }
}

/** The same line by line, and at every line by a parser that got its memory as JSON from the one before. */
export function readInPieces(spec: ConvergenceSpec, text: string): Read {
  const points: Read['points'] = []
  const emit = (x: number, values: Values) => void points.push({ x, values })
  let parser = convergenceParser(spec)
  for (const line of text.split('\n')) {
    parser = convergenceParser(spec, fromJson(toJson(parser.memory)) as object)
    parser.read([line], emit)
  }
  parser.end(emit)
  return { points, parser }
}

/** The verdict after every point, or after every `each`. */
export function verdicts({ points, parser }: Read, target?: number, each = 1): ConvergenceVerdict[] {
  const run = Run.begin(1)
  const series: ConvergenceSeries[] = []
  return points.flatMap(({ x, values }, index) => {
    const cells: Cell[] = series.map(() => null)
    for (const [key, value] of Object.entries(values)) {
      const slash = key.indexOf('/')
      const [group, name] = [key.slice(0, slash), key.slice(slash + 1)]
      let place = series.findIndex((known) => known.group === group && known.name === name)
      if (place === -1) place = series.push({ group, name }) - 1
      cells[place] = value
    }
    run.add(
      x,
      Array.from(cells, (cell) => cell ?? null),
    )
    return (index + 1) % each === 0 ? judge(run, parser, series, target) : []
  })
}

/** The states one after the other, without repetitions. */
export const states = (list: readonly ConvergenceVerdict[]): string[] =>
  list.map(({ state }) => state).filter((state, index, all) => state !== all[index - 1])
