import { Button } from '@mantine/core'
import type { AppErrorValue } from '../../../contract/errors.ts'
import { ErrorNote } from '../ui/error-note.tsx'
import { useMessages } from '../ui/text.ts'
import { useExplain } from './errors.ts'
import { appMessages } from './messages.ts'
import { navigate } from './router.ts'
import styles from './frame.module.css'

/** An error of the core beside its cause, with the button that helps. `site` lets a signed-out user go and sign in. */
export function AppError(props: {
  error: AppErrorValue
  onRetry?: (() => void) | undefined
  site?: string
  /** A button of the caller's own, where it knows better what helps. */
  action?: { label: string; run: () => void }
}) {
  const { error, onRetry, site, action } = props
  const explanation = useExplain()(error)
  const say = useMessages(appMessages)
  const signIn = error.code === 'SIGNED_OUT' && site !== undefined
  return (
    <ErrorNote
      title={explanation.title}
      text={explanation.next}
      tone={error.code === 'OFFLINE' ? 'wait' : 'bad'}
      details={
        explanation.detail === undefined ? undefined : <code className={styles.detail}>{explanation.detail}</code>
      }
    >
      {signIn ? (
        <Button variant="default" onClick={() => navigate({ page: 'sites', id: site })}>
          {say('signIn')}
        </Button>
      ) : action !== undefined ? (
        <Button variant="default" onClick={action.run}>
          {action.label}
        </Button>
      ) : onRetry === undefined ? undefined : (
        <Button variant="default" onClick={onRetry}>
          {say('tryAgain')}
        </Button>
      )}
    </ErrorNote>
  )
}
