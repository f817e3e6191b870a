import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  append,
  emptyWindow,
  firstWhole,
  lineAt,
  mostBytes,
  prepend,
  trim,
  type LogWindow,
} from '../../../../src/renderer/features/logs/log-window.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const texts = (window: LogWindow) => window.lines.map(({ text }) => text)
const filled = (text: string, at = 0) => append(emptyWindow(at), bytes(text), 'utf-8')

describe('a part of a log', () => {
  it('is the same however its bytes are cut into pieces', () =>
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a가\n]{0,6}$/)), fc.nat(8), (pieces, size) => {
        const all = bytes(pieces.join(''))
        let window = emptyWindow(0)
        for (let at = 0; at < all.length; at += size + 1)
          window = append(window, all.subarray(at, at + size + 1), 'utf-8')
        const whole = filled(pieces.join(''))
        expect(texts(window)).toEqual(texts(whole))
        expect([window.end, window.firstNumber, window.garbled]).toEqual([all.length, 1, false])
      }),
    ))

  it('shows the last line before it is ended, and where each one begins', () => {
    const window = filled('one\n둘\nthr')
    expect(window.lines.map(({ at, text }) => [at, text])).toEqual([
      [0, 'one'],
      [4, '둘'],
      [8, 'thr'],
    ])
    expect(texts(append(window, bytes('ee\n'), 'utf-8'))).toEqual(['one', '둘', 'three'])
    expect([0, 3, 4, 7, 99].map((at) => lineAt(window.lines, at))).toEqual([0, 0, 1, 1, 2])
  })

  it('grows at its front, with whole lines, and counts them where it reaches the start', () => {
    const file = 'alpha\nbeta\ngamma\ndelta\n'
    const from = firstWhole(bytes(file).subarray(9), 9) + 9
    let window = filled(file.slice(from), from)
    expect([texts(window), window.start, window.firstNumber]).toEqual([['gamma', 'delta'], 11, undefined])
    window = prepend(window, bytes(file.slice(3, 11)), 'utf-8')
    expect([texts(window), window.start, window.firstNumber]).toEqual([['beta', 'gamma', 'delta'], 6, undefined])
    window = prepend(window, bytes(file.slice(0, 6)), 'utf-8')
    expect([texts(window), window.start, window.firstNumber]).toEqual([['alpha', 'beta', 'gamma', 'delta'], 0, 1])
  })

  it('takes a line without end in pieces, at either end', () => {
    const long = 'x'.repeat(200_000)
    const window = filled(long)
    expect(window.lines.map(({ at }) => at)).toEqual([0, 65_536, 131_072, 196_608])
    const before = prepend(filled('\nend', 300_000), bytes('y'.repeat(100_000)), 'utf-8')
    expect([before.start, before.lines[0]?.text[0]]).toEqual([200_000, 'y'])
  })

  it('is bounded: what is too much goes at the far side, and numbers stay right', () => {
    const line = `${'.'.repeat(99)}\n`
    let window = emptyWindow(0)
    for (let round = 0; round < 60; round += 1)
      window = trim(append(window, bytes(line.repeat(1000)), 'utf-8'), 'front')
    expect(window.end).toBe(6_000_000)
    expect(window.end - window.start).toBeLessThanOrEqual(mostBytes)
    expect((window.firstNumber ?? 0) - 1).toBe(window.start / 100)
    const front = trim(prepend(window, bytes(line.repeat(2000)), 'utf-8'), 'end')
    expect(front.end).toBeLessThan(window.end)
    expect(front.end - front.start).toBeLessThanOrEqual(mostBytes + 100)
    expect((front.firstNumber ?? 0) - 1).toBe(front.start / 100)
    // It goes on where it was cut.
    expect(texts(append(front, bytes(line), 'utf-8')).at(-1)).toBe('.'.repeat(99))
  })

  it('says where bytes are no text of its encoding, not where a character is only cut', () => {
    expect(filled('가').garbled).toBe(false)
    expect(append(emptyWindow(0), bytes('가\n').subarray(0, 2), 'utf-8').garbled).toBe(false)
    expect(filled('a real \ufffd\n').garbled).toBe(false)
    const korean = new Uint8Array([0xbc, 0xf6, 0xb7, 0xc5, 0x0a])
    expect(append(emptyWindow(0), korean, 'utf-8').garbled).toBe(true)
    const read = append(emptyWindow(0), korean, 'euc-kr')
    expect([texts(read), read.garbled]).toEqual([['수렴'], false])
    expect(texts(append(emptyWindow(0), korean, 'latin1'))).toEqual(['¼ö·Å'])
  })

  it('marks lines that look like trouble, and not those that say there is none', () => {
    const tones = filled(
      [
        '*ERROR in e_c3d: nonpositive jacobian',
        'Segmentation fault (core dumped)',
        'residual = nan',
        'solution diverged',
        ' *WARNING reading *STEP',
        '0 errors, 0 warnings',
        'time step continuity errors : sum local = 1e-9, global = 2e-10, cumulative = 3e-10',
        'no error found',
        'banana nanotube',
        'iteration 4 residual 1e-3',
      ].join('\n'),
    ).lines.map(({ tone }) => tone ?? '')
    expect(tones).toEqual(['error', 'error', 'error', 'error', 'warning', '', '', '', '', ''])
  })

  it('takes 5 MB a second of 50,000 lines with ease', () => {
    const batch = bytes(`${'iteration 123456 residual 1.2345e-6 of something or other'.padEnd(99, '.')}\n`.repeat(5000))
    let window = emptyWindow(0)
    const began = performance.now()
    for (let tenth = 0; tenth < 10; tenth += 1) window = trim(append(window, batch, 'utf-8'), 'front')
    // A second's worth; by far less than a second, or the window would stand still.
    expect(performance.now() - began).toBeLessThan(900)
  })
})
