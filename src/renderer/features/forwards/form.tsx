import { Button, TextInput } from '@mantine/core'
import { TriangleAlert } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import { AppError } from '../../app/app-error.tsx'
import { errorValue } from '../../app/errors.ts'
import { useMessages } from '../../ui/text.ts'
import { forwardsMessages } from './messages.ts'
import { forwardOf, forwardsStore } from './store.ts'
import styles from './forwards.module.css'

const nothing = { host: '', port: '', localPort: '' }
const fields = ['host', 'port', 'localPort'] as const

/** One more forward: which machine and port behind the head node, and the port here. */
export function ForwardForm({ site }: { site: string }) {
  const say = useMessages(forwardsMessages)
  const open = forwardsStore.use((state) => state.open)
  const [typed, setTyped] = useState(nothing)
  const [wrong, setWrong] = useState<ReadonlySet<(typeof fields)[number]>>(new Set())
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<AppErrorValue>()
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (busy) return
    const read = forwardOf(site, typed)
    setWrong('wrong' in read ? read.wrong : new Set())
    if ('wrong' in read) return
    setBusy(true)
    setError(undefined)
    try {
      await open(read.input)
      setTyped(nothing)
    } catch (failure) {
      setError(errorValue(failure))
    } finally {
      setBusy(false)
    }
  }
  return (
    <form className={styles.form} aria-label={say('form.title')} onSubmit={(event) => void submit(event)} noValidate>
      <div className={styles.fields}>
        {fields.map((field) => (
          <TextInput
            key={field}
            label={say(field)}
            description={wrong.has(field) ? undefined : say(`${field}Hint`)}
            error={wrong.has(field) ? say(`${field}Wrong`) : undefined}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            {...(field === 'host' ? { maxLength: 255 } : { inputMode: 'numeric', maxLength: 5 })}
            value={typed[field]}
            onChange={(event) => {
              const { value } = event.currentTarget
              setTyped((before) => ({ ...before, [field]: value }))
            }}
          />
        ))}
        <Button type="submit" loading={busy}>
          {say('open')}
        </Button>
      </div>
      <p className={styles.warning}>
        <TriangleAlert size={14} aria-hidden />
        <span>{say('warning')}</span>
      </p>
      {error === undefined ? null : <AppError error={error} />}
    </form>
  )
}
