import { useEffect, useState } from 'react'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { SiteAnswer, SiteQuestion } from '../../../../contract/sites.ts'
import { AppError } from '../../app/app-error.tsx'
import { errorValue } from '../../app/errors.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { plainLine } from '../../ui/plain-text.ts'
import { useMessages } from '../../ui/text.ts'
import { machineOf } from './address.ts'
import { questionMessages } from './question-messages.ts'
import { HostKeyChanged, HostKeyNew } from './question-host-key.tsx'
import { InstallQuestion } from './question-install.tsx'
import type { AskProps } from './question-parts.tsx'
import { PassphraseQuestion, PasswordQuestion, PromptsQuestion } from './question-secret.tsx'
import { questionsStore, useSites } from './store.ts'
import styles from './questions.module.css'

/** Milliseconds until `ready`. */
const patience = 500

/** One question of a site. Escape refuses; a click beside it does nothing. */
export default function QuestionDialog({ question, more }: { question: SiteQuestion; more: number }) {
  const say = useMessages(questionMessages)
  const answer = questionsStore.use((state) => state.answer)
  const site = useSites()?.get(question.site)?.name
  const [ready, setReady] = useState(false)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<AppErrorValue>()
  const host = plainLine(question.host)
  useEffect(() => {
    const timer = setTimeout(() => setReady(true), patience)
    return () => clearTimeout(timer)
  }, [])

  const give = async (given: SiteAnswer) => {
    if (busy) return
    setBusy(true)
    setError(undefined)
    try {
      await answer(question.id, given)
    } catch (failure) {
      setError(errorValue(failure))
      setBusy(false)
    }
  }
  const common = {
    host,
    busy,
    ready,
    onAnswer: (given: SiteAnswer) => void give(given),
    onRefuse: () => void give({ kind: 'refuse' }),
  }
  return (
    <Dialog
      title={useTitle(question)}
      width={question.ask.kind.startsWith('host-key') ? 600 : 520}
      firm
      onClose={common.onRefuse}
    >
      <div className={styles.question}>
        <p className={styles.who}>
          {site === undefined ? say('asksTest', { host }) : say('asks', { host, site: plainLine(site) })}
        </p>
        <Ask ask={question.ask} {...common} />
        {error === undefined ? null : <AppError error={error} />}
        {more === 0 ? null : <p className={styles.who}>{say('more', { count: more })}</p>}
      </div>
    </Dialog>
  )
}

function useTitle({ ask, host: hop }: SiteQuestion): string {
  const say = useMessages(questionMessages)
  const host = plainLine(machineOf(hop))
  switch (ask.kind) {
    case 'host-key':
      return say('hostKey.title', { host })
    case 'host-key-changed':
      return say('changed.title', { host })
    case 'passphrase':
      return say('passphrase.title')
    case 'password':
      return say('password.title', { host })
    case 'prompts':
      return say('prompts.title', { host })
    default:
      return say('install.title', { host })
  }
}

function Ask({ ask, ...rest }: Omit<AskProps<never>, 'ask'> & { ask: SiteQuestion['ask'] }) {
  switch (ask.kind) {
    case 'host-key':
      return <HostKeyNew ask={ask} {...rest} />
    case 'host-key-changed':
      return <HostKeyChanged ask={ask} {...rest} />
    case 'passphrase':
      return <PassphraseQuestion ask={ask} {...rest} />
    case 'password':
      return <PasswordQuestion ask={ask} {...rest} />
    case 'prompts':
      return <PromptsQuestion ask={ask} {...rest} />
    default:
      return <InstallQuestion ask={ask} {...rest} />
  }
}
