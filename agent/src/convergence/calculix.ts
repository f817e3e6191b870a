import type { ConvergencePoint } from '../../../contract/convergence.ts'
import { type ConvergenceParser, point } from './point.ts'

const iteration = { en: 'Iteration', ko: '반복' }

/**
 * CalculiX `.sta`, one line per increment: STEP INC ATT ITRS TOT-TIME STEP-TIME INC-TIME. `ATT` ends with `U` where the
 * increment did not converge and is tried again smaller: no point of its own.
 */
export function calculixSta(): ConvergenceParser {
  const meta = {
    xLabel: { en: 'Total time', ko: '전체 시간' },
    yLabel: { en: 'Iterations, increment size', ko: '반복 횟수, 증분 크기' },
    logScale: true,
  }
  return {
    meta,
    read: (lines) =>
      lines.flatMap((line) => {
        const [step, , attempt, iterations, total, , size, more] = line.trim().split(/\s+/)
        if (!/^\d+$/.test(step ?? '') || !/^\d+$/.test(attempt ?? '') || size === undefined || more !== undefined)
          return []
        return point(Number(total), { iterations: Number(iterations), 'increment size': Number(size) }, true)
      }),
  }
}

/** CalculiX `.cvg`, one line per iteration: STEP INC ATT ITER CONT.EL RESID.FORCE% CORR.DISP% RESID.FLUX% CORR.TEMP%. */
export function calculixCvg(): ConvergenceParser {
  let count = 0
  const meta = {
    xLabel: iteration,
    yLabel: { en: 'Residual and correction (%)', ko: '잔차와 보정 (%)' },
    logScale: true,
  }
  return {
    meta,
    read: (lines) =>
      lines.flatMap((line) => {
        const columns = line.trim().split(/\s+/)
        if (columns.length !== 9 || !/^\d+$/.test(columns[0] ?? '')) return []
        count += 1
        const [force = NaN, displacement = NaN] = columns.slice(5, 7).map(Number)
        return point(count, { 'residual force': force, 'displacement correction': displacement }, true)
      }),
  }
}

/** CalculiX standard output: `largest residual force=` and `largest correction to disp=` once per iteration. */
export function calculixStdout(): ConvergenceParser {
  let count = 0
  let force: number | undefined
  const meta = {
    xLabel: iteration,
    yLabel: { en: 'Largest residual force, correction', ko: '최대 잔류력과 보정' },
    logScale: true,
  }
  function read(line: string): ConvergencePoint[] {
    const match = /^\s*largest (residual force|correction to disp)=\s*(\S+)/.exec(line)
    if (match === null) return []
    if (match[1] === 'residual force') {
      force = Number(match[2])
      return []
    }
    count += 1
    const values = { ...(force === undefined ? {} : { 'residual force': force }), correction: Number(match[2]) }
    force = undefined
    return point(count, values, true)
  }
  return { meta, read: (lines) => lines.flatMap(read) }
}
