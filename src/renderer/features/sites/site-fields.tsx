import { TextInput, UnstyledButton } from '@mantine/core'
import { ChevronRight } from 'lucide-react'
import { useId, useState } from 'react'
import { useMessages } from '../../ui/text.ts'
import type { Understood } from './address.ts'
import { HttpsAdvanced, SshAdvanced } from './advanced.tsx'
import { siteFormMessages } from './form-messages.ts'
import { hasAdvanced, type SiteForm } from './site-form.ts'
import { UnderstoodLine } from './understood.tsx'
import styles from './form.module.css'

/** The fields of a site: where it is, what it is called, and folded away how it is reached. */
export function SiteFields(props: {
  form: SiteForm
  understood: Understood
  /** It was sent without an address. */
  asked: boolean
  onChange: (change: Partial<SiteForm>) => void
}) {
  const { form, understood, onChange } = props
  const say = useMessages(siteFormMessages)
  const [open, setOpen] = useState(() => hasAdvanced(form))
  const advanced = useId()
  const line = useId()
  return (
    <>
      <div>
        <TextInput
          label={say('where')}
          description={say('whereHint')}
          inputMode="url"
          autoComplete="url"
          autoCapitalize="none"
          spellCheck={false}
          size="sm"
          autoFocus
          maxLength={2000}
          classNames={{ input: styles.mono ?? '' }}
          aria-invalid={understood.kind === 'wrong' || undefined}
          aria-describedby={line}
          value={form.where}
          onChange={(event) => onChange({ where: event.currentTarget.value })}
        />
        <div id={line}>
          <UnderstoodLine is={understood} jump={form.proxyJump} asked={props.asked} />
        </div>
      </div>
      <TextInput
        label={say('name')}
        description={say('nameHint')}
        size="sm"
        maxLength={100}
        value={form.name}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
      />
      <div className={styles.fold} data-open={open || undefined}>
        <UnstyledButton
          className={styles.foldHead}
          aria-expanded={open}
          aria-controls={advanced}
          onClick={() => setOpen(!open)}
        >
          <ChevronRight size={14} aria-hidden />
          {say('advanced')}
        </UnstyledButton>
        <div id={advanced} className={styles.foldBody} hidden={!open}>
          {understood.kind === 'https' ? (
            <HttpsAdvanced form={form} onChange={onChange} />
          ) : (
            <>
              <p className={styles.hint}>{say('advancedHint')}</p>
              <SshAdvanced form={form} onChange={onChange} />
            </>
          )}
        </div>
      </div>
    </>
  )
}
