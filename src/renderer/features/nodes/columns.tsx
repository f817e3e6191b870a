import { useMemo } from 'react'
import { useFormat } from '../../ui/format.ts'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import type { Column } from '../../ui/table/columns.ts'
import { useMessages } from '../../ui/text.ts'
import { nodesMessages } from './messages.ts'
import type { NodeRow } from './node.ts'
import styles from './nodes.module.css'

/** Columns of the table of nodes; states keep Slurm's own words. */
export function useNodeColumns(): Column<NodeRow>[] {
  const say = useMessages(nodesMessages)
  const format = useFormat()
  return useMemo(
    () => [
      {
        id: 'name',
        header: say('name'),
        width: 100,
        fixed: true,
        value: (row) => row.name,
        cell: (row) => <span className="mono">{row.name}</span>,
      },
      {
        id: 'state',
        header: say('state'),
        width: 110,
        value: (row) => row.state,
        cell: (row) => <StateBadge state={row.tone} word={row.state} plain />,
      },
      {
        id: 'cpus',
        header: say('cpus'),
        width: 140,
        value: (row) => (row.cores === 0 ? 0 : row.coresUsed / row.cores),
        cell: (row) => (
          <span className={styles.meter}>
            <ProgressBar
              value={row.cores === 0 ? 0 : row.coresUsed / row.cores}
              label={say('cpuBar', { name: row.name })}
              text={say('of', { part: row.coresUsed, whole: row.cores })}
            />
            <span>{say('of', { part: row.coresUsed, whole: row.cores })}</span>
          </span>
        ),
      },
      {
        id: 'memory',
        header: say('memory'),
        width: 215,
        value: (row) => row.memoryUsed,
        cell: (row) => {
          const text = say('of', { part: format.memory(row.memoryUsed), whole: format.memory(row.memory) })
          return (
            <span className={styles.meter}>
              <ProgressBar
                value={row.memory === 0 ? 0 : row.memoryUsed / row.memory}
                label={say('memoryBar', { name: row.name })}
                text={text}
              />
              <span>{text}</span>
            </span>
          )
        },
      },
      {
        id: 'load',
        header: say('load'),
        width: 60,
        align: 'end',
        value: (row) => row.load,
        cell: (row) => format.number(row.load, 2),
      },
      { id: 'partitions', header: say('partitions'), width: 90, grow: true, value: (row) => row.partitions },
      { id: 'reason', header: say('reason'), width: 100, grow: true, value: (row) => row.reason },
    ],
    [say, format],
  )
}
