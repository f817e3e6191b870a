import { Upload as UploadIcon } from 'lucide-react'
import { useEffect } from 'react'
import type { Site } from '../../../../contract/sites.ts'
import { navigate, useRoute } from '../../app/router.ts'
import { useServices } from '../../app/services.tsx'
import { AppError } from '../../app/app-error.tsx'
import { FootNote, footNoteMs } from '../../ui/foot-note.tsx'
import { useMessages } from '../../ui/text.ts'
import { dropStore } from './drop-store.ts'
import { uploadsMessages } from './messages.ts'
import { pickedFromDrop } from './picked.ts'
import { uploadsStore } from './store.ts'
import { useTakenWords } from './taken-words.ts'
import { useWindowDrop } from './use-drop.ts'
import styles from './window-drop.module.css'

/** Takes files that are dropped anywhere in the window but on a place of their own, and sends them to its site. */
export function WindowDrop({ site }: { site: Site }) {
  const services = useServices()
  const say = useMessages(uploadsMessages)
  const hovering = useWindowDrop('frame', (drop) => {
    void dropStore.of(services).getState().send(site.id, pickedFromDrop(services, drop))
  })
  return (
    <>
      {hovering ? (
        <div className={styles.overlay}>
          <UploadIcon size={28} strokeWidth={1.6} aria-hidden />
          <strong>{say('drop.release', { site: site.name })}</strong>
          <span>{say('drop.later')}</span>
        </div>
      ) : null}
      <DropNote site={site} />
    </>
  )
}

/** At the foot of another page: what came of the drop. The Uploads page says it itself. */
function DropNote({ site }: { site: Site }) {
  const say = useMessages(uploadsMessages)
  const { page } = useRoute()
  const { outcome, error, dismiss } = dropStore.use((state) => state)
  const intake = uploadsStore.use(({ intakes }) => intakes.at(-1))
  const words = useTakenWords(outcome, site.name)
  const calm = outcome !== undefined && words.problem === undefined && error === undefined
  useEffect(() => {
    if (!calm) return undefined
    // Where the files themselves are seen there is nothing left to tell.
    const timer = setTimeout(dismiss, page === 'uploads' ? 0 : footNoteMs)
    return () => clearTimeout(timer)
  }, [calm, page, dismiss])
  if (page === 'uploads' || page === 'new-job') return null
  const close = { label: say('dismiss'), run: dismiss }
  if (error !== undefined)
    return (
      <FootNote tone="wait" dismiss={close}>
        <AppError error={error} site={site.id} />
      </FootNote>
    )
  const text =
    outcome !== undefined
      ? [words.taken, words.problem].filter((part) => part !== undefined).join(' ')
      : intake !== undefined
        ? say('drop.lookingUp', { count: intake.files })
        : undefined
  if (text === undefined) return null
  const show = { label: say('drop.show'), run: () => navigate({ page: 'uploads' }) }
  return (
    <FootNote
      icon={UploadIcon}
      tone={words.problem === undefined ? 'busy' : 'wait'}
      {...(outcome === undefined ? {} : { action: show, dismiss: close })}
    >
      <span>{text}</span>
    </FootNote>
  )
}
