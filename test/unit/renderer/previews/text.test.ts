import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { assert, jsonValue, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { indentedJson } from '../../../../src/renderer/features/previews/json.ts'
import { previewKindsOf } from '../../../../src/renderer/features/previews/kinds.ts'
import { reasonIn } from '../../../../src/renderer/features/previews/reasons.ts'

describe('an indented JSON', () => {
  it('keeps numbers, strings and doubled names as they are written', () => {
    expect(indentedJson('{"E":2.10e5,"E":1.0,"id":12345678901234567890,"a":["x, {y}\\"z",[],{ }]}')).toBe(
      [
        '{',
        '  "E": 2.10e5,',
        '  "E": 1.0,',
        '  "id": 12345678901234567890,',
        '  "a": [',
        '    "x, {y}\\"z",',
        '    [],',
        '    {}',
        '  ]',
        '}',
      ].join('\n'),
    )
  })
  it('is laid out as everybody knows it, whatever it holds', () => {
    assert(property(jsonValue(), (value) => indentedJson(JSON.stringify(value)) === JSON.stringify(value, null, 2)))
  })
  it.each(['', '{', '{"a":1,}', "{'a':1}", 'a: 1'])('is none of what is no JSON: %j', (text) =>
    expect(indentedJson(text)).toBeUndefined(),
  )
})

describe('a reason why nothing is shown', () => {
  const root = fileURLToPath(new URL('../../../../', import.meta.url))
  const sources = ['mesh', 'src/core/previews', 'src/core/results', 'src/core/uploads'].flatMap((folder) =>
    readdirSync(root + folder)
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(`${root}${folder}/${name}`, 'utf8')),
  )
  // Sentences as they are thrown, with something in the place of what is filled in.
  const sentences = sources.flatMap((source) =>
    [...source.matchAll(/(?:Undrawable|unshown)\(\s*(?:[\w.]+ \?\? )?(['`])(.+?)\1,?\s*\)/g)].map(([, , text = '']) =>
      text.replaceAll(/\$\{(?:[^{}]|\{[^}]*\})*\}/g, '7'),
    ),
  )
  it('has words in Korean, every one', () => {
    expect(sentences.length).toBeGreaterThan(30)
    for (const sentence of sentences) expect(reasonIn(sentence, 'ko'), sentence).toMatch(/[가-힣]/)
    expect(reasonIn('It is packed by vtkLZ4; only zlib is unpacked here.', 'ko')).toContain('vtkLZ4')
  })
  it('stays as it came where it is English, or of another version', () => {
    expect(reasonIn('It is no text.', 'en')).toBe('It is no text.')
    expect(reasonIn('The moon is in the way.', 'ko')).toBe('The moon is in the way.')
  })
})

describe('a file by its name', () => {
  it.each([
    ['a.OBJ', ['mesh', 'text']],
    ['설정.json', ['text']],
    ['a.CSV', ['table', 'text']],
    ['a.step', ['text']],
    ['a.pth', []],
  ])('%s is looked at as %j', (name, kinds) => expect(previewKindsOf(name)).toEqual(kinds))
})
