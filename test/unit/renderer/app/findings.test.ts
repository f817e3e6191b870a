import { expect, it } from 'vitest'
import { findings, findingOf, type FindingId } from '../../../../contract/agent/security.ts'
import { checkHead, checkName } from '../../../../agent/src/uploads/security/index.ts'
import { explain } from '../../../../src/renderer/app/errors.ts'
import { errorMessages } from '../../../../src/renderer/app/error-messages.ts'
import { findingText } from '../../../../src/renderer/app/findings.ts'
import { sayIn } from '../../../../src/renderer/ui/text.ts'

const ids = Object.keys(findings) as FindingId[]

it.each(ids)('%s is known by its sentence, and said in both languages with its values', (id) => {
  const places = [...findings[id].matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name)
  const values = Object.fromEntries(places.map((name, index) => [name, `.v(${index})`]))
  const sentence = findings[id].replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? '')
  expect(findingOf(sentence)).toEqual({ id, values })
  expect(findingText(sentence, 'en')).toBe(sentence)
  const korean = findingText(sentence, 'ko')
  expect(korean).toMatch(/[가-힣]/)
  expect(korean).not.toContain('{{')
  for (const value of Object.values(values)) expect(korean).toContain(value)
})

it('what no version of this window knows stays as it is, however long', () => {
  expect(findingText('Something new.', 'ko')).toBe('Something new.')
  const long = `The content looks like ${', not like '.repeat(100_000)}`
  expect(findingText(long, 'ko')).toBe(long)
})

it.each([
  ['a program', () => checkHead(Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0])), /Linux 프로그램/],
  ['a program that passes for a mesh', () => checkName('mesh.msh.exe'), /\.exe 확장자/],
] as const)('%s is refused in the language of the window alone', (_what, check, korean) => {
  let warnings: string[] = []
  try {
    check()
  } catch (error) {
    ;({ warnings } = error as { warnings: string[] })
  }
  const refusal = { code: 'FILE_REFUSED', data: { name: 'mesh', warnings }, message: '' } as const
  const { title } = explain(refusal, sayIn(errorMessages, 'ko'), 'ko')
  expect(title).toMatch(korean)
  expect(title).not.toMatch(/[a-z]+ [a-z]+/)
})
