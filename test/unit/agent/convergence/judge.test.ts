import { describe, expect, test } from 'vitest'
import { medianOf, trendOf } from '../../../../agent/src/convergence/trend.ts'
import { read, recorded, states, verdicts } from './solvers.ts'

const heat = (values: readonly number[]) =>
  read({ parser: 'headway-heat' }, values.map((value, index) => `iteration ${index + 1} residual ${value}`).join('\n'))
const series = (count: number, value: (index: number) => number) => Array.from({ length: count }, (_, i) => value(i))

describe('trend', () => {
  test('of a line with a spike is that of the line', () => {
    const values = series(50, (i) => 3 - 0.1 * i)
    values[20] = 1000
    expect(trendOf(values).slope).toBeCloseTo(-0.1)
    expect(trendOf(values).tau).toBeLessThan(-0.9)
    expect(medianOf([3, 1, 2])).toBe(2)
    expect(medianOf([4, 1, 2, 3])).toBe(2.5)
    expect(trendOf([1])).toEqual({ slope: 0, tau: 0 })
  })
})

const of = (name: string, parser: 'openfoam' | 'calculix-sta' | 'calculix-cvg' | 'calculix-stdout' = 'openfoam') =>
  verdicts(read({ parser }, recorded(name)))

describe('recorded runs', () => {
  test('pitzDaily converges, as the solver itself says', () => {
    // The parser has read the log whole by then: what the solver says at the end is left out.
    const { points, parser } = read({ parser: 'openfoam' }, recorded('openfoam-pitzdaily.log.gz'))
    const silent = Object.create(parser, { converged: { value: false } }) as typeof parser
    const seen = verdicts({ points, parser: silent })
    expect(states(seen)).toEqual(['unknown', 'converging', 'converged'])
    expect(seen.findIndex(({ state }) => state === 'converged')).toBe(281)
    expect(of('openfoam-pitzdaily.log.gz').at(-1)).toMatchObject({ state: 'converged' })
  })

  test('pitzDaily with hardly any relaxation stands still', () => {
    const seen = of('openfoam-pitzdaily-stalled.log.gz')
    expect(states(seen)).toEqual(['unknown', 'converging', 'stalled'])
    expect(seen.find(({ state }) => state === 'stalled')).toMatchObject({
      series: 'epsilon',
      text: { en: 'The epsilon residual has not fallen for 200 iterations.' },
      at: 373,
    })
  })

  test('pitzDaily with the wrong relaxation diverges, and is seen to before it dies', () => {
    const seen = of('openfoam-pitzdaily-diverging.log.gz')
    expect(states(seen)).toEqual(['unknown', 'converging', 'diverging'])
    expect(seen.length - seen.findIndex(({ state }) => state === 'diverging')).toBeGreaterThanOrEqual(4)
  })

  test('a cavity marches on; with a step too long it blows up within four', () => {
    expect(states(of('openfoam-cavity.log.gz'))).toEqual(['unknown', 'converging'])
    expect(of('openfoam-cavity-diverging.log.gz').at(-1)).toMatchObject({ state: 'diverging', at: 4 })
  })

  test('a beam beyond its limit load: attempt after attempt fails', () => {
    expect(of('beam-diverging.sta', 'calculix-sta').at(-1)).toMatchObject({
      state: 'diverging',
      text: { en: '3 attempts at the increment have failed in a row.' },
    })
    expect(['stalled', 'diverging']).toContain(of('beam-diverging.cvg', 'calculix-cvg').at(-1)?.state)
    expect(['stalled', 'diverging']).toContain(of('beam-diverging.txt.gz', 'calculix-stdout').at(-1)?.state)
  })
})

const noise = (i: number) => 1 + 0.4 * Math.sin(i * 12.9898)

describe('a residual', () => {
  test('that falls, and reaches its target', () => {
    const seen = verdicts(heat(series(60, (i) => 10 ** (-i / 10))), 1e-5)
    expect(states(seen)).toEqual(['unknown', 'converging', 'converged'])
    expect(seen.findIndex(({ state }) => state === 'converged')).toBe(50)
  })

  test('that falls by steps of noise does not stand still', () => {
    expect(states(verdicts(heat(series(600, (i) => noise(i) * 10 ** (-i / 200)))))).toEqual(['unknown', 'converging'])
  })

  test('that does not fall for a hundred iterations stands still, and goes on when it falls again', () => {
    const seen = verdicts(
      heat(series(320, (i) => (i < 50 ? 10 ** (-i / 20) : i < 220 ? 10 ** -2.45 : 10 ** (-(i - 170) / 20)))),
    )
    expect(states(seen)).toEqual(['unknown', 'converging', 'stalled', 'converging'])
    expect(seen[200]).toMatchObject({ state: 'stalled', series: 'residual' })
    expect(seen[200]?.text).toEqual({
      en: expect.stringMatching(/^The residual has not fallen for 1\d\d iterations\.$/) as string,
      ko: expect.stringContaining('줄지 않았습니다') as string,
    })
  })

  test('that falls slowly over a very long run is not called still', () => {
    const { points, parser } = heat(series(60_000, (i) => noise(i) * 10 ** (-i / 40_000)))
    expect(verdicts({ points, parser }, undefined, 60_000).map(({ state }) => state)).toEqual(['converging'])
  })

  test('that has fallen to nothing may rest there', () => {
    expect(verdicts(heat(series(400, (i) => Math.max(1e-9, 10 ** (-i / 10))))).at(-1)?.state).toBe('converging')
  })

  test('that grows diverges', () => {
    const seen = verdicts(heat(series(80, (i) => (i < 40 ? 10 ** (-i / 20) : 10 ** (-2 + (i - 40) / 12)))))
    expect(states(seen)).toEqual(['unknown', 'converging', 'diverging'])
    expect(seen.at(-1)?.text.en).toMatch(/has grown \d+-fold over the last 30 iterations/)
  })

  test('that is no number any more', () => {
    const seen = verdicts(heat([1, 0.5, NaN, NaN]))
    expect(seen.at(-1)).toEqual({
      state: 'nan',
      series: 'residual',
      text: { en: 'The latest value of residual is not a number.', ko: 'residual의 최근 값이 숫자가 아닙니다(NaN).' },
      at: 4,
    })
    expect(verdicts(heat([1, Infinity])).at(-1)?.text.en).toBe('The latest value of residual is infinite.')
  })
})

const glstat = (ratio: (i: number) => number, step: (i: number) => number) =>
  read(
    { parser: 'lsdyna-glstat' },
    series(10, (i) => i)
      .map((i) => ` time....... ${i}\n time step.... ${step(i)}\n total energy / initial energy.. ${ratio(i)}\n`)
      .join(''),
  )

test('energies out of balance, and a time step that shrinks to nothing', () => {
  expect(
    verdicts(
      glstat(
        () => 1.02,
        () => 1e-6,
      ),
    ).at(-1)?.state,
  ).toBe('converging')
  expect(
    verdicts(
      glstat(
        (i) => 1 + i / 5,
        () => 1e-6,
      ),
    ).at(-1),
  ).toMatchObject({ state: 'diverging', series: 'total / initial' })
  expect(
    verdicts(
      glstat(
        () => 1,
        (i) => 10 ** (-6 - i),
      ),
    ).at(-1),
  ).toMatchObject({ state: 'stalled', series: 'time step' })
})
