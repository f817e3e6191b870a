import { Button, TextInput } from '@mantine/core'
import { useState, type FormEvent } from 'react'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import { AppError } from '../../app/app-error.tsx'
import { errorValue } from '../../app/errors.ts'
import { navigate } from '../../app/router.ts'
import { useServices } from '../../app/services.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { useMessages } from '../../ui/text.ts'
import { desktopsMessages } from './messages.ts'
import { readShareCode } from './share-code.ts'
import { tabsStore } from './tabs-store.ts'
import styles from './dialogs.module.css'

/** Asks for the code of a colleague's desktop, tries it, and opens it to watch. */
export function WatchDialog({ site, onClose }: { site: string; onClose: () => void }) {
  const say = useMessages(desktopsMessages)
  const { client } = useServices()
  const add = tabsStore.use((state) => state.add)
  const [text, setText] = useState('')
  const [wrong, setWrong] = useState(false)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<AppErrorValue>()
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (busy) return
    const code = readShareCode(text)
    setWrong(code === undefined)
    setError(undefined)
    if (code === undefined) return
    setBusy(true)
    try {
      const first = await client.call('desktops', 'openShared', { site, code })
      add(site, { id: first.id, shared: { code, name: first.name, first } })
      onClose()
      navigate({ page: 'desktops', id: first.id })
    } catch (failure) {
      setError(errorValue(failure))
      setBusy(false)
    }
  }
  // Which of both is so, a site does not tell to whoever guesses.
  const refused = error?.code === 'NOT_FOUND' || error?.code === 'FORBIDDEN' || error?.code === 'WRONG_CREDENTIALS'
  return (
    <Dialog title={say('watch.title')} onClose={onClose}>
      <form className={styles.form} onSubmit={(event) => void submit(event)}>
        <p>{say('watch.text')}</p>
        <TextInput
          label={say('watch.code')}
          data-autofocus
          autoComplete="off"
          spellCheck={false}
          maxLength={200}
          classNames={{ input: 'mono' }}
          value={text}
          error={wrong ? say('watch.wrong', { example: '1832-Ab3dE6gH' }) : undefined}
          onChange={(event) => {
            setText(event.currentTarget.value)
            setWrong(false)
          }}
        />
        {error === undefined ? null : refused ? (
          <ErrorNote title={say('watch.notFound')} />
        ) : (
          <AppError error={error} site={site} />
        )}
        <div className={styles.actions}>
          <Button type="submit" loading={busy} disabled={text.trim() === ''}>
            {say('watch.open')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
