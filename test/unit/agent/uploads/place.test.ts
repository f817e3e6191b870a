import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { numberedName } from '../../../../agent/src/user-files/index.ts'
import { Reservations } from '../../../../agent/src/uploads/reservations.ts'
import { statedDigest } from '../../../../agent/src/uploads/digests.ts'
import { storedName } from '../../../../agent/src/user-files/index.ts'

describe('a name that is taken', () => {
  it.each([
    ['mesh.msh', 1, 'mesh.msh'],
    ['mesh.msh', 2, 'mesh (2).msh'],
    ['a.tar.gz', 3, 'a.tar (3).gz'],
    ['noext', 2, 'noext (2)'],
    ['.hidden', 2, '.hidden (2)'],
    [`a.${'b'.repeat(253)}`, 2, `a.${'b'.repeat(249)} (2)`],
  ])('%s, number %i: %s', (name, number, expected) => {
    expect(numberedName(name, number)).toBe(expected)
  })

  it('stays a name that can be stored, however long it was', () => {
    const names = fc
      .string({ unit: fc.constantFrom('a', '가', '😀', '.'), minLength: 1, maxLength: 260 })
      .filter((name) => {
        try {
          return storedName(name) === name
        } catch {
          return false
        }
      })
    fc.assert(
      fc.property(names, fc.integer({ min: 2, max: 999 }), (name, number) => {
        const numbered = numberedName(name, number)
        expect(storedName(numbered)).toBe(numbered)
        expect(numbered).toContain(`(${number})`)
      }),
    )
  })
})

describe('space promised to open uploads', () => {
  it('is what they still need', () => {
    const ledger = new Reservations()
    const [a, b, never] = [
      { id: 'a', user: 'kim' },
      { id: 'b', user: 'lee' },
      { id: 'never', user: 'kim' },
    ]
    ledger.set(a, 100)
    ledger.set(b, 50)
    ledger.set(a, 40)
    expect([ledger.total, ledger.of('kim'), ledger.of('lee')]).toEqual([90, 40, 50])
    ledger.set(a, 0)
    ledger.set(b, 0)
    ledger.set(never, 0)
    expect([ledger.total, ledger.of('kim'), ledger.of('lee')]).toEqual([0, 0, 0])
  })
})

describe('the digest in a header', () => {
  const bytes = Buffer.alloc(32, 7)
  it('is found among others', () => {
    const header = `sha-512=:${'A'.repeat(86)}==:, sha-256=:${bytes.toString('base64')}:`
    expect(statedDigest({ 'content-digest': header }, 'Content-Digest')).toEqual(bytes)
    expect(statedDigest({ 'repr-digest': header }, 'Repr-Digest')).toEqual(bytes)
    expect(() => statedDigest({ 'content-digest': header }, 'Repr-Digest')).toThrow('Repr-Digest')
  })

  it.each([undefined, '', 'sha-256=abc', 'sha-256=:AAAA:', `md5=:${bytes.toString('base64')}:`])(
    'is refused as %j',
    (header) => {
      expect(() => statedDigest({ 'content-digest': header }, 'Content-Digest')).toThrow(
        expect.objectContaining({ code: 'BAD_REQUEST' }),
      )
    },
  )
})
