import { reasonOf } from '../kit/wait.ts'
import type { Logger } from '../platform.ts'
import type { SshConnection } from './connection.ts'

/** Streams that one connection carries before a further one is opened: the events' and the calls'. */
const fewStreams = 2

/**
 * The connections of a session. One TCP stream starves on a link that loses packets (its window is halved at each loss), so
 * many streams at once (an upload's chunks) are spread over several, where opening a further one asks nothing.
 */
export interface Pool {
  /** The first connection of a session that has just been opened; `limit`: fewer than usual. */
  begin(first: SshConnection, limit?: number): void
  end(): void
  useBridge(command: string | undefined): void
  /** The least busy one, after opening a further one where all are busy; undefined where there is none. */
  pick(signal?: AbortSignal): Promise<SshConnection | undefined>
}

export function createPool(parts: {
  limit: number
  open: (signal: AbortSignal) => Promise<SshConnection>
  log: Logger
}): Pool {
  const { open, log } = parts
  let connections: SshConnection[] = []
  let limit = 1
  let growing: Promise<void> | undefined
  let abort = new AbortController()
  let bridge: string | undefined

  const least = (): SshConnection | undefined =>
    connections.reduce<SshConnection | undefined>(
      (best, each) => (best === undefined || each.streams < best.streams ? each : best),
      undefined,
    )
  function grow(): Promise<void> {
    const { signal } = abort
    growing ??= add(signal).finally(() => (growing = undefined))
    return growing
  }
  async function add(signal: AbortSignal): Promise<void> {
    try {
      const connection = await open(signal)
      if (signal.aborted) return connection.close()
      if (bridge !== undefined) connection.useBridge(bridge)
      connections.push(connection)
      connection.onClosed(() => (connections = connections.filter((each) => each !== connection)))
    } catch (error) {
      // A limit of the server's, most likely: what there is will do.
      limit = connections.length
      log.info('no further SSH connection', { reason: error instanceof Error ? error.message : String(error) })
    }
  }
  return {
    begin(first, most = parts.limit) {
      abort = new AbortController()
      connections = [first]
      limit = first.repeatable ? most : 1
    },
    end() {
      abort.abort(new Error('the session has ended'))
      // The first one belongs to the session.
      for (const connection of connections.slice(1)) connection.close()
      connections = []
    },
    useBridge(command) {
      bridge = command
      for (const connection of connections) connection.useBridge(command)
    },
    async pick(signal) {
      const best = least()
      if (best === undefined || best.streams < fewStreams || connections.length >= limit) return best
      await Promise.race([grow(), aborted(signal)])
      return least()
    },
  }
}

/** Rejects when the signal comes; never resolves. */
const aborted = (signal: AbortSignal | undefined): Promise<never> =>
  new Promise((_resolve, reject) => {
    if (signal?.aborted === true) reject(reasonOf(signal))
    else signal?.addEventListener('abort', () => reject(reasonOf(signal)), { once: true })
  })
