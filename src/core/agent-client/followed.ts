import type { StreamSink } from '../../rpc/types.ts'
import { errorValueOf } from '../kit/app-error.ts'
import type { Logger } from '../platform.ts'
import type { AgentClient, AgentLink, Agents } from './interfaces.ts'

/** Something of one job that a window follows. */
export interface Followed {
  client: AgentClient
  link: AgentLink
  job: string
  signal: AbortSignal
}

/** Runs a following of one job until its window looks away; what it fails with ends the stream. */
export function followed(
  agents: Agents,
  { site, id }: { site: string; id: string },
  sink: StreamSink<never, never>,
  follow: (job: Followed) => Promise<void>,
  log: Logger,
): () => void {
  const abort = new AbortController()
  const job = { client: agents.client(site), link: agents.link(site), job: id, signal: abort.signal }
  follow(job).catch((error: unknown) => {
    if (!abort.signal.aborted) sink.fail(errorValueOf(error, log, 'following a job'))
  })
  return () => abort.abort(new Error('nobody looks any more'))
}
