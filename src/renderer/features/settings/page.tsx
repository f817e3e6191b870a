import { NumberInput, SegmentedControl, Switch } from '@mantine/core'
import { useId, useState, type ReactNode } from 'react'
import { AppError } from '../../app/app-error.tsx'
import { useServices } from '../../app/services.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useMessages } from '../../ui/text.ts'
import { NotificationSettings } from '../notifications/settings-section.tsx'
import { settingsMessages } from './messages.ts'
import { settingsStore, useSettings } from './store.ts'
import styles from './settings.module.css'

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={styles.section} aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  )
}

function Line(props: { label: string; hint?: string; id?: string; children: ReactNode }) {
  return (
    <div className={styles.line}>
      <div className={styles.words}>
        <span id={props.id}>{props.label}</span>
        {props.hint === undefined ? null : <small>{props.hint}</small>}
      </div>
      <div className={styles.control}>{props.children}</div>
    </div>
  )
}

/** Language, theme, upload limit; every change takes effect at once. */
export default function SettingsPage() {
  const say = useMessages(settingsMessages)
  const settings = useSettings()
  const update = settingsStore.use((state) => state.update)
  const refused = settingsStore.use((state) => state.refused)
  const { info } = useServices()
  const language = useId()
  const theme = useId()
  return (
    <>
      <PageHeader title={say('title')} />
      <div className={styles.page}>
        {refused === undefined ? null : (
          <>
            <AppError error={refused} />
            <p>{say('saveFailed')}</p>
          </>
        )}
        <Section title={say('appearance')}>
          <Line id={language} label={say('language')} hint={say('languageHint')}>
            <SegmentedControl
              aria-labelledby={language}
              value={settings.language}
              onChange={(value) => update({ language: value })}
              data={(['system', 'en', 'ko'] as const).map((value) => ({ value, label: say(`language.${value}`) }))}
            />
          </Line>
          <Line id={theme} label={say('theme')} hint={say('themeHint')}>
            <SegmentedControl
              aria-labelledby={theme}
              value={settings.theme}
              onChange={(value) => update({ theme: value })}
              data={(['system', 'light', 'dark'] as const).map((value) => ({ value, label: say(`theme.${value}`) }))}
            />
          </Line>
        </Section>
        <Section title={say('transfers')}>
          <UploadLimit limit={settings.uploadLimit} onChange={(uploadLimit) => update({ uploadLimit })} />
        </Section>
        <Section title={say('notifications')}>
          <NotificationSettings />
        </Section>
        <Section title={say('shortcuts')}>
          <Line label={say('keys.palette')}>
            <kbd>Ctrl/⌘ K</kbd>
          </Line>
          <Line label={say('keys.filter')}>
            <kbd>/</kbd>
          </Line>
          <Line label={say('keys.move')}>
            <kbd>↑</kbd> <kbd>↓</kbd>
          </Line>
          <Line label={say('keys.open')}>
            <kbd>Enter</kbd>
          </Line>
          <Line label={say('keys.select')}>
            <kbd>Space</kbd>
          </Line>
          <Line label={say('keys.range')}>
            <kbd>Shift ↑</kbd> <kbd>Shift ↓</kbd>
          </Line>
        </Section>
        <Section title={say('about')}>
          <Line label={say('version')}>
            <span className="mono">{info.version}</span>
          </Line>
          <Line label={say('secrets')}>{say(info.capabilities.secretsPersist ? 'secretsKept' : 'secretsLost')}</Line>
        </Section>
      </div>
    </>
  )
}

const megabyte = 1_000_000

/** On and off keep the last number, so that lifting the limit for one upload is two clicks. */
function UploadLimit({ limit, onChange }: { limit: number; onChange: (limit: number) => void }) {
  const say = useMessages(settingsMessages)
  const [last, setLast] = useState(limit === 0 ? 10 * megabyte : limit)
  const label = useId()
  return (
    <Line id={label} label={say('limitOn')} hint={say('limitHint')}>
      <Switch
        aria-labelledby={label}
        checked={limit > 0}
        onChange={(event) => onChange(event.currentTarget.checked ? last : 0)}
      />
      <NumberInput
        aria-label={say('limit')}
        w={120}
        min={0.1}
        max={100_000}
        step={1}
        decimalScale={1}
        suffix=" MB/s"
        disabled={limit === 0}
        value={last / megabyte}
        onChange={(value) => {
          const next = Math.round(Number(value) * megabyte)
          if (!Number.isFinite(next) || next < megabyte / 10) return
          setLast(next)
          if (limit > 0) onChange(next)
        }}
      />
    </Line>
  )
}
