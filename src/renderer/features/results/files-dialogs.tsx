import type { Job } from '../../../../contract/jobs.ts'
import type { ResultEntry } from '../../../../contract/results.ts'
import { useServices } from '../../app/services.tsx'
import { ConfirmByName } from '../../ui/confirm-by-name.tsx'
import { useMessages } from '../../ui/text.ts'
import type { Later } from '../outbox/use-later.tsx'
import { joined, nameOf, parentOf, shownName } from './kinds.ts'
import { resultsMessages } from './messages.ts'
import { NameDialog } from './name-dialog.tsx'
import { Preview } from './preview.tsx'

/** What the user is asked about, or looks at. */
export type Asked =
  | { what: 'folder' }
  | { what: 'rename'; entry: ResultEntry }
  | { what: 'remove'; paths: readonly string[] }
  | { what: 'look'; entry: ResultEntry }

/** Names in a question; more are counted. */
const mostNamed = 5

/** The dialogs of a job's folder. */
export function FilesDialogs(props: {
  site: string
  job: Job
  /** The folder that is open. */
  path: string
  asked: Asked | undefined
  /** Where a change goes while the site is away. */
  later: Later
  onClose: () => void
  onChanged: () => void
  onRemove: (paths: readonly string[]) => Promise<void>
  onDownload: (entry: ResultEntry) => void
  onStep: (entry: ResultEntry, by: 1 | -1) => void
}) {
  const { site, job, path, asked, later, onClose, onChanged } = props
  const { id } = job
  const { client } = useServices()
  const say = useMessages(resultsMessages)
  switch (asked?.what) {
    case 'folder':
      return (
        <NameDialog
          title={say('folder.new')}
          name=""
          action={later.label(say('folder.make'))}
          onClose={onClose}
          onName={async (name) => {
            const made = joined(path, name)
            await later.now(() => client.call('results', 'makeFolder', { site, id, path: made }), {
              kind: 'make-folder',
              job: id,
              path: made,
            })
            onChanged()
          }}
        />
      )
    case 'rename': {
      const { path: from } = asked.entry
      return (
        <NameDialog
          title={say('rename.do', { name: shownName(nameOf(from)) })}
          name={nameOf(from)}
          action={later.label(say('rename.confirm'))}
          onClose={onClose}
          onName={async (name) => {
            const to = joined(parentOf(from), name)
            await later.now(() => client.call('results', 'rename', { site, id, from, to }), {
              kind: 'rename',
              job: id,
              from,
              to,
            })
            onChanged()
          }}
        />
      )
    }
    case 'remove': {
      const names = asked.paths.map((item) => shownName(nameOf(item)))
      const [only = ''] = names
      const name = names.length === 1 ? only : say('remove.count', { count: names.length })
      const listed =
        names.length === 1 ? '' : `${names.slice(0, mostNamed).join(', ')}${names.length > mostNamed ? ' …' : '.'} `
      return (
        <ConfirmByName
          title={say('remove.title', { name })}
          text={listed + say('remove.text')}
          name={name}
          action={later.label(say('remove.confirm'))}
          onConfirm={() => props.onRemove(asked.paths)}
          onClose={onClose}
        />
      )
    }
    case 'look':
      return (
        <Preview
          site={site}
          job={job}
          entry={asked.entry}
          onClose={onClose}
          onDownload={() => props.onDownload(asked.entry)}
          onStep={(by) => props.onStep(asked.entry, by)}
        />
      )
    default:
      return null
  }
}
