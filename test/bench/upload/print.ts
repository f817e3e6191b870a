export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

const digits = (value: number): number => (Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0)

/** One figure on its line: `name value unit ratio-to-peer`. */
export const figure = (name: string, value: number, unit: string, ratio?: number): void =>
  console.log(`${name} ${value.toFixed(digits(value))} ${unit} ${ratio?.toFixed(2) ?? '-'}`)

/** Something that this machine cannot measure, and what it needs for it. */
export const leftOut = (name: string, needs: string): void => console.log(`${name}: left out, it needs ${needs}`)

/** A way to do the same thing; resolves with what was measured. */
export type Ways = Record<string, () => Promise<number>>

/** Lets all ways take their turn, each time beginning with another one; gives what each of them measured, in order. */
export async function inTurns(
  runs: number,
  ways: (run: number) => Ways | Promise<Ways>,
): Promise<Record<string, number[]>> {
  const measured: Record<string, number[]> = {}
  for (let run = 0; run < runs; run += 1) {
    const turn = Object.entries(await ways(run))
    const first = run % turn.length
    for (const [name, measure] of [...turn.slice(first), ...turn.slice(0, first)]) {
      ;(measured[name] ??= []).push(await measure())
    }
  }
  return measured
}

/**
 * Prints the peers, then ours beside each of them, and what every turn has measured; of all this more is better, and ratios
 * say how many times better ours is.
 */
export function compare(name: string, measured: Record<string, number[]>, unit: string): void {
  const { ours = [], ...peers } = measured
  const own = median(ours)
  for (const [peer, values] of Object.entries(peers)) figure(`${name}-${peer}`, median(values), unit)
  if (Object.keys(peers).length === 0) figure(name, own, unit)
  for (const [peer, values] of Object.entries(peers)) {
    figure(`${name}:${peer}`, own, unit, own / median(values))
  }
  const turns = Object.entries(measured).map(([way, values]) => `${way} ${values.map((v) => v.toFixed(2)).join(' ')}`)
  console.log(`# ${name}, each turn in ${unit}: ${turns.join(' · ')}`)
}
