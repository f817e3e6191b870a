import { Send } from 'lucide-react'
import { useEffect, useState } from 'react'
import { navigate, useRoute } from '../../app/router.ts'
import { FootNote, footNoteMs } from '../../ui/foot-note.tsx'
import { useLanguage, useMessages } from '../../ui/text.ts'
import { useTellOnce } from '../notifications/tell-once.ts'
import { shellMessages } from './shell-messages.ts'
import { isNews, sentText, type Sent } from './sent.ts'
import { outboxStore, useOutbox } from './store.ts'

/** Says once, in one window, what became of all that had waited: at its foot, or by the system while no window is in sight. */
export function SentNote() {
  const say = useMessages(shellMessages)
  const language = useLanguage()
  const { page } = useRoute()
  useOutbox()
  const sent = outboxStore.use((state) => state.status?.sent)
  const [told, setTold] = useState<Sent>()
  const tellOnce = useTellOnce()
  useEffect(() => {
    if (sent === undefined || !isNews(sent, Date.now())) return
    const news = { key: 'headway.outbox.told', at: sent.at, title: sentText(sent, language), place: '#/outbox' }
    tellOnce(news).then(
      (here) => (here ? setTold(sent) : undefined),
      // The list has it all the same.
      () => undefined,
    )
  }, [sent, tellOnce, language])
  const urgent = told !== undefined && told.needsYou + told.failed > 0
  useEffect(() => {
    if (told === undefined || urgent) return undefined
    const timer = setTimeout(() => setTold(undefined), footNoteMs)
    return () => clearTimeout(timer)
  }, [told, urgent])
  // On its own page all of it is seen, and nothing is left to tell.
  if (told !== undefined && page === 'outbox') setTold(undefined)
  if (told === undefined || page === 'outbox') return null
  return (
    <FootNote
      icon={Send}
      tone={urgent ? 'wait' : 'done'}
      action={{
        label: say('sent.show'),
        run: () => {
          setTold(undefined)
          navigate({ page: 'outbox' })
        },
      }}
      dismiss={{ label: say('dismiss'), run: () => setTold(undefined) }}
    >
      <span>{sentText(told, language)}</span>
    </FootNote>
  )
}
