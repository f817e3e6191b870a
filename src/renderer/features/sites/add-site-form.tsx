import { Button, TextInput } from '@mantine/core'
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

/** The address of a new site; the core probes it before it is remembered. */
export function AddSiteForm({ onAdded }: { onAdded: (site: Site) => void }) {
  const say = useMessages(sitesMessages)
  const { info } = useServices()
  const add = sitesStore.use((state) => state.add)
  const known = sitesStore.use((state) => state.sites)
  const local = info.localSite?.url
  const offersLocal = local !== undefined && ![...(known?.values() ?? [])].some((site) => site.url === local)
  const [url, setUrl] = useState(offersLocal ? local : 'https://')
  const [name, setName] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<AppErrorValue>()
  const [wrong, setWrong] = useState(false)

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (busy) return
    const address = url.trim().replace(/\/+$/, '')
    if (!/^https?:\/\/[^/\s]+/.test(address)) {
      setWrong(true)
      return
    }
    setBusy(true)
    setError(undefined)
    try {
      onAdded(await add(address, name.trim()))
    } catch (failure) {
      setError(errorValue(failure))
    } finally {
      setBusy(false)
    }
  }
  return (
    <form className={styles.form} onSubmit={(event) => void submit(event)} noValidate>
      <TextInput
        label={say('address')}
        description={say('addressHint')}
        inputMode="url"
        autoComplete="url"
        spellCheck={false}
        size="sm"
        autoFocus
        error={wrong ? say('addressWrong') : undefined}
        value={url}
        onChange={(event) => {
          setUrl(event.currentTarget.value)
          setWrong(false)
        }}
      />
      <TextInput
        label={say('name')}
        description={say('nameHint')}
        size="sm"
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      {error === undefined ? null : <AppError error={error} />}
      <Button type="submit" size="sm" loading={busy}>
        {say('addAction')}
      </Button>
      <p className={styles.hint}>{say('addText')}</p>
    </form>
  )
}
