/** A run that holds cores until its time limit, at the latest. Milliseconds. */
export interface Holding {
  cores: number
  until: number
}

/**
 * When so many cores are free after all that are ahead in the queue have had theirs: each run is taken to last as long as its
 * limit, and none overtakes another. An upper bound, then, for a queue that starts strictly in order.
 */
export function startOf(
  cores: number,
  now: number,
  running: readonly Holding[],
  ahead: readonly { cores: number; minutes: number }[],
  wanted: number,
): number {
  const held = [...running]
  let at = now
  /** The first moment from `at` on at which so many are free. */
  const when = (need: number): number => {
    const ends = held.filter(({ until }) => until > at).sort((a, b) => a.until - b.until)
    let free = cores - ends.reduce((sum, run) => sum + run.cores, 0)
    for (const end of ends) {
      if (free >= need) break
      free += end.cores
      at = end.until
    }
    return at
  }
  for (const { cores: need, minutes } of ahead) held.push({ cores: need, until: when(need) + minutes * 60_000 })
  return when(wanted)
}
