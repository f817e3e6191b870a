import type { Output } from '../output.ts'
import { chooseSite, withSession } from '../session.ts'
import { until } from '../streams.ts'

/** `headway log [-f] JOB [FILE]`: the end of a log, and with `-f` what comes until the job has ended. */
export async function log(
  what: { id: string; file?: string },
  options: { site?: string; follow?: boolean },
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  await withSession(async ({ rpc }) => {
    const site = await chooseSite(rpc, options.site)
    let decoder = new TextDecoder()
    let end = 0
    let version = ''
    await until(
      rpc,
      'logs',
      'follow',
      { site: site.id, ...what },
      {
        snapshot(state) {
          const bytes = Buffer.from(state.bytes, 'base64')
          const isOther = state.end < end || (version !== '' && state.version !== version && state.start > end)
          if (isOther) {
            output.note('The file was started over.')
            decoder = new TextDecoder()
          }
          // A second snapshot (after a lost connection) repeats what was printed: only what is behind it counts.
          const fresh = isOther ? bytes : bytes.subarray(Math.max(0, end - state.start))
          output.text(decoder.decode(fresh, { stream: !state.complete }))
          end = state.end
          version = state.version
          return state.complete || options.follow !== true ? true : undefined
        },
        event(event) {
          output.text(decoder.decode(Buffer.from(event.bytes, 'base64'), { stream: !event.complete }))
          end = event.end
          return event.complete ? true : undefined
        },
      },
      signal,
    )
  })
}
