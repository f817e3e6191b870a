import type { ConvergenceGroup } from '../../../contract/convergence.ts'
import { solverNumber } from './numbers.ts'
import { type ConvergenceParser, type Emit, iterations, put, timeSteps, type Values } from './point.ts'

interface Memory {
  /** Of the step that is being collected; undefined between two steps. */
  time: number | undefined
  values: Values
  /** `fluid air`: of solvers with several regions, the one whose equations are being solved. */
  region: string
  /** A Courant number was seen: it marches in time, and residuals begin anew with each step. */
  marches: boolean
  converged: boolean
  /** `SIMPLE: convergence criteria`: pattern of the field's name, tolerance. */
  targets: [string, number][]
  inCriteria: boolean
}

const fresh = (): Memory => ({
  time: undefined,
  values: {},
  region: '',
  marches: false,
  converged: false,
  targets: [],
  inCriteria: false,
})

const group = (key: string, en: string, ko: string, rest: Partial<ConvergenceGroup> = {}): ConvergenceGroup => ({
  key,
  label: { en, ko },
  scale: 'log',
  ...rest,
})

/** No line that matters is longer; what is, is not searched. */
const LONGEST = 400
const SOLVING = /^[^:]{1,60}:\s*Solving for ([^,]+), Initial residual = ([^,]+), Final residual = ([^,]+),/
const COURANT = /^(.{0,60}?)\s{0,4}Courant Number mean:\s*(\S+)\s+max:\s*(\S+)/
const CONTINUITY = /continuity errors : sum local = ([^,]+), global = ([^,]+), cumulative = (\S+)/
const CRITERION = /^\s+field "?([^"\t]+)"?\s+tolerance (\S+)/
/** Stands for a field whose pattern cannot be used. */
const NEVER = /^(?!)/u

/**
 * OpenFOAM solvers: of each step the first initial and the last final residual of every field (a PISO corrector solves the
 * pressure again), Courant numbers, continuity errors by their size, the time step and the time spent so far.
 * A step begins at `Time =` and ends at `ExecutionTime =`, or where the next begins.
 */
export function openFoam(memory: Memory = fresh()): ConvergenceParser {
  const set = (key: string, text: string | undefined): void => {
    const value = text === undefined ? undefined : solverNumber(text.trim())
    if (value !== undefined) put(memory.values, key, value)
  }
  const first = (key: string, text: string | undefined): void => {
    if (memory.values[key] === undefined) set(key, text)
  }
  const flush = (emit: Emit): void => {
    if (memory.time !== undefined && Object.keys(memory.values).length > 0) emit(memory.time, memory.values)
    memory.time = undefined
    memory.values = {}
    memory.region = ''
  }

  function criterion(line: string): void {
    const found = CRITERION.exec(line)
    if (found === null) {
      memory.inCriteria = false
      return
    }
    const target = solverNumber(found[2] ?? '')
    if (target !== undefined && memory.targets.length < 50) memory.targets.push([found[1]?.trim() ?? '', target])
  }

  function readLine(line: string, emit: Emit): void {
    if (line.length > LONGEST) return
    if (memory.inCriteria) criterion(line)
    if (line.startsWith('Time = ')) {
      if (memory.time !== undefined) flush(emit)
      const time = solverNumber(line.slice(7).trim().replace(/s$/, ''))
      if (time !== undefined && Number.isFinite(time)) memory.time = time
      return
    }
    const solving = line.includes('Solving for ') ? SOLVING.exec(line) : null
    if (solving !== null) {
      const field = `${memory.region}${solving[1]?.trim() ?? ''}`
      first(`initial/${field}`, solving[2])
      set(`final/${field}`, solving[3])
    } else if (line.startsWith('Solving for ') && line.includes(' region ')) {
      memory.region = `${line.slice(line.indexOf(' region ') + 8).trim()} `
    } else if (line.includes('continuity errors : ')) {
      const errors = CONTINUITY.exec(line)
      ;['sum local', 'global', 'cumulative'].forEach((name, index) =>
        set(`continuity/${memory.region}${name}`, errors?.[index + 1]?.trim().replace(/^-/, '')),
      )
    } else if (line.includes('Courant Number mean:')) {
      const courant = COURANT.exec(line)
      const kind = courant?.[1] === undefined || courant[1] === '' ? '' : `${courant[1]} `
      memory.marches = true
      set(`courant/${kind}mean`, courant?.[2])
      set(`courant/${kind}max`, courant?.[3])
    } else if (line.startsWith('deltaT = ')) {
      set('step/deltaT', line.slice(9))
    } else if (line.startsWith('ExecutionTime = ')) {
      set('execution/execution time', line.slice(16).split(' ')[0])
      flush(emit)
    } else if (line.endsWith(': convergence criteria')) {
      memory.inCriteria = true
    } else if (/^\w+ solution converged in \d+ iterations/.test(line)) {
      memory.converged = true
    }
  }

  const groups = (): ConvergenceGroup[] => [
    group('initial', 'Initial residuals', '초기 잔차', memory.marches ? {} : { expect: 'falls' }),
    group('final', 'Final residuals', '최종 잔차'),
    group('courant', 'Courant numbers', '쿠랑 수', { scale: 'linear', expect: 'bounded' }),
    group('continuity', 'Continuity errors', '연속 방정식 오차', { expect: 'bounded' }),
    group('step', 'Time step', '시간 간격', { unit: 's' }),
    group('execution', 'Execution time', '실행 시간', { scale: 'linear', unit: 's' }),
  ]
  return {
    get meta() {
      return {
        parser: 'openfoam',
        xLabel: memory.marches ? { en: 'Time', ko: '시간' } : { en: 'Iteration', ko: '반복' },
        ...(memory.marches ? { xUnit: 's' } : {}),
        groups: groups(),
      }
    },
    get counted() {
      return memory.marches ? timeSteps : iterations
    },
    get converged() {
      return memory.converged
    },
    target(series) {
      if (!series.startsWith('initial/')) return undefined
      const field = series.slice('initial/'.length)
      // Of a vector the criterion names the field, the log its components.
      const names = [field, field.replace(/[xyz]$/, '')]
      return memory.targets.find(([pattern]) => names.some((name) => fits(pattern, name)))?.[1]
    },
    read(lines, emit) {
      for (const line of lines) readLine(line, emit)
    },
    end: flush,
    memory,
  }
}

/** OpenFOAM names fields by words, or by alternatives: `(k|epsilon|omega)`. */
function fits(pattern: string, name: string): boolean {
  if (pattern === name) return true
  // Anything beyond a plain list of alternatives or `.*` is not worth running somebody's expression for.
  const simple = /^\(?[\w.|]+\)?$/.test(pattern) || pattern === '.*'
  const expression = simple ? new RegExp(`^(?:${pattern.replace('.*', '[^]*')})$`, 'u') : NEVER
  return expression.test(name)
}
