import { Button } from '@mantine/core'
import { useState, type FormEvent } from 'react'
import type { Input } from '../../../../contract/app.ts'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { ConfiguredHost, Site } from '../../../../contract/sites.ts'
import { AppError } from '../../app/app-error.tsx'
import { errorValue } from '../../app/errors.ts'
import { useServices } from '../../app/services.tsx'
import { useQuery } from '../../app/use-query.ts'
import { useMessages } from '../../ui/text.ts'
import { shownAddress, understandAddress } from './address.ts'
import { ConfiguredHosts } from './configured-hosts.tsx'
import { siteFormMessages } from './form-messages.ts'
import { emptyForm, inputOf, pinFits, type SiteForm } from './site-form.ts'
import { SiteFields } from './site-fields.tsx'
import { sitesStore } from './store.ts'
import { TestDialog } from './test-dialog.tsx'
import styles from './form.module.css'

/** Where a new site is. Adding connects at once; testing tells step by step what would happen. */
export function AddSiteForm({ onAdded }: { onAdded: (site: Site) => void }) {
  const { info } = useServices()
  const add = sitesStore.use((state) => state.add)
  const known = sitesStore.use((state) => state.sites)
  const { data } = useQuery('sites', 'configuredHosts', {}, '')
  const local = info.localSite?.url
  const urls = [...(known?.values() ?? [])].map(({ url }) => shownAddress(url))
  const where = local !== undefined && !urls.includes(local) ? local : ''
  const send = useSending(async (input) => onAdded(await add(input)))
  const hosts = data?.hosts ?? []
  return (
    <>
      <SiteFormView initial={{ ...emptyForm, where }} hosts={hosts} {...send}>
        {(form) => (
          <ConfiguredHosts
            hosts={hosts.filter(({ alias }) => !urls.includes(alias))}
            typed={understandAddress(form.where).kind === 'https' ? '' : form.where}
            busy={send.busy}
            onAdd={({ alias }) => send.onSend({ url: `ssh://${alias}` })}
          />
        )}
      </SiteFormView>
    </>
  )
}

interface Sending {
  busy: boolean
  error: AppErrorValue | undefined
  onSend: (input: Input<'sites', 'add'>) => void
}

/** One request at a time, and what went wrong with the last. */
export function useSending(send: (input: Input<'sites', 'add'>) => Promise<void>): Sending {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<AppErrorValue>()
  const onSend = async (input: Input<'sites', 'add'>) => {
    if (busy) return
    setBusy(true)
    setError(undefined)
    try {
      await send(input)
    } catch (failure) {
      setError(errorValue(failure))
    } finally {
      setBusy(false)
    }
  }
  return { busy, error, onSend: (input) => void onSend(input) }
}

/** The form of a site, new or known; `children` stand below it and follow what is typed. */
export function SiteFormView(
  props: Sending & {
    initial: SiteForm
    hosts: readonly ConfiguredHost[]
    /** Absent: connect. */
    action?: string
    onCancel?: { label: string; run: () => void }
    children?: (form: SiteForm) => React.ReactNode
  },
) {
  const { busy, error, onSend } = props
  const say = useMessages(siteFormMessages)
  const [form, setForm] = useState(props.initial)
  const [asked, setAsked] = useState(false)
  const [testing, setTesting] = useState<Input<'sites', 'add'>>()
  const understood = understandAddress(form.where, props.hosts)
  const target = (): Input<'sites', 'add'> | undefined => {
    const complete = understood.kind === 'ssh' || (understood.kind === 'https' && pinFits(form.pin))
    setAsked(!complete)
    return complete ? inputOf(form, understood) : undefined
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const input = target()
    if (input !== undefined) onSend(input)
  }
  return (
    <>
      <form className={styles.form} onSubmit={submit} noValidate>
        <SiteFields
          form={form}
          understood={understood}
          asked={asked}
          onChange={(change) => setForm((before) => ({ ...before, ...change }))}
        />
        {error === undefined ? null : <AppError error={error} />}
        <div className={styles.actions}>
          <Button type="submit" size="sm" loading={busy}>
            {props.action ?? say('connect')}
          </Button>
          <Button variant="default" size="sm" disabled={busy} onClick={() => setTesting(target())}>
            {say('test')}
          </Button>
          {props.onCancel === undefined ? null : (
            <Button variant="subtle" size="sm" onClick={props.onCancel.run}>
              {props.onCancel.label}
            </Button>
          )}
        </div>
      </form>
      {props.children?.(form)}
      {testing === undefined ? null : (
        <TestDialog
          name={form.name.trim() || shownAddress(testing.url)}
          target={testing}
          onClose={() => setTesting(undefined)}
        />
      )}
    </>
  )
}
