import { Button } from '@mantine/core'
import { ChevronRight } from 'lucide-react'
import type { Desktop } from '../../../../contract/desktops.ts'
import { AppError } from '../../app/app-error.tsx'
import { hrefOf } from '../../app/router.ts'
import { useSite } from '../../app/site-context.ts'
import { useFormat } from '../../ui/format.ts'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import { EndWords } from './end-words.tsx'
import { desktopsMessages } from './messages.ts'
import { isMine } from './model.ts'
import { Picture } from './picture.tsx'
import { useAgain } from './use-again.ts'
import styles from './desktops.module.css'

/** What has ended in the last day, folded: why, and the way to the same again. */
export function EndedList({ ended, open }: { ended: readonly Desktop[]; open: boolean }) {
  const say = useMessages(desktopsMessages)
  const language = useLanguage()
  const format = useFormat()
  const site = useSite()
  const again = useAgain(site.id)
  if (ended.length === 0) return null
  return (
    <details className={styles.ended} open={open}>
      <summary>
        <ChevronRight size={14} aria-hidden />
        <h2>{say('ended.title', { count: ended.length })}</h2>
      </summary>
      <ul>
        {ended.map((desktop) => {
          const template = textIn(desktop.templateName, language)
          const mine = isMine(desktop, site.user?.username)
          return (
            <li key={desktop.id} className={styles.endedRow}>
              <Picture site={site.id} desktop={desktop} />
              <div className={styles.endedWords}>
                <div className={styles.endedHead}>
                  <h3 title={desktop.name}>{desktop.name}</h3>
                  <span className={styles.dim}>
                    {[
                      ...(template === desktop.name ? [] : [template]),
                      ...(mine ? [] : [say('owner', { user: desktop.user })]),
                      ...(desktop.endedAt === undefined
                        ? []
                        : [say('ended.when', { when: format.ago(desktop.endedAt) })]),
                    ].join(' · ')}
                  </span>
                </div>
                <EndWords desktop={desktop} />
                {again.error?.id === desktop.id ? <AppError error={again.error.error} site={site.id} /> : null}
              </div>
              {mine ? (
                <div className={styles.endedActions}>
                  <Button
                    variant="default"
                    title={say('againHint')}
                    loading={again.busy === desktop.id}
                    onClick={() => again.start(desktop)}
                  >
                    {say('again')}
                  </Button>
                  <a href={hrefOf({ page: 'new-desktop', from: desktop.id })}>{say('againOther')}</a>
                </div>
              ) : null}
            </li>
          )
        })}
      </ul>
    </details>
  )
}
