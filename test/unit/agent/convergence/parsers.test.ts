import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { convergenceParserNames, type ConvergenceSpec } from '../../../../contract/convergence.ts'
import { recognised } from '../../../../agent/src/convergence/parser.ts'
import { read, readInPieces, recorded } from './solvers.ts'

const jobs = (name: string) => readFileSync(join(import.meta.dirname, '../jobs/recorded', name), 'utf8')

/** In one piece and line by line over restarts of the agent it must come out the same. */
function points(spec: ConvergenceSpec, text: string) {
  const whole = read(spec, text)
  const pieces = readInPieces(spec, text)
  expect(pieces.points).toEqual(whole.points)
  expect(pieces.parser.meta).toEqual(whole.parser.meta)
  return whole.points
}

describe('OpenFOAM', () => {
  test('a cavity: a point for each time step, with the first and the last residual of its pressure', () => {
    const log = recorded('openfoam-cavity.log.gz')
    expect(recognised(log)).toBe('openfoam')
    const found = points({ parser: 'openfoam' }, log)
    expect(found).toHaveLength(100)
    expect(found[0]).toEqual({
      x: 0.005,
      values: {
        'courant/mean': 0,
        'courant/max': 0,
        'initial/Ux': 1,
        'final/Ux': 8.90511e-6,
        'initial/Uy': 0,
        'final/Uy': 0,
        'initial/p': 1,
        // Of the second corrector.
        'final/p': 2.65225e-7,
        'continuity/sum local': expect.any(Number) as number,
        'continuity/global': expect.any(Number) as number,
        'continuity/cumulative': expect.any(Number) as number,
        'execution/execution time': expect.any(Number) as number,
      },
    })
    expect(found.at(-1)?.x).toBe(0.5)
    expect(found.every(({ values }) => (values['continuity/global'] ?? -1) >= 0)).toBe(true)
  })

  test('a steady run: iterations, turbulence, the targets it names, and that it has converged', () => {
    const { points: found, parser } = read({ parser: 'openfoam' }, recorded('openfoam-pitzdaily.log.gz'))
    expect(found.map(({ x }) => x)).toEqual(Array.from({ length: 282 }, (_, index) => index + 1))
    expect(found.at(-1)?.values).toMatchObject({ 'initial/Ux': 0.000118356, 'initial/epsilon': 0.00011874 })
    expect(['Ux', 'Uy', 'p', 'k', 'epsilon', 'T'].map((field) => parser.target(`initial/${field}`))).toEqual([
      0.001,
      0.001,
      0.01,
      0.001,
      0.001,
      undefined,
    ])
    expect(parser.converged).toBe(true)
    expect(parser.meta.xUnit).toBeUndefined()
  })

  test('regions, adjustable steps, seconds behind the time, a step without an end', () => {
    const log = `Interface Courant Number mean: 0.01 max: 0.5
deltaT = 0.0012
Time = 0.5s

Solving for fluid region air
GAMG:  Solving for p_rgh, Initial residual = 0.5, Final residual = nan, No Iterations 1000
Solving for solid region heater
DICPCG:  Solving for h, Initial residual = 1e-3, Final residual = 1e-7, No Iterations 2
Time = 0.6s
GAMG:  Solving for p_rgh, Initial residual = inf, Final residual = 1.0-120, No Iterations 1000`
    expect(points({ parser: 'openfoam' }, log)).toEqual([
      {
        x: 0.5,
        values: {
          'courant/Interface mean': 0.01,
          'courant/Interface max': 0.5,
          'step/deltaT': 0.0012,
          'initial/air p_rgh': 0.5,
          'final/air p_rgh': NaN,
          'initial/heater h': 1e-3,
          'final/heater h': 1e-7,
        },
      },
      { x: 0.6, values: { 'initial/p_rgh': Infinity, 'final/p_rgh': 1e-120 } },
    ])
  })

  test('a hostile criterion is not run', () => {
    const { parser } = read(
      { parser: 'openfoam' },
      'SIMPLE: convergence criteria\n    field "(a+)+$"\t tolerance 0.1\n',
    )
    expect(parser.target(`initial/${'a'.repeat(60)}!`)).toBeUndefined()
  })
})

describe('CalculiX', () => {
  test('.sta: a point for each increment', () => {
    const found = points({ parser: 'calculix-sta' }, jobs('part.sta'))
    expect(found.map(({ x }) => x)).toEqual([0.2, 0.4, 0.6, 0.8, 1])
    expect(found.at(-1)?.values).toEqual({
      'iterations/iterations': 5,
      'increment/increment size': 0.2,
      'attempts/failed attempts': 0,
    })
  })

  test('.sta of a beam that yields: failed attempts are counted, time stands still', () => {
    const log = recorded('beam-diverging.sta')
    expect(recognised(log)).toBe('calculix-sta')
    const found = points({ parser: 'calculix-sta' }, log)
    expect(found.slice(5, 10).map(({ x, values }) => [x, values['attempts/failed attempts']])).toEqual([
      [0.6, 0],
      [0.6, 1],
      [0.6, 2],
      [0.6, 3],
      [0.601562, 0],
    ])
  })

  test('.cvg: a point for each iteration', () => {
    expect(recognised(jobs('part.cvg'))).toBe('calculix-cvg')
    const found = points({ parser: 'calculix-cvg' }, jobs('part.cvg'))
    expect(found).toHaveLength(13)
    expect(found[1]).toEqual({
      x: 2,
      values: {
        'residual/residual force': 0,
        'residual/displacement correction': 0.02875,
        'attempts/failed attempts': 0,
      },
    })
  })

  test('standard output: residual force and correction of each iteration', () => {
    expect(recognised(jobs('stdout.txt'))).toBe('calculix-stdout')
    const found = points({ parser: 'calculix-stdout' }, jobs('stdout.txt'))
    expect(found).toHaveLength(13)
    expect(Object.keys(found.at(-1)?.values ?? {})).toEqual([
      'residual/correction',
      'attempts/failed attempts',
      'residual/residual force',
    ])
    expect(found.map(({ x }) => x)).toEqual(Array.from({ length: 13 }, (_, index) => index + 1))
  })
})

// The logs of the programs below are written after public descriptions of their formats, not recorded.

const block = (
  time: string,
  ratio: string,
) => ` dt of cycle       1 is controlled by shell           1 of part           1

 time...........................   ${time}
 time step......................   1.11000E-06
 kinetic energy.................   5.00000E+05
 internal energy................   1.0000D-20
 hourglass energy ..............   1.00000-105
 sliding interface energy.......   0.00000E+00
 external work..................   0.00000E+00
 total energy...................   5.00000E+05
 total energy / initial energy..   ${ratio}
 energy ratio w/o eroded energy.   1.00000E+00
 global x velocity..............   0.00000E+00
 number of nodes................   12
`

test('LS-DYNA glstat: energies, ratio and time step of each output time', () => {
  const log = block('0.00000E+00', '1.00000E+00') + block('1.00000E-04', 'NaN') + block('nonsense', '2.0')
  expect(recognised(log)).toBe('lsdyna-glstat')
  const found = points({ parser: 'lsdyna-glstat' }, log)
  expect(found.map(({ x }) => x)).toEqual([0, 1e-4])
  expect(found[0]?.values).toEqual({
    'step/time step': 1.11e-6,
    'energy/kinetic': 5e5,
    'energy/internal': 1e-20,
    'energy/hourglass': 1e-105,
    'energy/sliding interface': 0,
    'energy/external work': 0,
    'energy/total': 5e5,
    'ratio/total / initial': 1,
    'ratio/without eroded': 1,
  })
  // The third time cannot be read: what stands below it is the second's, the later value of each.
  expect(found[1]?.values['ratio/total / initial']).toBe(2)
})

test('LS-DYNA d3hsp: the cycles that are told of', () => {
  const log = `      1 t 0.0000E+00 dt 2.91E-06 flush i/o buffers
   5000 t 1.4499E-02 dt 2.90E-06 write d3plot file
 problem time   =    1.0000E+00`
  expect(recognised(log)).toBe('lsdyna-d3hsp')
  expect(points({ parser: 'lsdyna-d3hsp' }, log)).toEqual([
    { x: 0, values: { 'step/time step': 2.91e-6 } },
    { x: 1.4499e-2, values: { 'step/time step': 2.9e-6 } },
  ])
})

test('Abaqus/Standard .sta: increments, and attempts that failed', () => {
  const log = ` Abaqus/Standard 2023                  DATE 21-Nov-2026 TIME 10:00:00
 SUMMARY OF JOB INFORMATION:
 STEP  INC ATT SEVERE EQUIL TOTAL  TOTAL      STEP       INC OF       DOF    IF
               DISCON ITERS ITERS  TIME/    TIME/LPF    TIME/LPF    MONITOR RIKS
               ITERS               FREQ
   1     1   1     0     2     2  0.100      0.100      0.1000
   1     2   1U    3     5     8  0.100      0.100      0.1000
   1     2   2     0     4     4  0.125      0.125      0.02500     0.5

 THE ANALYSIS HAS NOT BEEN COMPLETED`
  expect(recognised(log)).toBe('abaqus-sta')
  const found = points({ parser: 'abaqus-sta' }, log)
  expect(
    found.map(({ x, values }) => [x, values['increment/increment size'], values['attempts/failed attempts']]),
  ).toEqual([
    [0.1, 0.1, 0],
    [0.1, 0.1, 1],
    [0.125, 0.025, 0],
  ])
  expect(found[1]?.values).toMatchObject({ 'iterations/severe discontinuity': 3, 'iterations/equilibrium': 5 })
})

test('Abaqus/Explicit .sta: stable increment and energies', () => {
  const log = ` Abaqus/Explicit 2023
              STEP     TOTAL       CPU      STABLE    CRITICAL    KINETIC      TOTAL    PERCENT
INCREMENT     TIME      TIME      TIME   INCREMENT     ELEMENT     ENERGY     ENERGY  CHNG MASS
        0  0.000E+00 0.000E+00  00:00:00 1.000E-06         101  0.000E+00  0.000E+00  0.000E+00
     5027  5.001E-03 5.001E-03  00:00:09 9.936E-07         101  4.123E+02 -1.025E+00  0.000E+00`
  expect(points({ parser: 'abaqus-sta' }, log)[1]).toEqual({
    x: 5.001e-3,
    values: { 'increment/stable increment': 9.936e-7, 'energy/kinetic': 412.3, 'energy/total': -1.025 },
  })
})

test('Ansys Fluent: the head says what the columns are, and may change', () => {
  const log = `  iter  continuity  x-velocity  y-velocity           k     epsilon     time/iter
     1  1.0000e+00  1.2345e-03  2.0000e-03  3.0e-02  4.0e-01  0:01:39   99
     2  5.0000e-01  1.0000e-03        -nan  3.0e-02  4.0e-01  0:01:30   98
!    2 solution is converged
 zone 3 12 faces
  iter  continuity  x-velocity  time/iter
     3  1.0e-01  1.#QNAN  0:01:00   97
   turbulent viscosity limited to viscosity ratio of 1.0e+05 in 12 cells`
  expect(recognised(log)).toBe('fluent')
  const found = points({ parser: 'fluent' }, log)
  expect(found.map(({ x }) => x)).toEqual([1, 2, 3])
  expect(found[1]?.values).toMatchObject({ 'residual/continuity': 0.5, 'residual/y-velocity': NaN })
  expect(found[2]?.values).toEqual({ 'residual/continuity': 0.1, 'residual/x-velocity': NaN })
})

test('our own solver', () => {
  const text = '10 nodes\niteration 1 residual 5.2e-1\niteration 2 residual nan\niteration x residual 1\n'
  expect(recognised(text)).toBe('headway-heat')
  expect(points({ parser: 'headway-heat' }, text)).toEqual([
    { x: 1, values: { 'residual/residual': 0.52 } },
    { x: 2, values: { 'residual/residual': NaN } },
  ])
})

describe("a template's own", () => {
  test('pattern: every named group beside x is a series', () => {
    const pattern = String.raw`^Time = (?<x>\S+).*p=(?<p>\S+)(?: U=(?<U>\S+))?`
    const text = 'Time = 1 p=0.5 U=2\nnothing\nTime = 2 p=0.25\nTime = 3 p=nan\nTime = none p=1\n'
    expect(points({ parser: 'regex', pattern }, text)).toEqual([
      { x: 1, values: { 'values/p': 0.5, 'values/U': 2 } },
      { x: 2, values: { 'values/p': 0.25 } },
      { x: 3, values: { 'values/p': NaN } },
    ])
  })

  const groups = [
    { key: 'residual', label: { en: 'Residual' }, scale: 'log' as const, expect: 'falls' as const },
    { key: 'force', label: { en: 'Force' }, unit: 'N' },
  ]
  test('patterns: several lines make a point, begun by the one with x', () => {
    const spec: ConvergenceSpec = {
      parser: 'patterns',
      groups,
      patterns: [
        { pattern: String.raw`^step (?<x>\d+)`, group: 'residual' },
        { pattern: String.raw`^res (?<series>\w+) = (?<value>\S+)`, group: 'residual' },
        { pattern: String.raw`drag (?<drag>\S+) lift (?<lift>\S+)`, group: 'force' },
      ],
    }
    const text = 'res early = 1\nstep 1\nres U = 1D-3\nres p = 1e-4\ndrag 12 lift 3\nstep 2\nres U = 1e-5\n'
    const found = points(spec, text)
    expect(found).toEqual([
      { x: 1, values: { 'residual/U': 1e-3, 'residual/p': 1e-4, 'force/drag': 12, 'force/lift': 3 } },
      { x: 2, values: { 'residual/U': 1e-5 } },
    ])
    expect(read(spec, text).parser.meta.groups[1]).toEqual({
      key: 'force',
      label: { en: 'Force' },
      unit: 'N',
      scale: 'linear',
    })
  })

  test('patterns without x: the first begins a point, and points are counted', () => {
    const spec: ConvergenceSpec = {
      parser: 'patterns',
      groups,
      patterns: [
        { pattern: String.raw`^r=(?<r>\S+)`, group: 'residual' },
        { pattern: String.raw`^f=(?<f>\S+)`, group: 'force' },
      ],
    }
    expect(points(spec, 'r=1\nf=5\nr=0.1\nr=0.01\nf=6')).toEqual([
      { x: 1, values: { 'residual/r': 1, 'force/f': 5 } },
      { x: 2, values: { 'residual/r': 0.1 } },
      { x: 3, values: { 'residual/r': 0.01, 'force/f': 6 } },
    ])
  })
})

test('hostile logs are read and recognised in no time, and remembered in no room', () => {
  const hostile = [
    '\n'.repeat(65_536),
    ' '.repeat(65_536),
    ' \n'.repeat(32_768),
    '1'.repeat(65_536),
    `${'Solving for '.repeat(340)}\n`.repeat(200),
    `a${'.'.repeat(4000)} x y\n`.repeat(200),
    `${' '.repeat(4000)}Courant Number mean: 1\n`.repeat(200),
    Array.from(
      { length: 20_000 },
      (_, i) => `x:  Solving for f${i}, Initial residual = 1, Final residual = 1, No`,
    ).join('\n'),
  ]
  const began = performance.now()
  for (const text of hostile) {
    recognised(text)
    for (const parser of convergenceParserNames) {
      const { parser: reader } = read({ parser }, text)
      expect(JSON.stringify(reader.memory).length).toBeLessThan(50_000)
    }
  }
  // About a second here; a pattern that backtracks would take minutes.
  expect(performance.now() - began).toBeLessThan(10_000)
})

test('what is no log of a solver is not recognised', () =>
  expect([recognised(''), recognised('Hello\nworld 1 2 3\n'), recognised('\u0000'.repeat(1000))]).toEqual([
    undefined,
    undefined,
    undefined,
  ]))
