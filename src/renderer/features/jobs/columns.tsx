import { useMemo } from 'react'
import { StateBadge } from '../../ui/state-badge.tsx'
import { uiMessages } from '../../ui/messages.ts'
import type { Column } from '../../ui/table/columns.ts'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import { Time } from '../../ui/time.tsx'
import { listMessages } from './list-messages.ts'
import { jobsMessages } from './messages.ts'
import type { ListRow } from './rows.ts'
import { Runtime } from './runtime.tsx'
import { StateBar } from './state-bar.tsx'
import { limitMinutes, ranSeconds, submittedMs } from './story.ts'
import styles from './jobs.module.css'

/** A column, and what it gives to a file: times as ISO 8601, lengths of time in seconds. */
export interface JobColumn extends Column<ListRow> {
  csv?: { header?: string; value: (row: ListRow) => string | number }
  /** Also beside an open job. */
  always?: boolean
}

function Name({ row }: { row: ListRow }) {
  const say = useMessages(listMessages)
  const { array, element, group, more } = row
  if (more !== undefined) return <span className={styles.faint}>{say('row.more', { count: more.count })}</span>
  if (element !== undefined) return <span>{say('row.element', { index: element.index })}</span>
  if (group !== undefined)
    return (
      <span className={styles.nameCell}>
        {say('row.workflow', { name: row.name })}{' '}
        <span className={styles.faint}>{say('row.steps', { count: group.length })}</span>
      </span>
    )
  return (
    <>
      <span className={styles.nameCell} title={row.name}>
        {row.name}
      </span>
      {array === undefined ? null : (
        <>
          <span className={styles.range}>[{array.range}]</span>
          <StateBar states={array.states} total={array.total} />
        </>
      )}
    </>
  )
}

const timeOf = (at: string | undefined): number => (at === undefined ? 0 : Date.parse(at))
const time = (at: string | undefined) => (at === undefined ? null : <Time at={at} />)

/** The columns of the list; beside an open job only the ones that tell jobs apart. */
export function useColumns(narrow: boolean, everybody: boolean): JobColumn[] {
  const say = useMessages(listMessages)
  const sayJobs = useMessages(jobsMessages)
  const sayState = useMessages(uiMessages)
  const language = useLanguage()
  return useMemo(() => {
    const templateName = ({ templateName, templateId, group }: ListRow) =>
      group !== undefined
        ? ''
        : templateName === undefined
          ? (templateId ?? sayJobs('custom'))
          : textIn(templateName, language)
    const moment = (id: 'submitted' | 'started' | 'ended' | 'expected', at: (row: ListRow) => string | undefined) => ({
      id,
      header: say(`column.${id}`),
      width: 112,
      align: 'end' as const,
      value: (row: ListRow) => timeOf(at(row)),
      cell: (row: ListRow) => time(at(row)),
      csv: { value: (row: ListRow) => at(row) ?? '' },
    })
    const all: JobColumn[] = [
      {
        id: 'state',
        header: say('column.state'),
        width: 132,
        always: true,
        fixed: true,
        value: (row) => (row.held === true ? say('row.held') : sayState(`state.${row.state}`)),
        cell: (row) => (
          <StateBadge
            state={row.state}
            plain
            {...(row.held === true ? { word: say('row.held') } : {})}
            {...(row.reason === undefined ? {} : { title: row.reason })}
          />
        ),
        csv: { value: (row) => row.state },
      },
      {
        id: 'name',
        header: say('column.name'),
        width: 180,
        grow: true,
        always: true,
        fixed: true,
        tree: true,
        value: (row) => row.name,
        cell: (row) => <Name row={row} />,
      },
      {
        id: 'id',
        header: say('column.id'),
        width: 92,
        always: true,
        value: (row) => (row.group === undefined ? row.id : ''),
        cell: (row) => (row.group === undefined ? <span className="mono">{row.id}</span> : null),
      },
      { id: 'template', header: say('column.template'), width: 128, grow: true, value: templateName },
      {
        id: 'partition',
        header: say('column.partition'),
        width: 96,
        optional: true,
        value: (row) => row.resources.partition ?? '',
      },
      { ...moment('submitted', (row) => row.submittedAt), value: submittedMs },
      { ...moment('started', (row) => row.startedAt), optional: true },
      { ...moment('ended', (row) => row.endedAt), optional: true },
      {
        id: 'runtime',
        header: say('column.runtime'),
        width: 148,
        quiet: true,
        value: (row) => ranSeconds(row, Date.now()) ?? -1,
        cell: (row) => (row.group === undefined ? <Runtime job={row} /> : null),
        csv: {
          header: say('column.csvRuntime'),
          value: (row) => {
            const ran = ranSeconds(row, Date.now())
            return ran === undefined ? '' : Math.round(ran)
          },
        },
      },
      {
        id: 'nodes',
        header: say('column.nodes'),
        width: 110,
        value: (row) => row.nodes ?? '',
        cell: (row) => (row.nodes === undefined ? null : <span title={row.nodes}>{row.nodes}</span>),
      },
      { ...moment('expected', (row) => (row.state === 'pending' ? row.expectedStart : undefined)), optional: true },
      {
        id: 'priority',
        header: say('column.priority'),
        width: 84,
        align: 'end',
        optional: true,
        // It creeps up while a job waits.
        quiet: true,
        value: (row) => row.priority ?? '',
      },
      {
        id: 'limit',
        header: say('column.limit'),
        width: 96,
        align: 'end',
        optional: true,
        value: limitMinutes,
        cell: (row) => (row.group === undefined ? sayJobs('minutes', { count: limitMinutes(row) }) : null),
      },
      { id: 'reason', header: say('column.reason'), width: 150, optional: true, value: (row) => row.reason ?? '' },
      { id: 'user', header: say('column.user'), width: 100, optional: !everybody, value: (row) => row.user },
    ]
    // Of the row that stands for what is not listed, only its name is shown.
    const blank = all.map((column): JobColumn => {
      if (column.id === 'name') return column
      const { cell } = column
      return {
        ...column,
        cell: (row) => (row.more !== undefined ? null : cell === undefined ? column.value(row) : cell(row)),
      }
    })
    // Hidden, not gone: the list may be ordered by one of them.
    return narrow ? blank.map((column) => (column.always ? column : { ...column, optional: true })) : blank
  }, [narrow, everybody, say, sayJobs, sayState, language])
}
