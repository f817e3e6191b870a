import { type Stress, vonMises } from '../../../mesh/von-mises.ts'

/** Why a result file says nothing; a sentence for the user. */
export class UnreadableResult extends Error {}

const COLUMN = 12

/**
 * One data line of an ASCII `.frd`: ` -1`, the node in 10 columns, values in 12 each (`1X,'-1',I10,6E12.5`). Columns touch
 * where a value is negative, so they are cut by position. Undefined for anything else.
 */
function readStress(line: string): Stress | undefined {
  if (!line.startsWith(' -1')) return undefined
  const at = (n: number) => Number(line.slice(13 + n * COLUMN, 13 + (n + 1) * COLUMN))
  const stress = [at(0), at(1), at(2), at(3), at(4), at(5)] as const
  return stress.every(Number.isFinite) && line.length >= 13 + 6 * COLUMN ? stress : undefined
}

/**
 * The largest von Mises stress of the last STRESS block of a CalculiX `.frd` (ASCII), in the units of the model. Reads the
 * lines as they come and keeps none. Throws UnreadableResult where there is no such block or a line of it is damaged.
 */
export async function largestMises(batches: AsyncIterable<string[]>): Promise<number> {
  let inBlock = false
  let largest: number | undefined
  for await (const batch of batches) {
    for (const line of batch) {
      if (line.startsWith(' -4')) {
        inBlock = line.slice(5, 13).trim() === 'STRESS'
        if (inBlock) largest = undefined
      } else if (line.startsWith(' -3')) {
        inBlock = false
      } else if (inBlock && line.startsWith(' -1')) {
        const stress = readStress(line)
        if (stress === undefined) throw new UnreadableResult('A line of its stresses is damaged.')
        largest = Math.max(largest ?? 0, vonMises(stress))
      }
    }
  }
  if (largest === undefined) throw new UnreadableResult('It holds no stresses.')
  return largest
}
