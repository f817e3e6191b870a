import { StringDecoder } from 'node:string_decoder'
import { Value } from 'typebox/value'
import type { Snapshot, StreamEvent } from '../../../contract/app.ts'
import { ConvergenceLine } from '../../../contract/agent/convergence.ts'
import type { ConvergenceHead, ConvergenceRow } from '../../../contract/convergence.ts'
import type { StreamSink } from '../../rpc/types.ts'
import { untilDone, type Followed } from '../agent-client/index.ts'
import { appError } from '../kit/app-error.ts'
import { jobPath } from '../jobs/index.ts'

type Sink = StreamSink<Snapshot<'convergence', 'points'>, StreamEvent<'convergence', 'points'>>

const toldEveryMs = 100
/** No line of an agent's is longer. */
const maxLine = 1024 * 1024

export const convergencePath = (job: string): string => `${jobPath(job)}/convergence`

/**
 * A job's convergence towards a window: the rows so far, then those that come; after a cut it goes on behind the last one.
 * An earlier `run` is told as it is, and that is all.
 */
export async function followConvergence(
  { client, link, job, run, signal }: Followed & { run?: number },
  sink: Sink,
): Promise<void> {
  const tell = teller(sink)
  try {
    const asOf = run === undefined ? { follow: 1 } : { run }
    const complete = await untilDone(link, signal, async (signal) => {
      const { head } = tell
      const from = head === undefined || run !== undefined ? asOf : { ...asOf, run: head.run, after: tell.last }
      const { body } = await client.stream(convergencePath(job), { query: from, signal })
      for await (const line of jsonLines(body)) {
        if (!Value.Check(ConvergenceLine, line)) continue
        if ('rows' in line) tell.rows(line.rows)
        else if (tell.isAnother(line.head)) {
          // It is read in another way by now: the numbers of its rows have begun anew, and are asked for again.
          tell.begin(line.head)
          body.destroy()
          return undefined
        } else tell.begin(line.head)
      }
      if (tell.head === undefined) {
        const message = 'The convergence of this job is not understood.'
        throw appError('AGENT', { status: 200, message }, message)
      }
      // The agent may have been shut down; then its answer ends in good order, too.
      return run !== undefined || tell.head.complete || undefined
    })
    tell.now(complete)
  } finally {
    tell.close()
  }
}

/** Tells a window what came, at most ten times a second; the first time as its snapshot. */
function teller(sink: Sink) {
  let head: ConvergenceHead | undefined
  let last = 0
  let untold: { head?: ConvergenceHead; rows: ConvergenceRow[]; anew: boolean } = { rows: [], anew: false }
  let isTold = false
  let timer: NodeJS.Timeout | undefined

  function now(complete = false): void {
    clearTimeout(timer)
    timer = undefined
    const { rows, anew } = untold
    if (!isTold && head !== undefined) sink.snapshot({ head, rows, complete })
    else if (isTold) {
      sink.event({
        rows,
        complete,
        ...(untold.head === undefined ? {} : { head: untold.head }),
        ...(anew ? { anew } : {}),
      })
    }
    isTold ||= head !== undefined
    untold = { rows: [], anew: false }
  }
  const soon = (): void => {
    timer ??= setTimeout(now, toldEveryMs)
  }
  const isAnother = (other: ConvergenceHead): boolean =>
    head !== undefined && last > 0 && (head.meta.parser !== other.meta.parser || head.file !== other.file)

  return {
    get head() {
      return head
    },
    /** Number of the last row. */
    get last() {
      return last
    },
    isAnother,
    begin(other: ConvergenceHead) {
      if (isAnother(other) || (head !== undefined && head.runs.length > 0 && head.run !== other.run)) {
        untold = { rows: [], anew: true }
        last = 0
      }
      head = other
      untold.head = other
      soon()
    },
    rows(rows: readonly ConvergenceRow[]) {
      untold.rows.push(...rows)
      last = Number(rows.at(-1)?.[0] ?? last)
      soon()
    },
    now,
    close: () => clearTimeout(timer),
  }
}

/** The values of newline-delimited JSON; a last line without its newline was cut and is left out, as is what is no JSON. */
async function* jsonLines(body: AsyncIterable<unknown>): AsyncGenerator {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  for await (const piece of body as AsyncIterable<Buffer>) {
    const lines = (rest + decoder.write(piece)).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > maxLine) throw new Error('a line without end')
    for (const line of lines) {
      const value = parse(line)
      if (value !== undefined) yield value
    }
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
