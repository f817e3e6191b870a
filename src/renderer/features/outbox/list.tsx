import { Button } from '@mantine/core'
import { Send, X } from 'lucide-react'
import { useCallback, useMemo, useState, type KeyboardEvent } from 'react'
import type { OutboxEntry } from '../../../../contract/outbox.ts'
import type { Collection } from '../../app/collection.ts'
import { hrefOf, navigate } from '../../app/router.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { DataTable } from '../../ui/table/data-table.tsx'
import { useStable } from '../../ui/table/stable.ts'
import { useMessages } from '../../ui/text.ts'
import { useColumns } from './columns.tsx'
import { outboxMessages } from './messages.ts'
import { matches, type GroupName } from './model.ts'
import { entriesOf, isGroup, rowsOf, type OutboxRow } from './rows.ts'
import { useSiteName } from './site-name.ts'
import { useTitle } from './titles.ts'
import type { OutboxActions } from './use-actions.tsx'
import { whatText } from './words.ts'
import styles from './outbox.module.css'

const idOf = (row: OutboxRow): string => row.id

/** The entries, by what they need from the user, in the order of sending. */
export function OutboxList(props: {
  entries: Collection<OutboxEntry>
  openedId: string | undefined
  narrow: boolean
  actions: OutboxActions
}) {
  const { entries, narrow, actions } = props
  const say = useMessages(outboxMessages)
  const titleOf = useTitle()
  const siteName = useSiteName()
  const [text, setText] = useState('')
  const [folded, setFolded] = useState<ReadonlySet<GroupName>>(new Set())
  const several = useMemo(() => new Set([...entries.values()].map(({ site }) => site)).size > 1, [entries])
  const columns = useColumns(narrow, several)
  const rows = useMemo(
    () =>
      rowsOf(
        [...entries.values()].filter((entry) =>
          matches(text, titleOf(entry), siteName(entry), whatText(entry.action, say)),
        ),
      ),
    [entries, text, say, titleOf, siteName],
  )
  const tree = useMemo(
    () => ({
      open: new Set(rows.filter(({ group }) => !folded.has(group)).map(({ id }) => id)),
      childrenOf: (row: OutboxRow) => (isGroup(row) ? row.entries : undefined),
      onToggle: (row: OutboxRow, open: boolean) => {
        if (!isGroup(row)) return
        setFolded((before) => {
          const next = new Set(before)
          if (open) next.delete(row.group)
          else next.add(row.group)
          return next
        })
      },
    }),
    [rows, folded],
  )
  const open = useStable((row: OutboxRow) => {
    if (isGroup(row)) tree.onToggle(row, folded.has(row.group))
    else navigate({ page: 'outbox', id: row.id })
  })
  const onKey = (event: KeyboardEvent, active: OutboxRow | undefined, selected: readonly OutboxRow[]): boolean => {
    if (event.key === 'Delete') {
      const wanted = entriesOf(selected.length > 0 ? selected : active === undefined ? [] : [active])
      if (wanted.length > 0) actions.remove(wanted)
      return true
    }
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return false
    const group = rows.find((row) => row.entries.some(({ id }) => id === active?.id))
    if (active !== undefined && group !== undefined)
      actions.step(group.entries, active.id, event.key === 'ArrowUp' ? 'up' : 'down')
    return true
  }
  const bulk = useCallback(
    (selected: readonly OutboxRow[], clear: () => void) => (
      <Bulk entries={entriesOf(selected)} actions={actions} clear={clear} />
    ),
    [actions],
  )
  const sent = rows.find(({ group }) => group === 'sent')
  const tools = useCallback(
    () =>
      sent === undefined ? null : (
        <Button variant="subtle" color="gray" onClick={() => actions.remove(sent.entries)}>
          {say('clearSent')}
        </Button>
      ),
    [sent, actions, say],
  )
  return (
    <DataTable<OutboxRow>
      name="outbox"
      label={say('title')}
      rows={rows}
      columns={columns}
      rowId={idOf}
      rowName={(row) => (isGroup(row) ? say(`group.${row.group}`) : row.title)}
      onKey={onKey}
      onOpen={open}
      openedId={props.openedId}
      tree={tree}
      filter={{ text, onChange: setText }}
      tools={tools}
      bulk={bulk}
      empty={
        <EmptyState icon={Send} title={say('empty.title')} text={say('empty.text')}>
          <Button component="a" href={hrefOf({ page: 'templates' })}>
            {say('empty.start')}
          </Button>
        </EmptyState>
      }
      {...(entries.size === 0
        ? {}
        : { noMatch: <EmptyState icon={Send} title={say('empty.filter')} text={say('empty.filterText')} /> })}
    />
  )
}

/** What can be done with the selected entries: what makes sense for at least one of them, with the number it is done to. */
function Bulk(props: { entries: readonly OutboxEntry[]; actions: OutboxActions; clear: () => void }) {
  const { entries, actions, clear } = props
  const say = useMessages(outboxMessages)
  return (
    <>
      <span className={styles.selected}>{say('bulk.selected', { count: entries.length })}</span>
      {(['hold', 'release', 'retry', 'remove'] as const).map((method) => {
        const fitting = entries.filter(({ can }) => can[method])
        if (fitting.length === 0) return null
        return (
          <Button
            key={method}
            variant="default"
            className={(method === 'remove' ? styles.danger : undefined) ?? ''}
            onClick={() => {
              if (method === 'remove') actions.remove(fitting)
              else actions.change(method, fitting)
              clear()
            }}
          >
            {say(`bulk.${method}`, { count: fitting.length })}
          </Button>
        )
      })}
      <Button variant="subtle" color="gray" leftSection={<X size={13} aria-hidden />} onClick={clear}>
        {say('bulk.clear')}
      </Button>
    </>
  )
}
