import { NumberInput, SegmentedControl, TextInput } from '@mantine/core'
import { useId, type ReactNode } from 'react'
import { useMessages } from '../../ui/text.ts'
import { siteFormMessages } from './form-messages.ts'
import { pinFits, type SiteForm } from './site-form.ts'
import styles from './form.module.css'

type Change = (change: Partial<SiteForm>) => void

function Choice(props: { label: string; hint: string; children: (labelId: string) => ReactNode }) {
  const id = useId()
  return (
    <div className={styles.choice}>
      <span id={id} className={styles.label}>
        {props.label}
      </span>
      {props.children(id)}
      <span className={styles.hint}>{props.hint}</span>
    </div>
  )
}

/** How an SSH site is reached, where the SSH configuration does not say it. */
export function SshAdvanced({ form, onChange }: { form: SiteForm; onChange: Change }) {
  const say = useMessages(siteFormMessages)
  return (
    <>
      <Choice label={say('client')} hint={say('client.hint')}>
        {(id) => (
          <SegmentedControl
            aria-labelledby={id}
            value={form.client}
            onChange={(client) => onChange({ client })}
            data={(['built-in', 'system'] as const).map((value) => ({ value, label: say(`client.${value}`) }))}
          />
        )}
      </Choice>
      <Choice label={say('streams')} hint={say('streams.hint')}>
        {(id) => (
          <SegmentedControl
            aria-labelledby={id}
            value={form.streams}
            onChange={(streams) => onChange({ streams })}
            data={(['auto', 'bridge'] as const).map((value) => ({ value, label: say(`streams.${value}`) }))}
          />
        )}
      </Choice>
      <TextInput
        label={say('proxyJump')}
        description={say('proxyJump.hint')}
        autoCapitalize="none"
        spellCheck={false}
        maxLength={1000}
        value={form.proxyJump}
        onChange={(event) => onChange({ proxyJump: event.currentTarget.value })}
      />
      <TextInput
        label={say('identityFile')}
        description={say('identityFile.hint')}
        autoCapitalize="none"
        spellCheck={false}
        maxLength={4096}
        value={form.identityFile}
        onChange={(event) => onChange({ identityFile: event.currentTarget.value })}
      />
      <Choice label={say('knownHosts')} hint={say('knownHosts.hint')}>
        {(id) => (
          <SegmentedControl
            aria-labelledby={id}
            value={form.knownHosts}
            onChange={(knownHosts) => onChange({ knownHosts })}
            data={(['headway', 'user'] as const).map((value) => ({ value, label: say(`knownHosts.${value}`) }))}
          />
        )}
      </Choice>
      <NumberInput
        label={say('connections')}
        description={say('connections.hint')}
        placeholder={say('connections.auto')}
        min={1}
        max={8}
        clampBehavior="strict"
        allowDecimal={false}
        w={220}
        value={form.connections}
        onChange={(value) => onChange({ connections: typeof value === 'number' ? value : '' })}
      />
    </>
  )
}

/** How an HTTPS site is reached: the proxy on the way, and whose certificates are believed. */
export function HttpsAdvanced({ form, onChange }: { form: SiteForm; onChange: Change }) {
  const say = useMessages(siteFormMessages)
  return (
    <>
      <Choice label={say('proxy')} hint={say('proxy.hint')}>
        {(id) => (
          <SegmentedControl
            aria-labelledby={id}
            value={form.proxyKind}
            onChange={(proxyKind) => onChange({ proxyKind })}
            data={(['system', 'none', 'address'] as const).map((value) => ({ value, label: say(`proxy.${value}`) }))}
          />
        )}
      </Choice>
      {form.proxyKind === 'address' ? (
        <TextInput
          label={say('proxy.value')}
          inputMode="url"
          spellCheck={false}
          maxLength={2000}
          value={form.proxy}
          onChange={(event) => onChange({ proxy: event.currentTarget.value })}
        />
      ) : null}
      <TextInput
        label={say('caFile')}
        description={say('caFile.hint')}
        autoCapitalize="none"
        spellCheck={false}
        maxLength={4096}
        value={form.caFile}
        onChange={(event) => onChange({ caFile: event.currentTarget.value })}
      />
      <TextInput
        label={say('pin')}
        description={say('pin.hint')}
        autoCapitalize="none"
        spellCheck={false}
        error={pinFits(form.pin) ? undefined : say('pin.wrong')}
        value={form.pin}
        onChange={(event) => onChange({ pin: event.currentTarget.value })}
      />
    </>
  )
}
