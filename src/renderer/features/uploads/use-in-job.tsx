import { UnstyledButton } from '@mantine/core'
import { LayoutTemplate, SquareTerminal } from 'lucide-react'
import { useMemo } from 'react'
import type { Template } from '../../../../contract/templates.ts'
import { navigate } from '../../app/router.ts'
import { useServices } from '../../app/services.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { useFormat } from '../../ui/format.ts'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import { handover } from '../new-job/handover.ts'
import { useCatalogue } from '../templates/store.ts'
import { fitting, type Fit } from './fitting.ts'
import { uploadsMessages } from './messages.ts'
import { uploadsStore } from './store.ts'
import styles from './use-in-job.module.css'

/** Files of one submission (contract/app.ts). */
const mostFiles = 1000
const none: readonly Template[] = []

/** Opens the form of a job with files that were sent before it: which one, by what it takes of them. */
export function UseInJob(props: { site: string; ids: readonly string[]; onClose: () => void }) {
  const { site, ids, onClose } = props
  const services = useServices()
  const say = useMessages(uploadsMessages)
  const language = useLanguage()
  const format = useFormat()
  const { catalogue } = useCatalogue(site)
  const items = catalogue?.items ?? none
  const fits = useMemo(() => {
    const { uploads } = uploadsStore.of(services).getState()
    return fitting(
      items,
      ids.flatMap((id) => uploads?.get(id) ?? []),
    )
  }, [services, items, ids])
  const open = (template: string | undefined) => {
    onClose()
    handover.of(services).getState().give(ids)
    navigate({ page: 'new-job', ...(template === undefined ? {} : { template }) })
  }
  const words = ({ whole, taken }: Fit): string =>
    whole ? say('use.fits') : taken > 0 ? say('use.takes', { taken, total: ids.length }) : say('use.none')
  const tooMany = ids.length > mostFiles
  return (
    <Dialog title={say('use.title', { count: ids.length })} onClose={onClose} width={520}>
      {tooMany ? <ErrorNote tone="wait" title={say('use.tooMany', { limit: format.number(mostFiles) })} /> : null}
      {tooMany ? null : <p className={styles.text}>{say('use.text')}</p>}
      {tooMany ? null : (
        <ul className={styles.list}>
          {fits.map((fit) => (
            <li key={fit.template.id}>
              <UnstyledButton className={styles.choice} onClick={() => open(fit.template.id)}>
                <LayoutTemplate size={15} aria-hidden />
                <span className={styles.name}>{textIn(fit.template.name, language)}</span>
                <span className={styles.fit} data-whole={fit.whole || undefined}>
                  {words(fit)}
                </span>
              </UnstyledButton>
            </li>
          ))}
          <li>
            <UnstyledButton className={styles.choice} onClick={() => open(undefined)}>
              <SquareTerminal size={15} aria-hidden />
              <span className={styles.name}>{say('use.custom')}</span>
              <span className={styles.fit}>{say('use.customHint')}</span>
            </UnstyledButton>
          </li>
        </ul>
      )}
    </Dialog>
  )
}
