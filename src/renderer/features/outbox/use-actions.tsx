import { Button } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { OutboxEntry } from '../../../../contract/outbox.ts'
import { AppError } from '../../app/app-error.tsx'
import { errorValue } from '../../app/errors.ts'
import { navigate, type Route } from '../../app/router.ts'
import { useServices } from '../../app/services.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { useMessages } from '../../ui/text.ts'
import { settingsStore } from '../settings/store.ts'
import { outboxMessages } from './messages.ts'
import { isUnsent, stepOf, waitingFor } from './model.ts'
import { RemoveDialog } from './remove-dialog.tsx'
import { outboxStore } from './store.ts'

export interface OutboxActions {
  /** Runs it; what could not be done is told in `notes`. */
  run: (work: () => Promise<unknown>) => void
  change: (method: 'hold' | 'release' | 'retry', entries: readonly OutboxEntry[]) => void
  /** Asks first where others wait for one of them, or where they are many; else it can be undone. */
  remove: (entries: readonly OutboxEntry[]) => void
  duplicate: (entry: OutboxEntry) => void
  step: (order: readonly OutboxEntry[], id: string, step: 'up' | 'down') => void
  /** Goes to a page of the entry's site. */
  go: (entry: OutboxEntry, route: Route) => void
  /** What was deleted with its way back, and what went wrong: to be drawn above the entries. */
  notes: ReactNode
  /** The question, to be drawn anywhere. */
  dialog: ReactNode
}

/** What can be done with entries. `opened`: the one whose details are shown, which are left when it is gone. */
export function useOutboxActions(opened: string | undefined): OutboxActions {
  const say = useMessages(outboxMessages)
  const services = useServices()
  const update = settingsStore.use((state) => state.update)
  const [error, setError] = useState<AppErrorValue>()
  const [asked, setAsked] = useState<{ entries: readonly OutboxEntry[]; waiting: readonly OutboxEntry[] }>()
  const [removed, setRemoved] = useState<readonly OutboxEntry[]>([])
  const store = outboxStore.of(services).getState()

  const attempt = async (work: () => Promise<unknown>): Promise<void> => {
    setError(undefined)
    try {
      await work()
    } catch (failure) {
      setError(errorValue(failure))
    }
  }
  const run = (work: () => Promise<unknown>) => void attempt(work)
  const take = (entries: readonly OutboxEntry[]) =>
    attempt(async () => {
      await store.change(
        'remove',
        entries.map(({ id }) => id),
      )
      setRemoved(entries.filter(isUnsent))
      if (entries.some(({ id }) => id === opened)) navigate({ page: 'outbox' }, { replace: true })
    })
  const undo = () =>
    run(async () => {
      setRemoved([])
      for (const { site, action, when, state } of removed)
        await store.add({ site, action, when, held: state === 'held' })
    })
  const [first] = removed
  return {
    run,
    change: (method, entries) =>
      run(() =>
        store.change(
          method,
          entries.map(({ id }) => id),
        ),
      ),
    remove: (wanted) => {
      const entries = wanted.filter(({ can }) => can.remove)
      const ids = new Set(entries.map(({ id }) => id))
      const waiting = waitingFor(outboxStore.of(services).getState().entries?.values() ?? [], ids)
      if (waiting.length > 0 || entries.filter(isUnsent).length > 1) setAsked({ entries, waiting })
      else void take(entries)
    },
    duplicate: ({ id }) =>
      run(async () => {
        const made = await store.duplicate(id)
        navigate({ page: 'outbox', id: made.id })
      }),
    step: (order, id, step) => {
      const before = stepOf(order, id, step)
      if (before !== undefined) run(() => store.move(id, before))
    },
    go: ({ site }, route) => {
      update({ activeSite: site })
      navigate(route)
    },
    notes: (
      <>
        {error === undefined ? null : <AppError error={error} />}
        {first === undefined ? null : (
          <ErrorNote
            tone="busy"
            title={
              removed.length === 1
                ? say('removed', { title: first.title })
                : say('removedMany', { count: removed.length })
            }
          >
            <Button variant="default" onClick={undo}>
              {say('undo')}
            </Button>
            <Button variant="subtle" color="gray" onClick={() => setRemoved([])}>
              {say('dismiss')}
            </Button>
          </ErrorNote>
        )}
      </>
    ),
    dialog:
      asked === undefined ? null : (
        <RemoveDialog
          entries={asked.entries}
          waiting={asked.waiting}
          onConfirm={() => take(asked.entries)}
          onClose={() => setAsked(undefined)}
        />
      ),
  }
}
