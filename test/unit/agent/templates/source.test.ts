import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readSource } from '../../../../agent/src/templates/source.ts'
import { assets } from '../jobs/workbench.ts'

const good = `id: demo
version: 1
name: { en: Demo }
category: test
files:
  - { key: mesh, label: { en: Mesh }, class: mesh, accept: [.msh], min: 1, max: 2 }
parameters:
  - key: size
    label: { en: Size }
    type: number
    minimum: 1
    maximum: 9
    default: 3
  - key: kind
    label: { en: Kind }
    type: choice
    choices:
      - { value: a, label: { en: A } }
      - { value: b, label: { en: B } }
    default: a
  - key: word
    label: { en: Word }
    type: string
    pattern: '[a-z]+'
    default: abc
resources: { nodes: 1, tasks: 1, timeMinutes: 5 }
convergence:
  parser: regex
  pattern: '^(?<x>\\d+) (?<res>\\S+)$'
results:
  - { key: top, label: { en: Top }, file: out.txt, reader: regex, pattern: 'top (\\S+)' }
script: |
  size={{ parameters.size }}
  solve "$size" {{ files.mesh }} {{ parameters.word }}
`
const lineOf = (text: string, part: string) => text.split('\n').findIndex((line) => line.includes(part)) + 1

test('a good template is read whole', () => {
  expect(readSource(good)).toMatchObject({
    source: { id: 'demo', parameters: [{ key: 'size' }, { key: 'kind' }, { key: 'word' }] },
  })
})

test('the shipped templates are good', async () => {
  const names = await readdir(join(assets, 'templates'))
  expect(names).toEqual(expect.arrayContaining(['bracket-static.yaml', 'cavity-flow.yaml', 'heat-triangle.yaml']))
  for (const name of names) {
    const text = await readFile(join(assets, 'templates', name), 'utf8')
    const read = readSource(text)
    expect(read).not.toHaveProperty('problem')
    if ('source' in read) expect(`${read.source.id}.yaml`).toBe(name)
  }
})

describe('a broken template is named with the line of the fault', () => {
  const cases: [what: string, from: string, to: string, at: string, reason: RegExp][] = [
    [
      'unknown parameter type',
      'type: number',
      'type: colour',
      'type: colour',
      /no parameter type "colour"; use one of number/,
    ],
    ['unknown key', 'version: 1', 'version: 1\nversoin: 2', 'versoin', /no key "versoin"/],
    ['unknown key of a parameter', 'minimum: 1', 'minimum: 1\n    min: 1', '    min: 1', /no key "min"/],
    ['duplicate key in the text', 'category: test', 'category: test\nid: again', 'id: again', /unique/i],
    ['two parameters of one key', 'key: kind', 'key: size', 'x', /"size" is used twice in "parameters"/],
    ['default out of range', 'default: 3', 'default: 30', 'default: 30', /30 is outside of 1 to 9/],
    ['default not among the choices', 'default: a\n', 'default: z\n', 'default: z', /"z" is not among the choices/],
    ['default that does not match', 'default: abc', 'default: ABC', 'default: ABC', /does not match/],
    ['range upside down', 'maximum: 9', 'maximum: 0', 'minimum: 1', /greater than/],
    [
      'bad regular expression',
      "pattern: '[a-z]+'",
      "pattern: '[a-z+'",
      "pattern: '[a-z+'",
      /no valid regular expression/,
    ],
    ['convergence without x', '(?<x>', '(?<y>', "pattern: '^(?<y>", /named group "x"/],
    ['unknown parser', 'parser: regex', 'parser: magic', 'parser: magic', /no convergence parser "magic"/],
    ['result without its pattern', ", pattern: 'top (\\S+)'", '', 'key: top', /needs a "pattern"/],
    ['file outside of the job', 'file: out.txt', 'file: ../out.txt', 'key: top', /leaves the folder/],
    ['unparsable liquid', '{{ parameters.word }}', '{{ parameters.word', 'solve', /no valid Liquid/],
    ['unknown liquid tag', 'size={{', '{% include "x" %}\n  size={{', 'include', /no valid Liquid/],
    ['the raw filter', 'parameters.word }}', 'parameters.word | raw }}', '| raw', /undefined filter: raw/],
    [
      'unknown parameter in the script',
      'parameters.word }}',
      'parameters.wrod }}',
      'wrod',
      /"parameters.wrod", which is not there/,
    ],
    ['value inside quotes', '{{ parameters.word }}', '"{{ parameters.word }}"', '"{{', /stands in double quotes/],
    ['missing key', 'category: test\n', '', 'id: demo', /"category" is missing/],
    [
      'wrong type of a value',
      'timeMinutes: 5',
      'timeMinutes: soon',
      'timeMinutes: soon',
      /"timeMinutes" must be integer/,
    ],
    ['no YAML', 'category: test', 'category: [test', 'files:', /No valid YAML/],
    ['slot counts upside down', 'min: 1, max: 2', 'min: 3, max: 2', 'key: mesh', /"min" is greater/],
  ]
  test.each(cases)('%s', (what, from, to, at, reason) => {
    const text = good.replace(from, () => to)
    expect(text).not.toBe(good)
    const read = readSource(text)
    expect(read).toMatchObject({ problem: { reason: expect.stringMatching(reason) as string } })
    const expected =
      what === 'two parameters of one key' ? text.split('\n').lastIndexOf('  - key: size') + 1 : lineOf(text, at)
    expect('problem' in read && read.problem.line).toBe(expected)
  })

  test('an alias bomb', () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${Array.from('bcdefgh')
      .map((k, i) => `${k}: &${k} [${Array(9).fill(`*${'abcdefgh'[i]}`).join(',')}]`)
      .join('\n')}\n`
    expect(readSource(bomb)).toHaveProperty('problem')
  })
})

test('the example of the documentation is a good template', async () => {
  const text = await readFile(join(assets, '../docs/templates.md'), 'utf8')
  const example = /```yaml\n(.*?)```/s.exec(text)?.[1] ?? ''
  expect(readSource(example)).toMatchObject({ source: { id: 'mesh-quality' } })
})
