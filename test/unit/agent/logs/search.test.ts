import { closeSync, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LogQuery } from '../../../../contract/logs.ts'
import { encodeText } from '../../../../agent/src/logs/encoding.ts'
import { searchLeg } from '../../../../agent/src/logs/search.ts'

let folder: string
let path: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headway-search-'))
  path = join(folder, 'job.log')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const plain = (text: string, more: Partial<LogQuery> = {}): LogQuery => ({
  text,
  regex: false,
  caseSensitive: false,
  encoding: 'utf-8',
  ...more,
})

/** One leg in the file as it is. */
async function leg(query: LogQuery, from: number, direction: 'forward' | 'backward' = 'forward', limit = 100) {
  const file = await open(path)
  try {
    return await searchLeg({ file, query, from, direction, limit, signal: new AbortController().signal })
  } finally {
    await file.close()
  }
}

/** Where all legs of a search find something. */
async function all(query: LogQuery, from: number, direction: 'forward' | 'backward' = 'forward', limit = 100) {
  const found: number[] = []
  for (let next = from; ;) {
    const answer = await leg(query, next, direction, limit)
    found.push(...answer.matches.map(({ at }) => at))
    if (answer.done) return found
    expect(direction === 'forward' ? answer.next > next : answer.next < next).toBe(true)
    next = answer.next
  }
}

const bytes = (text: string) => encodeText(text, 'euc-kr') ?? Buffer.alloc(0)

describe('searching a log', () => {
  it('finds each line once, in both directions, whatever its case', async () => {
    const lines = ['Error: one', 'fine', 'an ERROR and another error', '오류 error', '']
    writeFileSync(path, lines.join('\n'))
    const at = (line: number, column: number) =>
      Buffer.byteLength(
        lines
          .slice(0, line)
          .map((text) => `${text}\n`)
          .join(''),
      ) + column
    const places = [at(0, 0), at(2, 3), at(3, 7)]
    expect(await all(plain('error'), 0)).toEqual(places)
    expect(await all(plain('error', { regex: true, text: 'ERR[o]r' }), 0)).toEqual([at(0, 0), at(2, 0), at(3, 0)])
    expect(await all(plain('error', { caseSensitive: true }), 0)).toEqual([at(2, 21), at(3, 7)])
    expect(await all(plain('error'), 9_999, 'backward')).toEqual([at(3, 7), at(2, 21), at(0, 0)])
    expect(await all(plain('x', { regex: true, text: '^.*error$' }), 9_999, 'backward')).toEqual([at(3, 0), at(2, 0)])
    const answer = await leg(plain('one'), 0)
    expect(answer).toMatchObject({ matches: [{ text: 'Error: one' }], done: true, size: at(4, 0) })
  })

  it('says how far it came where it ends at a number of matches, and goes on from there', async () => {
    writeFileSync(path, 'hit\n'.repeat(250))
    const first = await leg(plain('hit'), 0)
    expect(first.matches).toHaveLength(100)
    expect(first).toMatchObject({ next: 400, done: false })
    expect(await all(plain('hit'), 0)).toHaveLength(250)
    expect(await all(plain('hit'), 1000, 'backward')).toHaveLength(250)
    expect(await all(plain('h.t', { regex: true }), 0, 'forward', 7)).toHaveLength(250)
    expect(await all(plain('h.t', { regex: true }), 1000, 'backward', 7)).toHaveLength(250)
  })

  it('finds text of a Korean encoding, and nothing that this encoding cannot write', async () => {
    writeFileSync(
      path,
      Buffer.concat([Buffer.from('step 1\n'), bytes('경고: 수렴하지 않음 똠방\n'), Buffer.from('end\n')]),
    )
    const answer = await leg(plain('수렴', { encoding: 'euc-kr' }), 0)
    expect(answer.matches).toEqual([{ at: 7 + 6, text: '경고: 수렴하지 않음 똠방' }])
    expect(await all(plain('똠.$', { encoding: 'euc-kr', regex: true }), 0)).toEqual([7])
    expect(await all(plain('수렴'), 0)).toEqual([])
    expect(await all(plain('é', { encoding: 'euc-kr' }), 0)).toEqual([])
  })

  it('refuses a regular expression that is none, or that would take for ever', async () => {
    writeFileSync(path, `${'a'.repeat(5000)}!\n`)
    await expect(leg(plain('(', { regex: true }), 0)).rejects.toMatchObject({
      code: 'PARAMETER_INVALID',
      details: { parameter: 'text', reason: expect.stringContaining('Unterminated group') as string },
    })
    await expect(leg(plain('(a+)+$', { regex: true }), 0)).rejects.toMatchObject({ code: 'PARAMETER_INVALID' })
  })

  it('finds what a simple search of the whole finds, wherever blocks and legs end', async () => {
    const mebibyte = 1024 * 1024
    const piece = fc.constantFrom('needle', 'NeeDle', 'need', 'le', '\n', ' ', '가', 'x\n')
    // Placed around the border of the first two blocks, of 1 MiB and of 256 KiB.
    const border = fc.constantFrom(mebibyte, mebibyte / 4)
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 40 }), border, fc.nat(60), async (pieces, at, back) => {
        const text = Buffer.from(pieces.join(''))
        const before = Buffer.alloc(at - back, `${'.'.repeat(63)}\n`)
        writeFileSync(path, Buffer.concat([before, text, Buffer.from('\nend')]))
        const whole = Buffer.concat([before, text, Buffer.from('\nend')])
          .toString('latin1')
          .toLowerCase()
        const expected: number[] = []
        const lines: number[] = []
        let start = 0
        for (const line of whole.split('\n')) {
          if (line.includes('needle')) {
            expected.push(start + line.indexOf('needle'))
            lines.push(start)
          }
          start += line.length + 1
        }
        expect(await all(plain('needle'), 0)).toEqual(expected)
        expect(await all(plain('n[e]edle', { regex: true }), 0)).toEqual(lines)
        expect(await all(plain('n[e]edle', { regex: true }), whole.length, 'backward')).toEqual(lines.toReversed())
        expect(await all(plain('needle'), whole.length, 'backward')).toHaveLength(expected.length)
      }),
      {
        numRuns: 20,
        examples: [
          [['needle', 'needle'], mebibyte, 6],
          [['needle', 'le', 'needle'], mebibyte / 4, 7],
        ],
      },
    )
  }, 30_000)

  it('takes a line without end in pieces', async () => {
    writeFileSync(path, `${'x'.repeat(700_000)}needle${'y'.repeat(700_000)}`)
    expect(await all(plain('needle'), 0)).toEqual([700_000])
    expect(await all(plain('needle'), 1e9, 'backward')).toEqual([700_000])
    expect(await all(plain('needle', { regex: true }), 0)).toHaveLength(1)
    expect(await all(plain('needle', { regex: true }), 1e9, 'backward')).toHaveLength(1)
  })

  it('works through 10 GB in legs that leave the event loop free, and is ended at once', async () => {
    const size = 10 * 1024 ** 3
    writeFileSync(path, 'first line\n')
    truncateSync(path, size)
    const file = openSync(path, 'r+')
    writeSync(file, '\nlast line\n', size - 11)
    closeSync(file)
    expect((await leg(plain('last line'), size, 'backward', 1)).matches).toEqual([{ at: size - 10, text: 'last line' }])
    expect((await leg(plain('first'), 0, 'forward', 1)).matches).toEqual([{ at: 0, text: 'first line' }])

    const first = await leg(plain('nowhere'), 0)
    expect(first).toMatchObject({ matches: [], done: false, size })
    expect(first.next).toBeLessThanOrEqual(130 * 1024 * 1024)
    // From anywhere on it goes on where the leg before it ended.
    expect(await all(plain('last'), size - 50 * 1024 * 1024)).toEqual([size - 10])

    const abort = new AbortController()
    const handle = await open(path)
    const searched = searchLeg({
      file: handle,
      query: plain('nowhere'),
      from: 0,
      direction: 'forward',
      limit: 1,
      signal: abort.signal,
    })
    abort.abort()
    expect((await searched).next).toBeLessThanOrEqual(2 * 1024 * 1024)
    await handle.close()
  })
})
