import { Button, Group, TextInput } from '@mantine/core'
import { useState, type FormEvent } from 'react'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import { AppError } from '../../app/app-error.tsx'
import { errorValue } from '../../app/errors.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { useMessages } from '../../ui/text.ts'
import { resultsMessages } from './messages.ts'

/** Asks for a name; what the site says against it stands below the field. */
export function NameDialog(props: {
  title: string
  name: string
  action: string
  onName: (name: string) => Promise<unknown>
  onClose: () => void
}) {
  const say = useMessages(resultsMessages)
  const [name, setName] = useState(props.name)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<AppErrorValue>()
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setError(undefined)
    try {
      await props.onName(name.trim())
      props.onClose()
    } catch (failure) {
      setError(errorValue(failure))
      setBusy(false)
    }
  }
  const wrong = /[/\\]/.test(name)
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <TextInput
          label={say('name.label')}
          data-autofocus
          autoComplete="off"
          spellCheck={false}
          value={name}
          error={wrong ? say('name.slash') : undefined}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {error === undefined ? null : error.code === 'CONFLICT' ? (
          <ErrorNote tone="bad" title={say('name.refused')} text={say('name.refused.next')} />
        ) : (
          <AppError error={error} />
        )}
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={props.onClose}>
            {say('cancel')}
          </Button>
          <Button type="submit" loading={busy} disabled={wrong || name.trim() === '' || name.trim() === props.name}>
            {props.action}
          </Button>
        </Group>
      </form>
    </Dialog>
  )
}
