import { ActionIcon, Button } from '@mantine/core'
import { X } from 'lucide-react'
import { AppError } from '../../app/app-error.tsx'
import { useExplain } from '../../app/errors.ts'
import { navigate } from '../../app/router.ts'
import { ErrorNote } from '../../ui/error-note.tsx'
import { useMessages } from '../../ui/text.ts'
import { shownName } from '../results/kinds.ts'
import { sessionMessages } from './session-messages.ts'
import type { Placing } from './use-placing.ts'

/** Refusals told in full. */
const told = 3

/** Where the files are that were dropped on a desktop, or why they are not. `alone`: there is no other page to lead to. */
export function PlacedNote({ id, placing, alone }: { id: string; placing: Placing; alone: boolean }) {
  const say = useMessages(sessionMessages)
  const explain = useExplain()
  const { sending, placed, failed, error, refused, dismiss } = placing
  const close = (
    <ActionIcon size={24} aria-label={say('dismiss')} title={say('dismiss')} onClick={dismiss}>
      <X size={14} aria-hidden />
    </ActionIcon>
  )
  return (
    <>
      {error === undefined ? null : <AppError error={error} action={{ label: say('dismiss'), run: dismiss }} />}
      {refused.slice(0, told).map(({ name, error: why }) => {
        const { title, next = '' } = explain(why)
        return (
          <ErrorNote key={name} title={say('put.refused', { name: shownName(name) })} text={`${title} ${next}`}>
            {close}
          </ErrorNote>
        )
      })}
      {failed === 0 ? null : (
        <ErrorNote title={say('put.failed')} text={say('put.failedNext')}>
          {close}
        </ErrorNote>
      )}
      {sending > 0 ? (
        <ErrorNote tone="busy" title={say('put.sending', { count: sending })} />
      ) : placed === 0 ? null : (
        <ErrorNote tone="busy" title={say('put.placed', { count: placed })}>
          {alone ? null : (
            <Button variant="default" size="compact-sm" onClick={() => navigate({ page: 'jobs', id })}>
              {say('put.show')}
            </Button>
          )}
          {close}
        </ErrorNote>
      )}
    </>
  )
}
