import type { ReactNode } from 'react'
import type { ClusterSummary } from '../../../../contract/nodes.ts'
import { useFormat } from '../../ui/format.ts'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { useMessages } from '../../ui/text.ts'
import { nodesMessages } from './messages.ts'
import type { NodeRow } from './node.ts'
import styles from './nodes.module.css'

const sum = (rows: readonly NodeRow[], of: (row: NodeRow) => number): number =>
  rows.reduce((total, row) => total + of(row), 0)

/** The cluster in one line of figures. */
export function Summary(props: { rows: readonly NodeRow[]; online: number; summary: ClusterSummary | undefined }) {
  const { rows, online, summary } = props
  const say = useMessages(nodesMessages)
  const format = useFormat()
  const cores = sum(rows, (row) => row.cores)
  const coresUsed = sum(rows, (row) => row.coresUsed)
  const memory = sum(rows, (row) => row.memory)
  const memoryUsed = sum(rows, (row) => row.memoryUsed)
  return (
    <dl className={styles.summary}>
      <Figure name={say('summary.nodes')} value={say('of', { part: online, whole: rows.length })} />
      <Figure
        name={say('summary.cpus')}
        value={say('of', { part: format.number(coresUsed), whole: format.number(cores) })}
        part={cores === 0 ? 0 : coresUsed / cores}
      />
      <Figure
        name={say('summary.memory')}
        value={say('of', { part: format.memory(memoryUsed), whole: format.memory(memory) })}
        part={memory === 0 ? 0 : memoryUsed / memory}
      />
      {summary === undefined ? null : (
        <>
          <Figure name={say('summary.jobs')} value={say('summary.running', summary.jobs)} />
          <Figure
            name={say('summary.storage')}
            value={say('of', {
              part: format.bytes(summary.storage.total - summary.storage.free),
              whole: format.bytes(summary.storage.total),
            })}
            part={summary.storage.total === 0 ? 0 : 1 - summary.storage.free / summary.storage.total}
          />
        </>
      )}
    </dl>
  )
}

function Figure({ name, value, part }: { name: string; value: ReactNode; part?: number }) {
  return (
    <div className={styles.figure}>
      <dt>{name}</dt>
      <dd>
        {value}
        {part === undefined ? null : <ProgressBar value={part} label={name} tone={part > 0.95 ? 'bad' : 'accent'} />}
      </dd>
    </div>
  )
}
