/** Where a card lies, in pixels. */
export interface Place {
  left: number
  top: number
}

const steps: Readonly<Record<string, 'next' | 'before' | 'up' | 'down' | 'first' | 'last'>> = {
  ArrowRight: 'next',
  ArrowLeft: 'before',
  ArrowDown: 'down',
  ArrowUp: 'up',
  Home: 'first',
  End: 'last',
}

/** Which card a key leads to from the one at `index`, by where they lie; undefined where it leads nowhere. */
export function cardAfter(places: readonly Place[], index: number, key: string): number | undefined {
  const from = places[index]
  const step = steps[key]
  if (from === undefined || step === undefined) return undefined
  if (step === 'first') return 0
  if (step === 'last') return places.length - 1
  if (step === 'next' || step === 'before') {
    const to = index + (step === 'next' ? 1 : -1)
    return places[to] === undefined ? undefined : to
  }
  const rows = [...new Set(places.map(({ top }) => top))].sort((a, b) => a - b)
  const row = rows[rows.indexOf(from.top) + (step === 'down' ? 1 : -1)]
  if (row === undefined) return undefined
  let best: number | undefined
  for (const [at, place] of places.entries()) {
    if (place.top !== row) continue
    const known = best === undefined ? undefined : places[best]
    if (known === undefined || Math.abs(place.left - from.left) < Math.abs(known.left - from.left)) best = at
  }
  return best
}
