import { Button } from '@mantine/core'
import { CircleAlert } from 'lucide-react'
import type { NewDesktop } from '../../../../contract/desktops.ts'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { Suggestion } from '../../../../contract/preflight.ts'
import { AppError } from '../../app/app-error.tsx'
import { useSite } from '../../app/site-context.ts'
import { useFormat } from '../../ui/format.ts'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import summary from '../new-job/summary.module.css'
import { blocks } from '../preflight/blocking.ts'
import { PreflightPanel } from '../preflight/panel.tsx'
import type { Checks } from '../preflight/use-preflight.ts'
import { plainDpi, type DesktopTemplate } from './choices.ts'
import { useResourceWords } from './facts.tsx'
import { desktopsMessages } from './messages.ts'
import { newDesktopMessages } from './new-messages.ts'

/** What would run where, what the site says to it ahead, and the button. */
export function NewSummary(props: {
  template: DesktopTemplate
  /** Absent while something in the form cannot be taken. */
  desktop: NewDesktop | undefined
  checks: Checks
  starting: boolean
  error: AppErrorValue | undefined
  onUse: (suggestion: Suggestion) => void
  onStart: () => void
}) {
  const { template, desktop, checks, starting, error, onUse, onStart } = props
  const say = useMessages(newDesktopMessages)
  const sayAll = useMessages(desktopsMessages)
  const language = useLanguage()
  const format = useFormat()
  const site = useSite()
  const resourceWords = useResourceWords()
  const resources = { ...template.resources, ...desktop?.resources }
  const facts: readonly (readonly [string, string])[] = [
    [say('summary.runs'), textIn(template.name, language)],
    [say('summary.on'), [site.name, resources.partition ?? sayAll('defaultPartition')].join(' · ')],
    [
      say('summary.screen'),
      desktop?.geometry === undefined
        ? '–'
        : [
            say('size.pixels', desktop.geometry),
            say('scale.percent', { percent: format.number(((desktop.dpi ?? plainDpi) / plainDpi) * 100) }),
          ].join(' · '),
    ],
    [say('section.resources'), desktop === undefined ? '–' : resourceWords(resources)],
    [say('summary.limit'), desktop === undefined ? '–' : format.duration(resources.timeMinutes * 60)],
  ]
  return (
    <>
      <h2 className={summary.title}>{say('summary.title')}</h2>
      <dl className={summary.facts}>
        {facts.map(([name, value]) => (
          <FactRow key={name} name={name} value={value} />
        ))}
      </dl>
      {desktop === undefined ? (
        <p className={summary.after} role="status">
          <CircleAlert size={13} aria-hidden />
          {say('summary.settle')}
        </p>
      ) : null}
      <PreflightPanel checks={checks} site={site} onUse={onUse} />
      <div className={summary.submit}>
        {error === undefined ? null : <AppError error={error} site={site.id} />}
        <Button
          size="sm"
          fullWidth
          disabled={desktop === undefined || blocks(checks) || starting}
          onClick={onStart}
          data-testid="start-desktop"
        >
          {say(starting ? 'starting' : 'start')}
        </Button>
        <p className={summary.after}>{say('after')}</p>
      </div>
    </>
  )
}

function FactRow({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  )
}
