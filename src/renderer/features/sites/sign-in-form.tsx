import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useState, type FormEvent } from 'react'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { Site } from '../../../../contract/sites.ts'
import { AppError } from '../../app/app-error.tsx'
import { errorValue } from '../../app/errors.ts'
import { useServices } from '../../app/services.tsx'
import { useMessages } from '../../ui/text.ts'
import { sitesMessages } from './messages.ts'
import { sitesStore } from './store.ts'
import styles from './sites.module.css'

/** Name and password for one site; what went wrong stands under the fields, and what was typed stays. */
export function SignInForm({ site, onSignedIn }: { site: Site; onSignedIn: () => void }) {
  const say = useMessages(sitesMessages)
  const { info } = useServices()
  const signIn = sitesStore.use((state) => state.signIn)
  const local = info.localSite?.url === site.url ? info.localSite : undefined
  const [username, setUsername] = useState(site.lastUsername ?? local?.username ?? '')
  const [password, setPassword] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<AppErrorValue>()

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (busy) return
    setBusy(true)
    setError(undefined)
    try {
      await signIn(site.id, username.trim(), password)
      onSignedIn()
    } catch (failure) {
      setError(errorValue(failure))
    } finally {
      setBusy(false)
    }
  }
  const wrong = error?.code === 'WRONG_CREDENTIALS'
  return (
    <form className={styles.form} onSubmit={(event) => void submit(event)}>
      <TextInput
        label={say('signIn.user')}
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        withAsterisk={false}
        size="sm"
        data-autofocus={username === '' || undefined}
        autoFocus={username === ''}
        aria-invalid={wrong || undefined}
        value={username}
        onChange={(event) => setUsername(event.currentTarget.value)}
      />
      <PasswordInput
        label={say('signIn.password')}
        name="password"
        autoComplete="current-password"
        required
        withAsterisk={false}
        size="sm"
        data-autofocus={username !== '' || undefined}
        autoFocus={username !== ''}
        aria-invalid={wrong || undefined}
        value={password}
        visibilityToggleButtonProps={{ 'aria-label': say('signIn.show'), tabIndex: 0 }}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      {error === undefined ? null : <AppError error={error} />}
      <Button type="submit" size="sm" loading={busy} disabled={username.trim() === '' || password === ''}>
        {say('signIn.action')}
      </Button>
      {local === undefined || site.lastUsername !== undefined ? null : (
        <p className={styles.hint}>{say('signIn.localHint')}</p>
      )}
    </form>
  )
}
