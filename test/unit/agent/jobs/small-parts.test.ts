import { assert, nat, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { attachment, parseRange } from '../../../../agent/src/results/byte-range.ts'
import { parseSlurmTime } from '../../../../agent/src/jobs/slurm-time.ts'
import { lines, LONGEST_LINE } from '../../../../agent/src/kit/tail.ts'
import { runNames } from '../../../../agent/src/templates/slots.ts'

describe("time limits in Slurm's forms", () => {
  test.each([
    [30, 30],
    ['30', 30],
    ['1:30', 2],
    ['02:00:00', 120],
    ['00:00:01', 1],
    ['1-0', 1440],
    ['1-12', 2160],
    ['1-12:30', 2190],
    ['1-12:30:01', 2191],
    ['0', undefined],
    ['soon', undefined],
    ['', undefined],
    ['-5', undefined],
    ['1:2:3:4', undefined],
    ['1e3', undefined],
  ])('%s', (text, minutes) => expect(parseSlurmTime(text)).toBe(minutes))
})

test('ranges are inside the file or refused', () => {
  assert(
    property(string(), nat(1000), (header, size) => {
      const range = parseRange(`bytes=${header}`, size)
      if (typeof range === 'object') {
        expect(range.start).toBeGreaterThanOrEqual(0)
        expect(range.end).toBeGreaterThanOrEqual(range.start)
        expect(range.end).toBeLessThan(size)
      }
    }),
  )
  expect(parseRange('bytes=0-0,2-3', 10)).toBeUndefined()
  expect(parseRange('bytes=5-2', 10)).toBeUndefined()
  expect(parseRange('bytes=-0', 10)).toBe('unsatisfiable')
  expect(parseRange('bytes=0-', 0)).toBe('unsatisfiable')
})

test('a name in a header stays one, whatever it holds', () => {
  assert(
    property(
      string({ unit: 'grapheme' }).map((name) => name.toWellFormed()),
      (name) => {
        const header = attachment(name)
        expect(header).toMatch(/^attachment; filename="[\x20-\x7e]*"; filename\*=UTF-8''[A-Za-z0-9%._~!$&+^`|#-]*$/)
        expect(decodeURIComponent(header.slice(header.lastIndexOf("''") + 2))).toBe(name)
      },
    ),
  )
})

test('lines come whole, however the bytes are cut, and a long one is bounded', async () => {
  const text = `하나\r\n둘\n\n${'x'.repeat(100_000)}\n끝`
  const bytes = Buffer.from(text)
  for (const size of [1, 3, 65_536]) {
    const pieces = async function* () {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
    }
    const found: string[] = []
    for await (const batch of lines(pieces())) found.push(...batch)
    expect(found).toEqual(['하나', '둘', '', 'x'.repeat(LONGEST_LINE), '끝'])
  }
})

const file = (name: string, folder = '') => ({ name, folder })

test('inputs never take one name, nor one of the job itself', () => {
  expect(
    runNames(
      [file('a.msh'), file('A.MSH'), file('a.msh', 'sub'), file('job.log'), file('README'), file('README')],
      ['job.log'],
    ),
  ).toEqual(['a.msh', 'A-2.MSH', 'sub/a.msh', 'job-2.log', 'README', 'README-2'])
})
