import { randomUUID } from 'node:crypto'
import type { Forward } from '../../../contract/forwards.ts'
import type { FeatureHandlers } from '../../rpc/types.ts'
import { appError } from '../kit/app-error.ts'
import { createEmitter } from '../kit/emitter.ts'
import type { Logger } from '../platform.ts'
import type { SshAccess } from '../ssh/index.ts'
import { openForward, type OpenForward } from './forward.ts'

const most = 32
/** Milliseconds that a connection waits while the SSH session is made anew. */
const usualWaitMs = 20_000

export interface Forwards {
  handlers: FeatureHandlers<'forwards'>
  /** Ends every one with its connections. */
  close(): Promise<void>
}

/** Ports of this machine that lead behind a site. They go when closed, with their site, and when Headway ends. */
export function createForwards(parts: {
  /** Throws NOT_FOUND for an unknown site, CONFLICT for one that is not reached by SSH. */
  access: (site: string) => SshAccess
  /** Sites known now, and each time the list changes. */
  onSites: (listener: (sites: string[]) => void) => () => void
  log: Logger
  waitMs?: number
}): Forwards {
  const { access, onSites, log, waitMs = usualWaitMs } = parts
  const forwards = new Map<string, OpenForward>()
  const changes = createEmitter<[put: Forward[], gone: string[]]>()
  let known = new Set<string>()
  let opening = 0
  let isClosed = false

  async function remove(id: string): Promise<void> {
    const forward = forwards.get(id)
    if (forward === undefined) return
    forwards.delete(id)
    changes.emit([], [id])
    await forward.close()
  }
  const stopSites = onSites((sites) => {
    known = new Set(sites)
    for (const [id, forward] of forwards) if (!known.has(forward.shown().site)) void remove(id)
  })

  const handlers: Forwards['handlers'] = {
    methods: {
      async open({ site, host, port, localPort }) {
        access(site)
        if (forwards.size + opening >= most) {
          const reason = `There are ${most} forwards already.`
          throw appError('CONFLICT', { reason }, reason)
        }
        const id = randomUUID()
        const changed = (): void => {
          const forward = forwards.get(id)
          if (forward !== undefined) changes.emit([forward.shown()], [])
        }
        opening += 1
        const forward = await openForward({ id, site, host, port, localPort, access, changed, log, waitMs }).finally(
          () => (opening -= 1),
        )
        // Its site, or all of Headway, may have gone while the port was opened.
        if (isClosed || !known.has(site)) {
          await forward.close()
          throw appError('NOT_FOUND', { what: 'site', id: site }, `There is no site ${site}.`)
        }
        forwards.set(id, forward)
        changed()
        log.info('a forward is open', { site, forward: id, localPort: forward.shown().localPort })
        return forward.shown()
      },
      async close({ id }) {
        if (!forwards.has(id)) throw appError('NOT_FOUND', { what: 'forward', id }, `There is no forward ${id}.`)
        await remove(id)
        log.info('a forward is closed', { forward: id })
        return {}
      },
    },
    streams: {
      all(_params, sink) {
        sink.snapshot({ items: [...forwards.values()].map((forward) => forward.shown()) })
        return changes.on((put, gone) => sink.event({ put, gone }))
      },
    },
  }
  return {
    handlers,
    async close() {
      isClosed = true
      stopSites()
      await Promise.all([...forwards.keys()].map(remove))
    },
  }
}
