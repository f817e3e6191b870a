import type { ResultValue } from '../../../contract/results.ts'
import type { ResultSpec } from '../../../contract/templates.ts'
import { boundedPattern, PatternTooSlow } from '../templates/index.ts'
import type { FileReader } from '../user-files/index.ts'
import { lines, wholeFile } from '../kit/tail.ts'
import { largestMises, UnreadableResult } from './frd.ts'

async function lastMatch(batches: AsyncIterable<string[]>, source: string): Promise<number> {
  const pattern = boundedPattern(source)
  let last: string | undefined
  for await (const batch of batches) {
    for (const match of pattern.exec(batch)) last = match?.[1] ?? last
  }
  if (last === undefined) throw new UnreadableResult('No line of it matches.')
  const value = Number(last)
  if (!Number.isFinite(value)) throw new UnreadableResult(`"${last.slice(0, 40)}" is no number.`)
  return value
}

/** The figures a template reads from a job's files, each with its value or the reason why there is none. */
export function readResults(
  specs: readonly ResultSpec[],
  open: (path: string) => Promise<FileReader>,
): Promise<ResultValue[]> {
  const readOne = async (spec: ResultSpec): Promise<ResultValue> => {
    const head = { key: spec.key, label: spec.label, ...(spec.unit === undefined ? {} : { unit: spec.unit }) }
    const batches = lines(wholeFile(() => open(spec.file)))
    try {
      const value =
        spec.reader === 'calculix-frd-mises'
          ? await largestMises(batches)
          : await lastMatch(batches, spec.pattern ?? '')
      return { ...head, value }
    } catch (error) {
      if (error instanceof UnreadableResult || error instanceof PatternTooSlow) {
        return { ...head, problem: `${spec.file}: ${error.message}` }
      }
      return { ...head, problem: `${spec.file} is not there.` }
    }
  }
  return Promise.all(specs.map(readOne))
}
