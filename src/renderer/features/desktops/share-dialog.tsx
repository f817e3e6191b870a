import { Button, TextInput } from '@mantine/core'
import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import type { Desktop } from '../../../../contract/desktops.ts'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import { AppError } from '../../app/app-error.tsx'
import { errorValue } from '../../app/errors.ts'
import { useSite } from '../../app/site-context.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { useFormat } from '../../ui/format.ts'
import { useMessages } from '../../ui/text.ts'
import { useCopy } from '../jobs/use-copy.ts'
import { desktopsMessages } from './messages.ts'
import { desktopsStore } from './store.ts'
import styles from './dialogs.module.css'

/** Makes a code with which a colleague may watch, shows it once, and takes it back. */
export function ShareDialog({ desktop, onClose }: { desktop: Desktop; onClose: () => void }) {
  const say = useMessages(desktopsMessages)
  const format = useFormat()
  const site = useSite()
  const share = desktopsStore.use((state) => state.share)
  const unshare = desktopsStore.use((state) => state.unshare)
  const { copied, copy } = useCopy()
  const [code, setCode] = useState<string>()
  const [busy, setBusy] = useState<'share' | 'unshare'>()
  const [error, setError] = useState<AppErrorValue>()
  const { sharedSince } = desktop
  const attempt = async (what: 'share' | 'unshare', work: () => Promise<string | undefined>) => {
    if (busy !== undefined) return
    setBusy(what)
    setError(undefined)
    try {
      setCode(await work())
    } catch (failure) {
      setError(errorValue(failure))
    }
    setBusy(undefined)
  }
  return (
    <Dialog title={say('share.title', { name: desktop.name })} onClose={onClose} width={480}>
      <div className={styles.form}>
        <p>{say('share.text', { site: site.name })}</p>
        {code === undefined ? (
          sharedSince === undefined ? null : (
            <p className={styles.dim}>{say('share.since', { time: format.time(sharedSince) })}</p>
          )
        ) : (
          <>
            <div className={styles.code}>
              <TextInput
                label={say('share.code')}
                readOnly
                value={code}
                classNames={{ input: 'mono' }}
                onFocus={(event) => event.currentTarget.select()}
              />
              <Button
                variant="default"
                leftSection={copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
                onClick={() => copy(code)}
              >
                <span aria-live="polite">{say(copied ? 'share.copied' : 'share.copy')}</span>
              </Button>
            </div>
            <p className={styles.dim}>{say('share.once')}</p>
          </>
        )}
        {error === undefined ? null : <AppError error={error} site={site.id} />}
        <div className={styles.actions}>
          {sharedSince === undefined ? null : (
            <Button
              variant="subtle"
              color="red"
              title={say('share.revokeHint')}
              loading={busy === 'unshare'}
              onClick={() =>
                void attempt('unshare', async () => {
                  await unshare(site.id, desktop.id)
                  return undefined
                })
              }
            >
              {say('share.revoke')}
            </Button>
          )}
          <Button
            data-autofocus
            variant={code === undefined ? 'filled' : 'default'}
            loading={busy === 'share'}
            onClick={() => void attempt('share', () => share(site.id, desktop.id))}
          >
            {say(sharedSince === undefined ? 'share.make' : 'share.makeNew')}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
