import { StringDecoder } from 'node:string_decoder'
import { Value } from 'typebox/value'
import type { Snapshot, StreamEvent } from '../../../contract/app.ts'
import { ConvergenceHead, ConvergencePoint } from '../../../contract/agent/convergence.ts'
import type { ConvergenceMeta, ConvergencePoint as Point } from '../../../contract/convergence.ts'
import type { StreamSink } from '../../rpc/types.ts'
import { untilDone, type Followed } from '../agent-client/index.ts'
import { appError } from '../kit/app-error.ts'
import { hasEnded, jobPath } from '../jobs/index.ts'

const toldEveryMs = 100
/** No line of an agent's is longer. */
const maxLine = 1024 * 1024

/** A job's convergence towards a window: the points so far, then each that comes; after a cut it goes on by their number. */
export async function followConvergence(
  { client, link, job, signal }: Followed,
  sink: StreamSink<Snapshot<'convergence', 'points'>, StreamEvent<'convergence', 'points'>>,
): Promise<void> {
  const path = `${jobPath(job)}/convergence`

  const first = await untilDone(link, signal, async (signal) => {
    const complete = await hasEnded(client, job, signal)
    const { body } = await client.stream(path, { query: { from: 0 }, signal })
    const points: Point[] = []
    let meta: ConvergenceMeta | undefined
    for await (const value of jsonLines(body)) {
      if (meta === undefined && Value.Check(ConvergenceHead, value)) meta = value
      else if (Value.Check(ConvergencePoint, value)) points.push(value)
    }
    if (meta === undefined) {
      const message = 'The convergence of this job is not understood.'
      throw appError('AGENT', { status: 200, message }, message)
    }
    return { meta, points, complete }
  })
  sink.snapshot(first)
  if (first.complete) return

  let count = first.points.length
  let unsaid: Point[] = []
  let timer: NodeJS.Timeout | undefined
  const say = (): void => {
    timer = undefined
    if (unsaid.length > 0) sink.event({ points: unsaid, complete: false })
    unsaid = []
  }
  try {
    await untilDone(link, signal, async (signal) => {
      const { body } = await client.stream(path, { query: { from: count, follow: 1 }, signal })
      for await (const value of jsonLines(body)) {
        if (!Value.Check(ConvergencePoint, value)) continue
        unsaid.push(value)
        count += 1
        timer ??= setTimeout(say, toldEveryMs)
      }
      return (await hasEnded(client, job, signal)) || undefined
    })
    sink.event({ points: unsaid, complete: true })
  } finally {
    clearTimeout(timer)
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
