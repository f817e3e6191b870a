import {
  Ban,
  FilePen,
  FolderPlus,
  LayoutTemplate,
  ListPlus,
  SlidersHorizontal,
  Trash2,
  Workflow,
  type LucideIcon,
} from 'lucide-react'
import { useMemo } from 'react'
import type { OutboxAction, OutboxEntry } from '../../../../contract/outbox.ts'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import type { Column } from '../../ui/table/columns.ts'
import { useMessages } from '../../ui/text.ts'
import { Time } from '../../ui/time.tsx'
import { outboxMessages } from './messages.ts'
import { isGroup, type OutboxRow } from './rows.ts'
import { useSiteName } from './site-name.ts'
import { useTitle } from './titles.ts'
import { useFiles, useWhy, whatText } from './words.ts'
import styles from './outbox.module.css'

const icons = {
  submit: ListPlus,
  workflow: Workflow,
  cancel: Ban,
  change: SlidersHorizontal,
  'save-template': LayoutTemplate,
  'remove-template': Trash2,
  'make-folder': FolderPlus,
  rename: FilePen,
  'remove-files': Trash2,
} satisfies Record<OutboxAction['kind'] | 'workflow' | 'cancel', LucideIcon>

function iconOf(action: OutboxAction): keyof typeof icons {
  if (action.kind === 'submit' && action.submission.workflow === true) return 'workflow'
  return action.kind === 'change' && action.change.action === 'cancel' ? 'cancel' : action.kind
}

/** `withWhat`: there is no column beside it that says what is to be done. */
function Title({ entry, withWhat }: { entry: OutboxEntry; withWhat: boolean }) {
  const say = useMessages(outboxMessages)
  const titleOf = useTitle()
  const title = titleOf(entry)
  const Icon = icons[iconOf(entry.action)]
  const words =
    withWhat && entry.action.kind !== 'submit' ? say('titleOf', { what: whatText(entry.action, say), title }) : title
  return (
    <span className={styles.titleCell} title={words}>
      <Icon size={14} className={styles.kind} aria-hidden />
      <span>{words}</span>
    </span>
  )
}

/** Why it stands so; of one that waits for its files, how far they are. */
function Why({ entry }: { entry: OutboxEntry }) {
  const say = useMessages(outboxMessages)
  const whyOf = useWhy()
  const files = useFiles(entry)
  const why = whyOf(entry, files)
  const shown = entry.wait === 'files' && files !== undefined && files.bytes > 0
  return (
    <span className={styles.whyCell} title={why}>
      {shown ? (
        <ProgressBar value={files.sent / files.bytes} label={say('progress', { name: entry.title })} text={why} />
      ) : null}
      <span>{why}</span>
    </span>
  )
}

/** The columns of the list; `narrow`: beside the details of an entry; `sites`: entries of several are there. */
export function useColumns(narrow: boolean, sites: boolean): Column<OutboxRow>[] {
  const say = useMessages(outboxMessages)
  const siteName = useSiteName()
  return useMemo(() => {
    const nothing = ''
    const title: Column<OutboxRow> = {
      id: 'title',
      header: say('column.title'),
      width: narrow ? 150 : 210,
      grow: true,
      fixed: true,
      tree: true,
      value: (row) => (isGroup(row) ? `${row.group} ${row.entries.length}` : row.title),
      cell: (row) =>
        isGroup(row) ? (
          <strong>{say('group.count', { name: say(`group.${row.group}`), count: row.entries.length })}</strong>
        ) : (
          <Title entry={row} withWhat={narrow} />
        ),
    }
    const state: Column<OutboxRow> = {
      id: 'state',
      header: say('column.state'),
      width: 112,
      value: (row) => (isGroup(row) ? nothing : row.state),
      cell: (row) => (isGroup(row) ? null : <StateBadge state={row.state} plain />),
    }
    const why: Column<OutboxRow> = {
      id: 'why',
      header: say('column.why'),
      width: narrow ? 120 : 220,
      grow: true,
      value: (row) => (isGroup(row) ? nothing : `${row.wait ?? ''} ${row.until ?? ''}`),
      cell: (row) => (isGroup(row) ? null : <Why entry={row} />),
    }
    if (narrow) return [title, state, why]
    return [
      title,
      {
        id: 'what',
        header: say('column.what'),
        width: 140,
        value: (row) => (isGroup(row) ? nothing : whatText(row.action, say)),
      },
      state,
      why,
      {
        id: 'site',
        header: say('column.site'),
        width: 130,
        optional: !sites,
        value: (row) => (isGroup(row) ? nothing : siteName(row)),
      },
      {
        id: 'age',
        header: say('column.age'),
        width: 110,
        align: 'end',
        quiet: true,
        value: (row) => (isGroup(row) ? nothing : row.createdAt),
        cell: (row) => (isGroup(row) ? null : <Time at={row.createdAt} />),
      },
    ]
  }, [say, siteName, narrow, sites])
}
