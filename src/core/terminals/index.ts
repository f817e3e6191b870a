import { randomUUID } from 'node:crypto'
import type { Terminal } from '../../../contract/terminals.ts'
import type { FeatureHandlers } from '../../rpc/types.ts'
import { appError, type AppError } from '../kit/app-error.ts'
import { createEmitter } from '../kit/emitter.ts'
import type { Logger } from '../platform.ts'
import type { SshAccess } from '../ssh/index.ts'
import { openTerminal, type OpenTerminal } from './terminal.ts'

/** Closed ones that were not removed count: each keeps what it printed. */
const mostOfSite = 16

export interface Terminals {
  handlers: FeatureHandlers<'terminals'>
  /** Ends every shell. */
  close(): void
}

/** Login shells on head nodes, each over its site's SSH session; they outlive windows, and go when their site is removed. */
export function createTerminals(parts: {
  /** Throws NOT_FOUND for an unknown site, CONFLICT for one that is not reached by SSH. */
  access: (site: string) => SshAccess
  /** Sites known now, and each time the list changes. */
  onSites: (listener: (sites: string[]) => void) => () => void
  log: Logger
}): Terminals {
  const { access, onSites, log } = parts
  const terminals = new Map<string, OpenTerminal>()
  const changes = createEmitter<[put: Terminal[], gone: string[]]>()

  function find(id: string): OpenTerminal {
    const terminal = terminals.get(id)
    if (terminal === undefined) throw missing(id)
    return terminal
  }
  function remove(id: string): void {
    const terminal = terminals.get(id)
    if (terminal === undefined) return
    terminals.delete(id)
    terminal.close()
    changes.emit([], [id])
  }
  const stopSites = onSites((sites) => {
    const known = new Set(sites)
    for (const [id, terminal] of terminals) if (!known.has(terminal.shown().site)) remove(id)
  })

  const handlers: Terminals['handlers'] = {
    methods: {
      async open({ site, size }, { signal }) {
        const ssh = access(site)
        const ofSite = [...terminals.values()].filter((terminal) => terminal.shown().site === site).length
        if (ofSite >= mostOfSite) {
          const reason = `There are ${mostOfSite} terminals of this site already.`
          throw appError('CONFLICT', { reason }, reason)
        }
        const id = randomUUID()
        const terminal = openTerminal({ id, site, access: ssh, size, signal })
        terminals.set(id, terminal)
        const tell = (): void => {
          const shown = terminal.shown()
          if (shown.state === 'closed')
            log.info('a terminal is closed', { site, terminal: id, lost: shown.lost === true })
          if (terminals.get(id) === terminal) changes.emit([shown], [])
        }
        terminal.onChange(tell)
        changes.emit([terminal.shown()], [])
        try {
          await terminal.opened
        } catch (error) {
          remove(id)
          throw error
        }
        log.info('a terminal is open', { site, terminal: id })
        return terminal.shown()
      },
      async write({ id, data }) {
        await find(id).write(data)
        return {}
      },
      resize({ id, size }) {
        find(id).resize(size)
        return {}
      },
      close({ id }) {
        find(id)
        remove(id)
        return {}
      },
    },
    streams: {
      all(_params, sink) {
        sink.snapshot({ items: [...terminals.values()].map((terminal) => terminal.shown()) })
        return changes.on((put, gone) => sink.event({ put, gone }))
      },
      output({ id }, sink) {
        const terminal = terminals.get(id)
        if (terminal === undefined) {
          sink.fail(missing(id).value)
          return () => undefined
        }
        sink.snapshot({ data: terminal.printed() })
        const ends = [
          terminal.onOutput((data) => sink.event({ data })),
          changes.on((_put, gone) => {
            if (gone.includes(id)) sink.fail(missing(id).value)
          }),
        ]
        return () => {
          for (const end of ends) end()
        }
      },
    },
  }
  return {
    handlers,
    close() {
      stopSites()
      for (const id of terminals.keys()) remove(id)
    },
  }
}

const missing = (id: string): AppError => appError('NOT_FOUND', { what: 'terminal', id }, `There is no terminal ${id}.`)
