import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ConvergencePoint } from '../../../../contract/convergence.ts'
import type { ConvergenceSpec } from '../../../../contract/convergence.ts'
import { convergenceParser } from '../../../../agent/src/convergence/parser.ts'

const recorded = (name: string) => readFile(join(import.meta.dirname, '../jobs/recorded', name), 'utf8')

/** Line by line and all at once must come out the same: a log arrives in pieces. */
function parse(spec: ConvergenceSpec, text: string): ConvergencePoint[] {
  const lines = text.split('\n')
  const whole = convergenceParser(spec).read(lines)
  const piecewise = convergenceParser(spec)
  expect(lines.flatMap((line) => piecewise.read([line]))).toEqual(whole)
  return whole
}

test('CalculiX .sta: a point for each increment', async () => {
  const points = parse({ parser: 'calculix-sta' }, await recorded('part.sta'))
  expect(points.map(({ x }) => x)).toEqual([0.2, 0.4, 0.6, 0.8, 1])
  expect(points.at(-1)?.values).toEqual({ iterations: 5, 'increment size': 0.2 })
})

test('CalculiX .sta: an increment that did not converge is none', () => {
  const text = `     1          3     1U   12  0.300000E+00  0.300000E+00  0.100000E+00
     1          3     2     4  0.225000E+00  0.225000E+00  0.250000E-01`
  expect(parse({ parser: 'calculix-sta' }, text)).toEqual([
    { x: 0.225, values: { iterations: 4, 'increment size': 0.025 } },
  ])
})

test('CalculiX .cvg: a point for each iteration, zeros left out of a logarithmic plot', async () => {
  const points = parse({ parser: 'calculix-cvg' }, await recorded('part.cvg'))
  expect(points).toHaveLength(13)
  expect(points[0]).toEqual({ x: 1, values: { 'residual force': 0.4652, 'displacement correction': 100 } })
  expect(points[1]).toEqual({ x: 2, values: { 'displacement correction': 0.02875 } })
  expect(points.at(-1)).toEqual({ x: 13, values: { 'residual force': 0.4177, 'displacement correction': 0.1367 } })
})

test('CalculiX standard output: residual force and correction of each iteration', async () => {
  const points = parse({ parser: 'calculix-stdout' }, await recorded('stdout.txt'))
  expect(points).toHaveLength(13)
  expect(Object.keys(points.at(-1)?.values ?? {})).toEqual(['residual force', 'correction'])
  expect(points.map(({ x }) => x)).toEqual(Array.from({ length: 13 }, (_, index) => index + 1))
})

test('our solver', () => {
  const text = '10 nodes\niteration 1 residual 5.2e-1\niteration 2 residual 1.0e-3\niteration x residual 1\n'
  expect(parse({ parser: 'headway-heat' }, text)).toEqual([
    { x: 1, values: { residual: 0.52 } },
    { x: 2, values: { residual: 0.001 } },
  ])
})

test("a template's own pattern: every named group beside x is a series", () => {
  const spec: ConvergenceSpec = {
    parser: 'regex',
    pattern: String.raw`^Time = (?<x>\S+).*p=(?<p>\S+)(?: U=(?<U>\S+))?`,
  }
  const text = 'Time = 1 p=0.5 U=2\nnothing\nTime = 2 p=0.25\nTime = 3 p=nan\nTime = none p=1\n'
  expect(parse(spec, text)).toEqual([
    { x: 1, values: { p: 0.5, U: 2 } },
    { x: 2, values: { p: 0.25 } },
  ])
})
