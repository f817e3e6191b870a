import { Button, Radio, TextInput } from '@mantine/core'
import { useState, type FormEvent } from 'react'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { Site } from '../../../../contract/sites.ts'
import { AppError } from '../../app/app-error.tsx'
import { errorValue } from '../../app/errors.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { uiMessages } from '../../ui/messages.ts'
import { useMessages } from '../../ui/text.ts'
import { sitesMessages } from './messages.ts'
import { sitesStore } from './store.ts'
import styles from './sites.module.css'

/** Takes the agent off the head node. What cannot come back is confirmed by the site's name. */
export function UninstallDialog({ site, onClose }: { site: Site; onClose: () => void }) {
  const say = useMessages(sitesMessages)
  const sayUi = useMessages(uiMessages)
  const uninstall = sitesStore.use((state) => state.uninstall)
  const [data, setData] = useState(false)
  const [typed, setTyped] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<AppErrorValue>()
  const named = typed.trim().normalize('NFC') === site.name.trim().normalize('NFC')
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (busy || (data && !named)) return
    setBusy(true)
    setError(undefined)
    try {
      await uninstall(site.id, data)
      onClose()
    } catch (failure) {
      setError(errorValue(failure))
      setBusy(false)
    }
  }
  return (
    <Dialog title={say('uninstall.title', { name: site.name })} width={520} onClose={onClose}>
      <form className={styles.dialog} onSubmit={(event) => void submit(event)}>
        <p>{say('uninstall.text')}</p>
        <Radio.Group
          label={say('uninstall.what')}
          size="xs"
          value={data ? 'remove' : 'keep'}
          onChange={(value) => setData(value === 'remove')}
        >
          <div className={styles.choices}>
            {(['keep', 'remove'] as const).map((value) => (
              <Radio
                key={value}
                size="xs"
                value={value}
                data-autofocus={value === 'keep' || undefined}
                label={say(`uninstall.${value}`)}
                description={say(`uninstall.${value}Hint`)}
              />
            ))}
          </div>
        </Radio.Group>
        {data ? (
          <TextInput
            label={sayUi('confirm.type', { name: site.name })}
            autoComplete="off"
            spellCheck={false}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        ) : null}
        <p className={styles.hint}>{say('uninstall.stays')}</p>
        {error === undefined ? null : <AppError error={error} />}
        <div className={styles.dialogActions}>
          <Button variant="default" onClick={onClose}>
            {sayUi('cancel')}
          </Button>
          <Button type="submit" color="red" loading={busy} disabled={data && !named}>
            {say('uninstall.action')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
