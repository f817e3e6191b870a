import { CircleAlert, CircleCheck } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { navigate, useRoute } from '../../app/router.ts'
import { FootNote, footNoteMs } from '../../ui/foot-note.tsx'
import { useLanguage, useMessages } from '../../ui/text.ts'
import { useTellOnce } from '../notifications/tell-once.ts'
import { tasksStore } from '../tasks/store.ts'
import { endedSince, endedText, lookAt, type Ended, type Look } from './ended.ts'
import { uploadsMessages } from './messages.ts'

/** Says once for each form that its uploads are done or that some failed: at the foot of another page, and by the system. */
export function EndedNote({ site }: { site: string }) {
  const say = useMessages(uploadsMessages)
  const language = useLanguage()
  const { page } = useRoute()
  const tasks = tasksStore.use((state) => state.tasks)
  const [since] = useState(() => new Date().toISOString())
  const before = useRef<Look>(new Map())
  const [told, setTold] = useState<readonly Ended[]>([])
  const tellOnce = useTellOnce()
  // Where the files themselves are seen there is nothing left to tell.
  const seen = page === 'uploads' || page === 'new-job'
  useEffect(() => {
    const ended = endedSince(before.current, since, tasks.values(), site)
    before.current = lookAt(tasks.values(), site)
    if (ended.length === 0) return
    const at = ended.reduce((latest, one) => (one.at > latest ? one.at : latest), '')
    const news = { key: 'headway.uploads.told', at, title: endedText(ended, language), place: '#/uploads' }
    // The list has it all the same.
    tellOnce(news).catch(() => undefined)
    if (!seen) setTold((earlier) => [...earlier, ...ended])
  }, [tasks, site, seen, since, tellOnce, language])
  const urgent = told.some((one) => one.failed)
  useEffect(() => {
    if (told.length === 0 || urgent) return undefined
    const timer = setTimeout(() => setTold([]), footNoteMs)
    return () => clearTimeout(timer)
  }, [told, urgent])
  if (seen && told.length > 0) setTold([])
  if (told.length === 0 || seen) return null
  return (
    <FootNote
      icon={urgent ? CircleAlert : CircleCheck}
      tone={urgent ? 'bad' : 'done'}
      action={{
        label: say('drop.show'),
        run: () => {
          setTold([])
          navigate({ page: 'uploads' })
        },
      }}
      dismiss={{ label: say('dismiss'), run: () => setTold([]) }}
    >
      <span>{endedText(told, language)}</span>
    </FootNote>
  )
}
