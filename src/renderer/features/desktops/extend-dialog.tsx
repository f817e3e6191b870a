import { Button } from '@mantine/core'
import { useState, type FormEvent } from 'react'
import type { Desktop } from '../../../../contract/desktops.ts'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import { AppError } from '../../app/app-error.tsx'
import { errorValue } from '../../app/errors.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { useFormat } from '../../ui/format.ts'
import { MinutesFields } from '../../ui/minutes-fields.tsx'
import { useMessages } from '../../ui/text.ts'
import { useNow } from '../../ui/use-now.ts'
import { desktopsMessages } from './messages.ts'
import { endsAt } from './model.ts'
import { desktopsStore } from './store.ts'
import styles from './dialogs.module.css'

const most = 525_600
const steps = [60, 240, 480]
const isoOf = (milliseconds: number): string => new Date(milliseconds).toISOString()

/** Asks for a new time limit; what the scheduler says to it stands in the dialog. */
export function ExtendDialog({ site, desktop, onClose }: { site: string; desktop: Desktop; onClose: () => void }) {
  const say = useMessages(desktopsMessages)
  const format = useFormat()
  const extend = desktopsStore.use((state) => state.extend)
  const [minutes, setMinutes] = useState(desktop.timeMinutes)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<AppErrorValue>()
  const now = useNow(desktop.startedAt !== undefined)
  const limit = format.duration(desktop.timeMinutes * 60)
  const ends = endsAt(desktop)
  const end = endsAt({ ...desktop, timeMinutes: minutes })
  const past = end !== undefined && end <= now
  const changed = minutes !== desktop.timeMinutes
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (busy) return
    setBusy(true)
    setError(undefined)
    try {
      await extend(site, desktop.id, minutes)
      onClose()
    } catch (failure) {
      setError(errorValue(failure))
      setBusy(false)
    }
  }
  return (
    <Dialog title={say('extend.title', { name: desktop.name })} onClose={onClose}>
      <form className={styles.form} onSubmit={(event) => void submit(event)}>
        <p>
          {ends === undefined
            ? say('extend.nowQueued', { limit })
            : say('extend.now', { limit, time: format.time(isoOf(ends)) })}
        </p>
        <MinutesFields
          hours={say('extend.hours')}
          minutes={say('extend.minutes')}
          value={minutes}
          onChange={setMinutes}
        />
        <div className={styles.quick}>
          {steps.map((step) => (
            <Button
              key={step}
              variant="default"
              size="compact-xs"
              disabled={minutes + step > most}
              onClick={() => setMinutes(minutes + step)}
            >
              {say('extend.more', { time: format.duration(step * 60) })}
            </Button>
          ))}
        </div>
        <p className={past ? styles.problem : styles.dim} role="status">
          {end === undefined || !changed
            ? ''
            : past
              ? say('extend.past')
              : say('extend.until', { time: format.time(isoOf(end)) })}
        </p>
        {error === undefined ? null : (
          <>
            <AppError error={error} site={site} />
            {minutes > desktop.timeMinutes && (error.code === 'AGENT' || error.code === 'CONFLICT') ? (
              <p className={styles.dim}>{say('extend.refused')}</p>
            ) : null}
          </>
        )}
        <div className={styles.actions}>
          <Button type="submit" loading={busy} disabled={!changed || past || minutes < 1 || minutes > most}>
            {say('extend.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
