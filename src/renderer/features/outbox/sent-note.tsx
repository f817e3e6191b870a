import { Button, CloseButton } from '@mantine/core'
import { Send } from 'lucide-react'
import { useEffect, useState } from 'react'
import { navigate, useRoute } from '../../app/router.ts'
import { useServices } from '../../app/services.tsx'
import { useLanguage, useMessages } from '../../ui/text.ts'
import { outOfSight, showNotice, wantsSystem } from '../notifications/system.ts'
import { useSettings } from '../settings/store.ts'
import { shellMessages } from './shell-messages.ts'
import { claimSent, isNews, sentText, type Sent } from './sent.ts'
import { outboxStore, useOutbox } from './store.ts'
import styles from './outbox.module.css'

/** A window that nobody looks at leaves it to one that somebody does. */
const hiddenWaitsMs = 1500
/** How long the line stays where nothing is asked of the user. */
const shownMs = 8000

/** Says once, in one window, what became of all that had waited: at its foot, or by the system while no window is in sight. */
export function SentNote() {
  const services = useServices()
  const say = useMessages(shellMessages)
  const language = useLanguage()
  const { systemNotifications } = useSettings()
  const { page } = useRoute()
  useOutbox()
  const sent = outboxStore.use((state) => state.status?.sent)
  const [told, setTold] = useState<Sent>()
  const wanted = wantsSystem(systemNotifications, services.info.capabilities.nativeNotifications === true)
  useEffect(() => {
    if (sent === undefined || !isNews(sent, Date.now())) return undefined
    const hidden = outOfSight()
    const tell = async () => {
      if (!(await claimSent(sent))) return
      if (!hidden) setTold(sent)
      else if (wanted)
        await showNotice(services, { title: sentText(sent, language), body: '', place: '#/outbox' }, 'headway outbox')
    }
    // The list has it all the same.
    const timer = setTimeout(() => void tell().catch(() => undefined), hidden ? hiddenWaitsMs : 0)
    return () => clearTimeout(timer)
  }, [services, sent, wanted, language])
  const urgent = told !== undefined && told.needsYou + told.failed > 0
  useEffect(() => {
    if (told === undefined || urgent) return undefined
    const timer = setTimeout(() => setTold(undefined), shownMs)
    return () => clearTimeout(timer)
  }, [told, urgent])
  // On its own page all of it is seen, and nothing is left to tell.
  if (told !== undefined && page === 'outbox') setTold(undefined)
  if (told === undefined || page === 'outbox') return null
  return (
    <div className={styles.sent} role="status" data-urgent={urgent || undefined}>
      <Send size={15} aria-hidden />
      <span>{sentText(told, language)}</span>
      <Button
        variant="default"
        size="compact-sm"
        onClick={() => {
          setTold(undefined)
          navigate({ page: 'outbox' })
        }}
      >
        {say('sent.show')}
      </Button>
      <CloseButton size="sm" aria-label={say('dismiss')} onClick={() => setTold(undefined)} />
    </div>
  )
}
