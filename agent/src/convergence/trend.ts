/** How values go over their places: the median of the slopes between all pairs, and how far the pairs agree about its sign. */
export interface Trend {
  /** Theil–Sen estimator: the median slope, per place. */
  slope: number
  /** Kendall's tau (a): pairs that rise less pairs that fall, by all pairs; 1 where every later value is greater. */
  tau: number
}

/**
 * Theil (1950), Sen (1968), Kendall (1938). Up to 29 % of the values may be anything without moving the slope: a spike at a
 * time step's begin is no trend. n values make n(n−1)/2 pairs; callers give at most a hundred.
 */
export function trendOf(values: readonly number[]): Trend {
  const slopes = new Float64Array((values.length * (values.length - 1)) / 2)
  let pairs = 0
  let agreement = 0
  for (let late = 1; late < values.length; late++) {
    for (let early = 0; early < late; early++) {
      const slope = ((values[late] ?? NaN) - (values[early] ?? NaN)) / (late - early)
      slopes[pairs++] = slope
      agreement += Math.sign(slope)
    }
  }
  if (pairs === 0) return { slope: 0, tau: 0 }
  slopes.sort()
  return { slope: median(slopes), tau: agreement / pairs }
}

/** Of sorted values. */
function median(sorted: Float64Array): number {
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2
}

export const medianOf = (values: readonly number[]): number => median(Float64Array.from(values).sort())
