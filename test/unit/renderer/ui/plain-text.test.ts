import { describe, expect, it } from 'vitest'
import { plainLine, plainText } from '../../../../src/renderer/ui/plain-text.ts'

describe('the words of a server', () => {
  it('keep lines and tabs', () => expect(plainText('a\r\nb\tc\rd\n')).toBe('a\nb\tc\nd'))

  it.each([
    ['colours', '\u001b[1;31mred\u001b[0m', 'red'],
    ['titles', '\u001b]0;title\u0007text', 'text'],
    ['clipboard writes', '\u001b]52;c;aGk=\u001b\\text', 'text'],
    ['an unended string', 'text\u001b]0;for ever', 'text'],
    ['eight-bit controls', '\u009b31mred\u009d0;t\u009c!', 'red!'],
    ['bells and backspaces', 'pass\u0008\u0007word\u0000', 'password'],
    ['marks that reorder', 'a\u202eb\u2066c\u200bd', 'abcd'],
    ['a bare escape', '\u001b', ''],
  ])('lose %s', (_, text, plain) => expect(plainText(text)).toBe(plain))

  it('keep Hangul, Hanja and emoji', () => expect(plainText('인증 認證 🔑')).toBe('인증 認證 🔑'))

  it('are cut at 4,000 characters', () => {
    const cut = plainText('x'.repeat(1_000_000))
    expect(cut).toHaveLength(4001)
    expect(cut.endsWith('…')).toBe(true)
  })

  it('cost no more than their length', () => {
    const started = performance.now()
    plainText('\u001b]'.repeat(500_000))
    plainText('\u001b['.repeat(500_000))
    expect(performance.now() - started).toBeLessThan(500)
  })

  it('fit in one line where that is asked for', () => expect(plainLine(' a\n\n b\t')).toBe('a b'))
})
