import { Button, NumberInput, TextInput } from '@mantine/core'
import { useState, type FormEvent } from 'react'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { Job, JobChange } from '../../../../contract/jobs.ts'
import { AppError } from '../../app/app-error.tsx'
import { errorValue } from '../../app/errors.ts'
import { hrefOf } from '../../app/router.ts'
import { useServices } from '../../app/services.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { useFormat } from '../../ui/format.ts'
import { MinutesFields } from '../../ui/minutes-fields.tsx'
import { useMessages } from '../../ui/text.ts'
import { wholeNumber } from '../../ui/whole-number.ts'
import type { JobDialog } from './job-menu.tsx'
import { jobsMessages } from './messages.ts'
import { limitMinutes } from './story.ts'
import styles from './jobs.module.css'

interface DialogProps {
  site: string
  job: Job
  /** What the button says: with “when connected” while the site is away. */
  label: (action: string) => string
  onChange: (change: JobChange) => void
  onClose: () => void
}

/** Asks for what an action needs. */
export function JobDialogs({ dialog, ...props }: DialogProps & { dialog: JobDialog }) {
  if (dialog === 'time-limit') return <TimeLimit {...props} />
  return dialog === 'nice' ? <Nice {...props} /> : <Clone {...props} />
}

function TimeLimit({ job, label, onChange, onClose }: DialogProps) {
  const say = useMessages(jobsMessages)
  const format = useFormat()
  const now = limitMinutes(job)
  const [minutes, setMinutes] = useState(now)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onChange({ action: 'time-limit', minutes })
    onClose()
  }
  return (
    <Dialog title={say('limit.title', { name: job.name })} onClose={onClose}>
      <form onSubmit={submit}>
        <p className={styles.question}>
          {say('limit.now', { limit: format.duration(now * 60) })} {say('limit.hint')}
        </p>
        <MinutesFields
          hours={say('limit.hours')}
          minutes={say('limit.minutes')}
          value={minutes}
          onChange={setMinutes}
        />
        <div className={styles.dialogActions}>
          <Button type="submit" disabled={minutes < 1 || minutes > 525_600 || minutes === now}>
            {label(say('limit.save'))}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

/** What Slurm's own `--nice` takes where no number is given. */
const usualNice = 100

function Nice({ job, label, onChange, onClose }: DialogProps) {
  const say = useMessages(jobsMessages)
  const [value, setValue] = useState(usualNice)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onChange({ action: 'nice', value })
    onClose()
  }
  return (
    <Dialog title={say('nice.title', { name: job.name })} onClose={onClose}>
      <form onSubmit={submit}>
        <p className={styles.question}>{say('nice.hint')}</p>
        <NumberInput
          label={say('nice.value')}
          data-autofocus
          min={1}
          max={1_000_000}
          allowDecimal={false}
          value={value}
          onChange={(next) => setValue(wholeNumber(next))}
        />
        <div className={styles.dialogActions}>
          <Button type="submit" disabled={value < 1}>
            {label(say('nice.save'))}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

/** A template's id out of a name: its Latin letters and digits. */
const idFrom = (name: string, job: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60) || `job-${job.replace(/[^a-z0-9]+/gi, '-').toLowerCase()}`

function Clone({ site, job, onClose }: DialogProps) {
  const say = useMessages(jobsMessages)
  const { client } = useServices()
  const [name, setName] = useState(job.name.normalize('NFC'))
  const [id, setId] = useState(() => idFrom(job.name, job.id))
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<AppErrorValue>()
  const [saved, setSaved] = useState<string>()
  const save = async () => {
    setBusy(true)
    setError(undefined)
    try {
      const from = job.element?.array ?? job.id
      const made = await client.call('jobs', 'cloneTemplate', { site, id: from, templateId: id, name: name.trim() })
      setSaved(made.id)
    } catch (failure) {
      setError(errorValue(failure))
    }
    setBusy(false)
  }
  if (saved !== undefined)
    return (
      <Dialog title={say('clone.title')} onClose={onClose}>
        <p className={styles.question}>{say('clone.saved', { name: name.trim() })}</p>
        <div className={styles.dialogActions}>
          <Button component="a" href={hrefOf({ page: 'new-job', template: saved })}>
            {say('clone.open')}
          </Button>
        </div>
      </Dialog>
    )
  return (
    <Dialog title={say('clone.title')} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        <p className={styles.question}>{say('clone.text')}</p>
        <div className={styles.pair}>
          <TextInput
            label={say('clone.name')}
            data-autofocus
            maxLength={128}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <TextInput
            label={say('clone.id')}
            description={say('clone.idHint')}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            maxLength={64}
            value={id}
            onChange={(event) => setId(event.currentTarget.value)}
          />
        </div>
        {error === undefined ? null : <AppError error={error} site={site} />}
        <div className={styles.dialogActions}>
          <Button type="submit" loading={busy} disabled={name.trim() === '' || !/^[a-z0-9][a-z0-9-]{0,63}$/.test(id)}>
            {say('clone.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
