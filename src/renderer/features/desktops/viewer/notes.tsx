import { Button } from '@mantine/core'
import { ErrorNote } from '../../../ui/error-note.tsx'
import { useFormat } from '../../../ui/format.ts'
import { useMessages } from '../../../ui/text.ts'
import { AppError } from '../../../app/app-error.tsx'
import { useExplain } from '../../../app/errors.ts'
import type { View } from './view.ts'
import { viewerMessages } from './messages.ts'
import { textMessages } from './text-messages.ts'
import type { ViewerState } from './types.ts'
import styles from './viewer.module.css'

/** Over the picture: what keeps it from being live, and what helps. */
export function StateNote(props: { state: ViewerState; site?: string | undefined; onRetry: () => void }) {
  const { state, site, onRetry } = props
  const say = useMessages(viewerMessages)
  const explain = useExplain()
  const retry = (
    <Button variant="default" onClick={onRetry}>
      {say('tryNow')}
    </Button>
  )
  if (state.kind === 'connected' || state.kind === 'closed') return null
  return (
    <div className={styles.note} data-late={state.kind === 'connecting' || undefined}>
      {state.kind === 'connecting' ? (
        <ErrorNote tone="busy" title={say('connecting')} />
      ) : state.kind === 'reconnecting' ? (
        <ErrorNote
          tone="wait"
          title={say('cut', { attempt: state.attempt })}
          text={state.error === undefined ? say('cut.text') : explain(state.error).title}
        >
          {retry}
        </ErrorNote>
      ) : state.kind === 'refused' ? (
        <ErrorNote
          title={say('refused')}
          text={say('refused.next')}
          details={state.detail === '' ? undefined : <div className={styles.dim}>{state.detail}</div>}
        >
          {retry}
        </ErrorNote>
      ) : (
        <AppError error={state.error} onRetry={onRetry} {...(site === undefined ? {} : { site })} />
      )}
    </div>
  )
}

/** Asks once whether copied text may pass. */
export function ClipboardQuestion({ onAnswer }: { onAnswer: (share: boolean) => void }) {
  const say = useMessages(textMessages)
  return (
    <div className={styles.ask}>
      <ErrorNote tone="busy" title={say('ask.title')} text={say('ask.text')}>
        <Button variant="default" onClick={() => onAnswer(false)}>
          {say('ask.no')}
        </Button>
        <Button onClick={() => onAnswer(true)}>{say('ask.yes')}</Button>
      </ErrorNote>
    </div>
  )
}

/** What was measured; each says on hover how. */
export function FiguresBox({ view }: { view: View }) {
  const say = useMessages(viewerMessages)
  const { number, speed } = useFormat()
  const { figures } = view
  if (figures === undefined) return null
  const milliseconds = (value: number | undefined) =>
    value === undefined ? '–' : say('figures.milliseconds', { amount: value < 10 ? number(value, 1) : number(value) })
  const rows = [
    ...(view.hasFence
      ? [{ name: say('figures.roundTrip'), hint: say('figures.roundTripHint'), value: milliseconds(figures.roundTrip) }]
      : []),
    { name: say('figures.response'), hint: say('figures.responseHint'), value: milliseconds(figures.response) },
    {
      name: say('figures.frames'),
      hint: say('figures.framesHint'),
      value: say('figures.perSecond', { amount: number(figures.frames) }),
    },
    { name: say('figures.rate'), hint: say('figures.rateHint'), value: speed(figures.rate) },
  ]
  return (
    <dl className={styles.figures} aria-label={say('figures')}>
      {rows.map(({ name, hint, value }) => (
        <div key={name} title={hint}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
