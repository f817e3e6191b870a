import { VisuallyHidden } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { useServices } from '../../app/services.tsx'
import { useMessages } from '../../ui/text.ts'
import { formsOf, type FormView } from './ledger.ts'
import { uploadsMessages } from './messages.ts'
import { uploadsStore } from './store.ts'

/** What has ended is gathered for so long, in milliseconds: a reader is told of it once, not at every file. */
const gatherMs = 2000

interface Seen {
  failed: number
  done: boolean
}
const seenOf = ({ tally }: FormView): Seen => ({
  failed: tally.failed,
  done: tally.count > 0 && tally.uploaded === tally.count,
})

/** Tells a screen reader, politely, that the files of a form have all arrived or that some failed; of nothing else. */
export function Announcements({ site }: { site: string }) {
  const services = useServices()
  const say = useMessages(uploadsMessages)
  const [text, setText] = useState('')
  const before = useRef<ReadonlyMap<string, Seen>>(undefined)
  useEffect(() => {
    const store = uploadsStore.of(services)
    const look = () => {
      const forms = formsOf(store.getState().forms, site)
      const known = before.current
      before.current = new Map(forms.map((form) => [form.key, seenOf(form)]))
      if (known === undefined) return
      const news = forms.flatMap((form) => {
        const was = known.get(form.key) ?? { failed: 0, done: false }
        const { failed, done } = seenOf(form)
        const { label } = form
        if (failed > was.failed) return [say('live.failed', { label, count: failed - was.failed })]
        return done && !was.done ? [say('live.done', { label })] : []
      })
      if (news.length > 0) setText(news.join('. '))
    }
    look()
    const timer = setInterval(look, gatherMs)
    return () => clearInterval(timer)
  }, [services, site, say])
  return (
    <VisuallyHidden role="status" aria-live="polite">
      {text}
    </VisuallyHidden>
  )
}
