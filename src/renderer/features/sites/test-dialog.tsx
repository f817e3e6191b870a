import type { Input } from '../../../../contract/app.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { useMessages } from '../../ui/text.ts'
import { siteTestMessages } from './test-messages.ts'
import { TestRun } from './test-run.tsx'

/** The test of a connection over the page; closing it ends the test. */
export function TestDialog(props: { name: string; target: Input<'sites', 'add'>; onClose: () => void }) {
  const say = useMessages(siteTestMessages)
  return (
    <Dialog title={say('title', { name: props.name })} width={680} onClose={props.onClose}>
      <TestRun target={props.target} />
    </Dialog>
  )
}
