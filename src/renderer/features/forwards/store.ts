import { createStore } from 'zustand'
import type { Input } from '../../../../contract/app.ts'
import type { Forward } from '../../../../contract/forwards.ts'
import { applyChange, collectionOf, type Collection } from '../../app/collection.ts'
import { featureStore } from '../../app/services.tsx'

interface ForwardsState {
  /** Absent until the core has told them. */
  forwards: Collection<Forward> | undefined
  open: (input: Input<'forwards', 'open'>) => Promise<Forward>
  close: (id: string) => Promise<void>
}

export const forwardsStore = featureStore<ForwardsState>(({ client }) =>
  createStore((set, get) => {
    client.subscribe(
      'forwards',
      'all',
      {},
      {
        snapshot: ({ items }) => set({ forwards: collectionOf(items) }),
        event: (change) => set({ forwards: applyChange(get().forwards ?? new Map(), change) }),
      },
    )
    return {
      forwards: undefined,
      open: (input) => client.call('forwards', 'open', input),
      close: async (id) => {
        await client.call('forwards', 'close', { id })
      },
    }
  }),
)

const hostPattern = /^[A-Za-z0-9._:-]{1,255}$/
const portOf = (text: string, least: number): number | undefined => {
  const port = Number(text)
  return /^\d{1,5}$/.test(text) && port >= least && port <= 65_535 ? port : undefined
}

/** What the form asks for, or which of its fields are wrong. */
export function forwardOf(
  site: string,
  typed: { host: string; port: string; localPort: string },
): { input: Input<'forwards', 'open'> } | { wrong: ReadonlySet<'host' | 'port' | 'localPort'> } {
  const host = typed.host.trim()
  const port = portOf(typed.port.trim(), 1)
  const local = typed.localPort.trim()
  const localPort = local === '' ? undefined : portOf(local, 1024)
  const wrong = new Set<'host' | 'port' | 'localPort'>()
  if (!hostPattern.test(host)) wrong.add('host')
  if (port === undefined) wrong.add('port')
  if (local !== '' && localPort === undefined) wrong.add('localPort')
  if (wrong.size > 0 || port === undefined) return { wrong }
  return { input: { site, host, port, ...(localPort === undefined ? {} : { localPort }) } }
}
