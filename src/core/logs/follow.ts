import { StringDecoder } from 'node:string_decoder'
import type { Snapshot, StreamEvent } from '../../../contract/app.ts'
import type { StreamSink } from '../../rpc/types.ts'
import { untilDone, type Followed } from '../agent-client/index.ts'
import { hasEnded, jobPath } from '../jobs/index.ts'

const tailBytes = 256 * 1024
const toldEveryMs = 50

/**
 * A job's log towards a window: its end first, then what comes until the job has ended. Offsets count bytes of the file;
 * after a cut it goes on at the byte where it was, and a character split between two pieces is put together again.
 */
export async function followLog(
  { client, link, job, signal }: Followed,
  sink: StreamSink<Snapshot<'logs', 'follow'>, StreamEvent<'logs', 'follow'>>,
): Promise<void> {
  const path = `${jobPath(job)}/log`
  const decoder = new StringDecoder('utf8')

  const first = await untilDone(link, signal, async (signal) => {
    // Asked before the log is read: what an ended job wrote is then all there.
    const complete = await hasEnded(client, job, signal)
    const { body, headers } = await client.stream(path, { query: { offset: -tailBytes }, signal })
    const pieces: Buffer[] = []
    for await (const piece of body as AsyncIterable<Buffer>) pieces.push(piece)
    const bytes = Buffer.concat(pieces)
    return { bytes, start: Number(headers['x-log-start'] ?? 0), complete }
  })
  const cut = first.start === 0 ? 0 : leadingContinuation(first.bytes)
  let end = first.start + first.bytes.length
  const { complete } = first
  const text = decoder.write(first.bytes.subarray(cut)) + (complete ? decoder.end() : '')
  sink.snapshot({ text, start: first.start + cut, end, complete })
  if (complete) return

  let unsaid = ''
  let timer: NodeJS.Timeout | undefined
  const say = (): void => {
    timer = undefined
    if (unsaid !== '') sink.event({ text: unsaid, end, complete: false })
    unsaid = ''
  }
  try {
    await untilDone(link, signal, async (signal) => {
      const { body } = await client.stream(path, { query: { offset: end, follow: 1 }, signal })
      for await (const piece of body as AsyncIterable<Buffer>) {
        unsaid += decoder.write(piece)
        end += piece.length
        timer ??= setTimeout(say, toldEveryMs)
      }
      // An agent that is shut down ends its answers in good order too.
      return (await hasEnded(client, job, signal)) || undefined
    })
    sink.event({ text: unsaid + decoder.end(), end, complete: true })
  } finally {
    clearTimeout(timer)
  }
}

/** Bytes at the beginning that belong to a character which began before (UTF-8: at most three). */
function leadingContinuation(bytes: Buffer): number {
  let count = 0
  while (count < 3 && count < bytes.length && ((bytes[count] ?? 0) & 0xc0) === 0x80) count += 1
  return count
}
