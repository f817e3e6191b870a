import type { ConvergenceGroup } from '../../../contract/convergence.ts'
import { solverNumber } from './numbers.ts'
import { type ConvergenceParser, type Emit, timeSteps, usual, type Values } from './point.ts'

const time = { en: 'Time', ko: '시간' }
const stepGroup: ConvergenceGroup = {
  key: 'step',
  label: { en: 'Time step', ko: '시간 간격' },
  scale: 'log',
  expect: 'holds',
}

/** No line of glstat is longer; what is, is not searched. */
const LONGEST = 200
/** `kinetic energy.................   5.00000E+05`: a name, dots, a number; some names end with a blank before the dots. */
const FIELD = /^\s*([a-z][a-z0-9 /()-]*?) ?\.{1,}\s*(\S+)\s*$/i
/** What of glstat is drawn, by its name there; of the rest (global momenta, counts) nobody reads convergence. */
const FIELDS: Readonly<Record<string, string>> = {
  'time step': 'step/time step',
  'kinetic energy': 'energy/kinetic',
  'internal energy': 'energy/internal',
  'hourglass energy': 'energy/hourglass',
  'sliding interface energy': 'energy/sliding interface',
  'spring and damper energy': 'energy/spring and damper',
  'system damping energy': 'energy/system damping',
  'stonewall energy': 'energy/stonewall',
  'rigid body stopper energy': 'energy/rigid body stopper',
  'joint internal energy': 'energy/joint',
  'external work': 'energy/external work',
  'eroded kinetic energy': 'energy/eroded kinetic',
  'eroded internal energy': 'energy/eroded internal',
  'eroded hourglass energy': 'energy/eroded hourglass',
  'total energy': 'energy/total',
  'total energy / initial energy': 'ratio/total / initial',
  'energy ratio w/o eroded energy': 'ratio/without eroded',
  'percent mass increase': 'mass/mass increase',
  'percentage mass increase': 'mass/mass increase',
}

/** LS-DYNA `glstat`: a block of `name.....value` for each output time, begun by `time......`. */
export function lsDynaGlstat(memory: { time?: number; values: Values } = { values: {} }): ConvergenceParser {
  const flush = (emit: Emit): void => {
    if (memory.time !== undefined && Object.keys(memory.values).length > 0) emit(memory.time, memory.values)
    delete memory.time
    memory.values = {}
  }
  return {
    ...usual,
    counted: timeSteps,
    meta: {
      parser: 'lsdyna-glstat',
      xLabel: time,
      groups: [
        { key: 'energy', label: { en: 'Energies', ko: '에너지' }, scale: 'linear' },
        { key: 'ratio', label: { en: 'Energy ratio', ko: '에너지 비' }, scale: 'linear', expect: 'near-one' },
        stepGroup,
        { key: 'mass', label: { en: 'Added mass', ko: '추가 질량' }, unit: '%', scale: 'linear' },
      ],
    },
    read(lines, emit) {
      for (const line of lines) {
        const field = line.length <= LONGEST && line.includes('.') ? FIELD.exec(line) : null
        const value = field === null ? undefined : solverNumber(field[2] ?? '')
        if (value === undefined) continue
        const name = (field?.[1] ?? '').trim().toLowerCase()
        if (name === 'time') {
          flush(emit)
          if (Number.isFinite(value)) memory.time = value
        } else {
          const series = FIELDS[name]
          if (series !== undefined) memory.values[series] = value
        }
      }
    },
    end: flush,
    memory,
  }
}

/** `   5000 t 1.4499E-02 dt 2.90E-06 flush i/o buffers` */
const CYCLE = /^\s*\d+ t\s+(\S+)\s+dt\s+(\S+)/

/** LS-DYNA `d3hsp`, `mes0000` and its standard output: time and time step of the cycles that are told of. */
export function lsDynaCycles(): ConvergenceParser {
  return {
    ...usual,
    counted: timeSteps,
    meta: { parser: 'lsdyna-d3hsp', xLabel: time, groups: [stepGroup] },
    read(lines, emit) {
      for (const line of lines) {
        const cycle = line.includes(' dt ') ? CYCLE.exec(line) : null
        const at = cycle === null ? undefined : solverNumber(cycle[1] ?? '')
        const step = cycle === null ? undefined : solverNumber(cycle[2] ?? '')
        if (at !== undefined && step !== undefined && Number.isFinite(at)) emit(at, { 'step/time step': step })
      }
    },
    memory: {},
  }
}
