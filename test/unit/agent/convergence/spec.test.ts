import { expect, test } from 'vitest'
import { convergenceParserNames } from '../../../../contract/convergence.ts'
import { readSource } from '../../../../agent/src/templates/source.ts'

const source = (convergence: string) => `id: own
version: 1
name: { en: Own }
category: test
files: []
parameters: []
resources: { nodes: 1, tasks: 1, timeMinutes: 5 }
convergence: ${convergence}
script: |
  ./solve
`
const groups = '[{ key: residual, label: { en: Residuals }, scale: log, expect: falls }]'
const patterns = (list: string, charts = groups) =>
  source(`{ parser: patterns, groups: ${charts}, patterns: [${list}] }`)
const problemOf = (text: string) => {
  const read = readSource(text)
  return 'problem' in read ? read.problem : undefined
}

test('every parser may be named, with a file and a target', () => {
  for (const parser of convergenceParserNames) {
    expect(problemOf(source(`{ parser: ${parser}, file: run/out.log, target: 1e-5 }`))).toBeUndefined()
  }
  expect(problemOf(source('{ parser: openfoam, target: 0 }'))?.reason).toMatch(/target/)
})

test('several patterns for several charts', () =>
  expect(problemOf(patterns("{ group: residual, pattern: '^(?<series>\\w+) (?<value>\\S+)' }"))).toBeUndefined())

test.each([
  ['a group that is not there', "{ group: force, pattern: '(?<f>.)' }", /no group "force"/],
  ['a pattern that is none', "{ group: residual, pattern: '(?<f>' }", /no valid regular expression/],
  ['a pattern without a series', "{ group: residual, pattern: 'res .*' }", /needs a named group/],
  ['a series without a value', "{ group: residual, pattern: '(?<series>.)' }", /one called "value"/],
])('%s', (_name, pattern, reason) =>
  expect(problemOf(patterns(pattern))).toMatchObject({ line: 8, reason: expect.stringMatching(reason) as string }),
)

test('charts of one key, and a file outside of the job', () => {
  const twice = '[{ key: a, label: { en: A } }, { key: a, label: { en: B } }]'
  expect(problemOf(patterns("{ group: a, pattern: '(?<f>.)' }", twice))?.reason).toMatch(/used twice/)
  expect(problemOf(source('{ parser: fluent, file: ../out.log }'))?.reason).toMatch(/leaves the folder/)
})
