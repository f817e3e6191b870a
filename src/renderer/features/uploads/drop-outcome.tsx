import { ActionIcon } from '@mantine/core'
import { X } from 'lucide-react'
import type { Site } from '../../../../contract/sites.ts'
import { AppError } from '../../app/app-error.tsx'
import { useExplain } from '../../app/errors.ts'
import { ErrorNote } from '../../ui/error-note.tsx'
import { useMessages } from '../../ui/text.ts'
import { dropStore } from './drop-store.ts'
import { uploadsMessages } from './messages.ts'
import { uploadsStore } from './store.ts'
import { useTakenWords } from './taken-words.ts'

/** Refusals told in full; the rest are counted. */
const toldInFull = 3

/** On the Uploads page: files that are being looked up, and what of the last ones was not taken. */
export function DropOutcome({ site }: { site: Site }) {
  const say = useMessages(uploadsMessages)
  const explain = useExplain()
  const { outcome, error, dismiss } = dropStore.use((state) => state)
  const intake = uploadsStore.use(({ intakes }) => intakes.at(-1))
  const words = useTakenWords(outcome, site.name)
  const close = (
    <ActionIcon size={24} aria-label={say('dismiss')} title={say('dismiss')} onClick={dismiss}>
      <X size={14} aria-hidden />
    </ActionIcon>
  )
  return (
    <>
      {intake === undefined ? null : <ErrorNote tone="busy" title={say('drop.lookingUp', { count: intake.files })} />}
      {error === undefined ? null : (
        <AppError error={error} site={site.id} action={{ label: say('dismiss'), run: dismiss }} />
      )}
      {outcome === undefined || (words.problem === undefined && outcome.duplicates.length === 0) ? null : (
        <ErrorNote
          tone="wait"
          title={[words.taken, words.problem].filter((part) => part !== undefined).join(' ')}
          details={outcome.refused.slice(0, toldInFull).map(({ name, error: why }) => (
            <div key={name}>{explain(why).title}</div>
          ))}
        >
          {close}
        </ErrorNote>
      )}
    </>
  )
}
