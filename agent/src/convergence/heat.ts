import { type ConvergenceParser, point } from './point.ts'

/** Our heat solver: `iteration 12 residual 3.4e-05`, relative residual of the conjugate gradient. */
export function headwayHeat(): ConvergenceParser {
  const meta = {
    xLabel: { en: 'Iteration', ko: '반복' },
    yLabel: { en: 'Relative residual', ko: '상대 잔차' },
    logScale: true,
  }
  return {
    meta,
    read: (lines) =>
      lines.flatMap((line) => {
        const match = /^iteration (\d+) residual (\S+)$/.exec(line)
        return match === null ? [] : point(Number(match[1]), { residual: Number(match[2]) }, true)
      }),
  }
}
