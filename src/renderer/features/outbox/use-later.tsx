import { Button } from '@mantine/core'
import { useCallback, useState, type ReactNode } from 'react'
import type { OutboxAction, OutboxEntry } from '../../../../contract/outbox.ts'
import { errorValue } from '../../app/errors.ts'
import { hrefOf } from '../../app/router.ts'
import { useServices } from '../../app/services.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { useMessages } from '../../ui/text.ts'
import { useSites } from '../sites/store.ts'
import { outboxMessages } from './messages.ts'
import { useAway } from './reach.ts'
import { outboxStore } from './store.ts'
import { whatText } from './words.ts'

export interface Later {
  /** The site cannot be used now: what is asked of it goes into the outbox. */
  away: boolean
  /** What a button says: with “when connected” while the site is away. */
  label: (action: string) => string
  /** Puts actions into the outbox. */
  put: (...actions: OutboxAction[]) => Promise<OutboxEntry[]>
  /**
   * At once where the site answers, else into the outbox, also where it turns out to be away: gives the entries it became.
   * Anything else that fails rejects.
   */
  now: (work: () => Promise<unknown>, ...actions: OutboxAction[]) => Promise<readonly OutboxEntry[]>
  /** What was put there last, and the way to it. */
  note: ReactNode
  dismiss: () => void
}

/** Changes of a site that need not wait until it answers. */
export function useLater(site: string): Later {
  const services = useServices()
  const say = useMessages(outboxMessages)
  const name = useSites()?.get(site)?.name ?? ''
  const away = useAway(site)
  const [put, setPut] = useState<readonly OutboxEntry[]>([])
  const add = useCallback(
    async (...actions: OutboxAction[]) => {
      const entries: OutboxEntry[] = []
      for (const action of actions) entries.push(await outboxStore.of(services).getState().add({ site, action }))
      setPut(entries)
      return entries
    },
    [services, site],
  )
  const now = useCallback(
    async (work: () => Promise<unknown>, ...actions: OutboxAction[]) => {
      setPut([])
      if (!away) {
        try {
          await work()
          return []
        } catch (failure) {
          const { code } = errorValue(failure)
          if (code !== 'OFFLINE' && code !== 'SIGNED_OUT') throw failure
        }
      }
      return add(...actions)
    },
    [away, add],
  )
  const [only] = put
  const label = useCallback(
    (action: string) => {
      if (!away) return action
      // An action that asks first is called with dots, which stay at the end.
      const asks = action.endsWith('…')
      return say('later', { action: asks ? action.slice(0, -1) : action }) + (asks ? '…' : '')
    },
    [away, say],
  )
  const dismiss = useCallback(() => setPut([]), [])
  return {
    dismiss,
    away,
    label,
    put: add,
    now,
    note:
      only === undefined ? null : (
        <ErrorNote
          tone="busy"
          title={
            put.length === 1
              ? say('put.title', { title: only.action.kind === 'change' ? whatText(only.action, say) : only.title })
              : say('put.titleMany', { count: put.length })
          }
          text={say('put.text', { site: name })}
        >
          <Button
            component="a"
            variant="default"
            href={hrefOf({ page: 'outbox', ...(put.length === 1 ? { id: only.id } : {}) })}
          >
            {say('put.show')}
          </Button>
          <Button variant="subtle" color="gray" onClick={dismiss}>
            {say('dismiss')}
          </Button>
        </ErrorNote>
      ),
  }
}
