import { ActionIcon, SegmentedControl, Select } from '@mantine/core'
import { ChevronLeft, ChevronRight } from 'lucide-react'
import type { KeyboardEvent, ReactNode } from 'react'
import type { Preview, PreviewKind, TextEncoding } from '../../../../contract/results.ts'
import { AppError } from '../../app/app-error.tsx'
import type { Query } from '../../app/use-query.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useLanguage, useMessages } from '../../ui/text.ts'
import { previewsMessages } from './messages.ts'
import { reasonIn } from './reasons.ts'
import { Shown } from './shown.tsx'
import type { Form } from './use-form.ts'
import styles from './preview.module.css'

const encodings: readonly TextEncoding[] = [
  'utf-8',
  'euc-kr',
  'shift_jis',
  'gb18030',
  'windows-1252',
  'utf-16le',
  'utf-16be',
]

/** What came of the look, or why nothing did. */
function Answer(props: {
  look: Query<Preview>
  as: PreviewKind
  name: string
  place: 'cluster' | 'here'
  site: string
}) {
  const { look, as, name, place, site } = props
  const say = useMessages(previewsMessages)
  const language = useLanguage()
  const next = say(`next.${place}`)
  if (look.error?.code === 'CONFLICT') {
    const reason = reasonIn(look.error.data.reason, language)
    return <ErrorNote tone="wait" title={say('none')} text={`${reason} ${next}`} />
  }
  if (look.error !== undefined) return <AppError error={look.error} site={site} onRetry={look.again} />
  if (look.data !== undefined) return <Shown answer={look.data} name={name} next={next} />
  return (
    <>
      <Skeleton lines={8} />
      {as === 'mesh' ? <p className={styles.note}>{say(`drawing.${place}`)}</p> : null}
    </>
  )
}

/** A look at a file, over the page; ← and → go to the one before and after, where there is one. */
export function PreviewDialog(props: {
  name: string
  size: number
  /** Where the file lies: on the cluster of `site`, or on this machine. */
  place: 'cluster' | 'here'
  site: string
  form: Form
  look: Query<Preview>
  /** Stands in for what would come of the look. */
  instead?: ReactNode
  /** Buttons at the right. */
  actions?: ReactNode
  onStep?: ((by: 1 | -1) => void) | undefined
  onClose: () => void
}) {
  const { name, size, place, site, form, look, instead, actions, onStep, onClose } = props
  const { kinds, as, choose } = form
  const say = useMessages(previewsMessages)
  const readIn = form.encoding ?? (look.data !== undefined && 'encoding' in look.data ? look.data.encoding : undefined)
  const key = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : undefined
    const target = event.target as HTMLElement
    // What is scrolled, turned or chosen with these keys keeps them.
    if (step === undefined || target.closest('pre, canvas, input, [role="grid"]') !== null) return
    onStep?.(step)
  }
  return (
    <Dialog title={name} width={1120} onClose={onClose}>
      <div className={styles.frame} onKeyDown={key}>
        <div className={styles.bar}>
          {kinds.length > 1 ? (
            <SegmentedControl
              aria-label={say('as')}
              value={as}
              data={kinds.map((kind) => ({ value: kind, label: say(kind) }))}
              onChange={(kind) => choose({ as: kind })}
            />
          ) : null}
          {readIn === undefined || instead !== undefined || (as !== 'text' && as !== 'table') ? null : (
            <Select
              aria-label={say('encoding')}
              w={220}
              allowDeselect={false}
              value={readIn}
              data={encodings.map((encoding) => ({ value: encoding, label: say(`encoding.${encoding}`) }))}
              onChange={(encoding) => {
                if (encoding !== null) choose({ encoding })
              }}
            />
          )}
          <span className={styles.grow} />
          {onStep === undefined ? null : (
            <>
              <ActionIcon aria-label={say('before')} title={say('before')} onClick={() => onStep(-1)}>
                <ChevronLeft size={16} aria-hidden />
              </ActionIcon>
              <ActionIcon aria-label={say('after')} title={say('after')} onClick={() => onStep(1)}>
                <ChevronRight size={16} aria-hidden />
              </ActionIcon>
            </>
          )}
          {actions}
        </div>
        {instead ??
          (size === 0 ? (
            <ErrorNote tone="busy" title={say('empty')} text={say('empty.next')} />
          ) : kinds.length === 0 ? (
            <ErrorNote tone="wait" title={say('kind')} text={say(`next.${place}`)} />
          ) : (
            <Answer look={look} as={as} name={name} place={place} site={site} />
          ))}
      </div>
    </Dialog>
  )
}
