import { Terminal } from 'lucide-react'
import { appMessages } from '../app/messages.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { useMessages } from '../ui/text.ts'

/** Stands for the window where there is none: opened without the printed address, or its host does not answer. */
export function NoSession({ reason }: { reason: 'noSession' | 'noAnswer' }) {
  const say = useMessages(appMessages)
  return (
    <main style={{ display: 'flex', height: '100%' }}>
      <EmptyState icon={Terminal} title={say(`${reason}.title`)} text={say(`${reason}.text`)}>
        <span>
          {say('noSession.hint')} <code>{`${location.origin}/#token=…`}</code>
        </span>
      </EmptyState>
    </main>
  )
}
