import type { Snapshot, StreamEvent } from '../../../contract/app.ts'
import type { StreamSink } from '../../rpc/types.ts'
import { untilDone, type Followed } from '../agent-client/index.ts'
import { bytesOf, described, isMissing, logPath, ofFile, type Described } from './routes.ts'

const tailBytes = 256 * 1024
const toldEveryMs = 50
/** So much is told at once, without waiting for more. */
const mostUntold = 512 * 1024

type First = Described & { bytes: Buffer }

/**
 * A log towards a window: its end first, then what comes until the job has ended. Offsets count bytes of the file; after a
 * cut it goes on at the byte where it was, and a file that was started over begins with a new snapshot.
 */
export async function followLog(
  { client, link, job, file, signal }: Followed & { file?: string },
  sink: StreamSink<Snapshot<'logs', 'follow'>, StreamEvent<'logs', 'follow'>>,
): Promise<void> {
  const path = logPath(job)
  const tell = teller(sink)
  const open = (query: Record<string, string | number | undefined>, signal: AbortSignal) =>
    client.stream(path, { query: { file, ...query }, signal })

  const fetchEnd = async (signal: AbortSignal): Promise<First> => {
    try {
      // Bounded: a log that pours is longer by the time its end is reached.
      const { body, headers } = await open({ offset: -tailBytes, length: tailBytes }, signal)
      return { ...described(headers), bytes: await bytesOf(body) }
    } catch (error) {
      // It may appear yet; whether it can, the following learns.
      if (file === undefined || !isMissing(error)) throw error
      return { start: 0, size: 0, complete: false, version: '', bytes: Buffer.alloc(0) }
    }
  }

  /** From `end` on. Undefined: cut off, to be asked again from where it then is. */
  const followOn = async (
    place: { end: number; version: string },
    signal: AbortSignal,
  ): Promise<'complete' | 'over' | undefined> => {
    const known = () => (place.version === '' ? undefined : place.version)
    const { body, headers } = await open({ offset: place.end, follow: 1, version: known() }, signal)
    const now = described(headers)
    if (now.start !== place.end) {
      body.destroy()
      return 'over'
    }
    place.version = now.version
    const take = async (pieces: AsyncIterable<unknown>) => {
      for await (const piece of pieces as AsyncIterable<Buffer>) {
        place.end += piece.length
        tell.add(piece, place.end)
      }
    }
    await take(body)
    // It ended in good order: because the job did, because the file was started over, or because the agent is shut down.
    const rest = await open({ offset: place.end, version: known() }, signal)
    const last = described(rest.headers)
    if (last.start !== place.end) {
      rest.body.destroy()
      return 'over'
    }
    await take(rest.body)
    return last.complete ? 'complete' : undefined
  }

  try {
    for (;;) {
      const first = await untilDone(link, signal, fetchEnd)
      const place = { end: first.start + first.bytes.length, version: first.version }
      const { start, complete, version } = first
      sink.snapshot({ bytes: first.bytes.toString('base64'), start, end: place.end, complete, version })
      if (complete) return
      const outcome = await untilDone(link, signal, (signal) => followOn(place, signal))
      if (outcome === 'complete') {
        tell.end(place.end)
        return
      }
      tell.drop()
    }
  } catch (error) {
    throw ofFile(error, file)
  } finally {
    tell.drop()
  }
}

/** Gathers what comes for a moment, so that a log that pours makes few events. */
function teller(sink: Pick<StreamSink<never, StreamEvent<'logs', 'follow'>>, 'event'>) {
  let pieces: Buffer[] = []
  let size = 0
  let end = 0
  let timer: NodeJS.Timeout | undefined
  const say = (complete: boolean): void => {
    clearTimeout(timer)
    timer = undefined
    const bytes = Buffer.concat(pieces).toString('base64')
    pieces = []
    size = 0
    if (bytes !== '' || complete) sink.event({ bytes, end, complete })
  }
  return {
    add(piece: Buffer, newEnd: number): void {
      pieces.push(piece)
      size += piece.length
      end = newEnd
      if (size >= mostUntold) say(false)
      else timer ??= setTimeout(say, toldEveryMs, false)
    },
    end(at: number): void {
      end = at
      say(true)
    },
    drop(): void {
      clearTimeout(timer)
      timer = undefined
      pieces = []
      size = 0
    },
  }
}
