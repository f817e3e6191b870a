import { expect, test } from 'vitest'
import { outboxTexts } from '../../../src/main/texts.ts'

test('what waits is counted in words', () => {
  expect(outboxTexts({ unsent: 1, language: 'en' }, true).question).toEqual({
    message: '1 entry waits in the outbox.',
    detail: 'It is kept, and sent the next time Headway is open.',
    keep: 'Keep sending in the tray',
    quit: 'Quit',
  })
  expect(outboxTexts({ unsent: 3, language: 'en' }, true).tooltip).toBe('Headway: 3 entries wait in the outbox.')
  expect(outboxTexts({ unsent: 0, language: 'ko' }, true).tooltip).toBe('Headway')
})

test('without a tray there is none to keep sending in', () => {
  expect(outboxTexts({ unsent: 3, language: 'en' }, false).question.keep).toBe('Keep Headway open')
  expect(outboxTexts({ unsent: 3, language: 'ko' }, false).question.keep).not.toContain('트레이')
})

test.each([0, 1, 3])('%d: every text has its Korean', (unsent) => {
  const texts = outboxTexts({ unsent, language: 'ko' }, true)
  const all = [texts.tooltip, ...[texts.question, texts.keeps, texts.drained].flatMap((each) => Object.values(each))]
  for (const text of all) expect(text).toMatch(text === 'Headway' ? /^Headway$/ : /[가-힣]/)
})
