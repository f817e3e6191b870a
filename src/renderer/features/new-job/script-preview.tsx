import { ActionIcon } from '@mantine/core'
import { Check, ChevronRight, Copy } from 'lucide-react'
import { useState } from 'react'
import { AppError } from '../../app/app-error.tsx'
import { useMessages } from '../../ui/text.ts'
import { newJobMessages } from './messages.ts'
import type { Preview } from './use-preview.ts'
import styles from './summary.module.css'

/** The script the job would run, folded. */
export function ScriptPreview({ preview, possible }: { preview: Preview; possible: boolean }) {
  const say = useMessages(newJobMessages)
  const [copied, setCopied] = useState(false)
  const { script } = preview
  const copy = async () => {
    await navigator.clipboard.writeText(script ?? '')
    setCopied(true)
    setTimeout(() => setCopied(false), 1500)
  }
  const label = say(copied ? 'script.copied' : 'script.copy')
  return (
    <details className={styles.script}>
      <summary>
        <ChevronRight size={14} aria-hidden />
        {say('script.title')}
      </summary>
      {preview.error !== undefined ? <AppError error={preview.error} onRetry={preview.retry} /> : null}
      {script === undefined ? (
        preview.error === undefined ? (
          <p className={styles.faint}>{say(possible ? 'script.offline' : 'script.waiting')}</p>
        ) : null
      ) : (
        <div className={styles.code}>
          <ActionIcon className={styles.copy} size={24} aria-label={label} title={label} onClick={() => void copy()}>
            {copied ? <Check size={13} aria-hidden /> : <Copy size={13} aria-hidden />}
          </ActionIcon>
          <pre tabIndex={0} aria-label={say('script.title')}>
            {script}
          </pre>
        </div>
      )}
    </details>
  )
}
