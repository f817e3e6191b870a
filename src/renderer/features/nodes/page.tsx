import { Server } from 'lucide-react'
import { useMemo } from 'react'
import { AppError } from '../../app/app-error.tsx'
import { useSite } from '../../app/site-context.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { useFormat } from '../../ui/format.ts'
import { PageHeader } from '../../ui/page-header.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { DataTable } from '../../ui/table/data-table.tsx'
import { useMessages } from '../../ui/text.ts'
import { useNodeColumns } from './columns.tsx'
import { nodesMessages } from './messages.ts'
import { nodeRows, type NodeRow } from './node.ts'
import { useNodes } from './store.ts'
import { Summary } from './summary.tsx'
import styles from './nodes.module.css'

const rowId = (row: NodeRow): string => row.name

/** The cluster now: a summary, and every node with its state, cores, memory and load. */
export default function NodesPage() {
  const say = useMessages(nodesMessages)
  const format = useFormat()
  const site = useSite()
  const { status, error } = useNodes(site.id)
  const columns = useNodeColumns()
  const rows = useMemo(() => (status === undefined ? [] : nodeRows(status.status)), [status])
  return (
    <>
      <PageHeader
        title={say('title')}
        note={
          status === undefined || status.asOf !== undefined ? undefined : (
            <span title={format.absolute(status.at)}>{say('at', { time: format.time(status.at) })}</span>
          )
        }
        asOf={status?.asOf}
      />
      {error === undefined ? null : (
        <div className={styles.error}>
          <AppError error={error} site={site.id} />
        </div>
      )}
      {status === undefined ? (
        error === undefined ? (
          <Skeleton />
        ) : null
      ) : (
        <>
          {rows.length === 0 ? null : <Summary rows={rows} online={status.status.online} summary={status.summary} />}
          <DataTable
            name="nodes"
            label={say('title')}
            rows={rows}
            columns={columns}
            rowId={rowId}
            rowName={rowId}
            toolbar={<span className={styles.count}>{say('count', { count: rows.length })}</span>}
            initialSort={{ column: 'name', descending: false }}
            empty={<EmptyState icon={Server} title={say('empty.title')} text={say('empty.text')} />}
          />
        </>
      )}
    </>
  )
}
