import { SegmentedControl } from '@mantine/core'
import { useId, type ReactNode } from 'react'
import { AppError } from '../../app/app-error.tsx'
import { useServices } from '../../app/services.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useMessages } from '../../ui/text.ts'
import { NotificationSettings } from '../notifications/settings-section.tsx'
import { TransferSettings } from '../uploads/transfer-settings.tsx'
import { Line } from './line.tsx'
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

/** Language, theme, transfers; every change takes effect at once. */
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
          <TransferSettings />
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
          <Line label={say('keys.pause')}>
            <kbd>P</kbd>
          </Line>
          <Line label={say('keys.remove')}>
            <kbd>Delete</kbd>
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
