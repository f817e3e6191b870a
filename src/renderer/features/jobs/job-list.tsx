import { Button, NativeSelect, SegmentedControl } from '@mantine/core'
import { ListChecks, X } from 'lucide-react'
import { useCallback, useMemo, useState } from 'react'
import type { Job } from '../../../../contract/jobs.ts'
import type { Collection } from '../../app/collection.ts'
import { hrefOf } from '../../app/router.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { useFormat } from '../../ui/format.ts'
import { StateBadge } from '../../ui/state-badge.tsx'
import { uiMessages } from '../../ui/messages.ts'
import type { Column } from '../../ui/table/columns.ts'
import { DataTable } from '../../ui/table/data-table.tsx'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import { Time } from '../../ui/time.tsx'
import { CancelDialog } from './cancel-dialog.tsx'
import { jobsMessages } from './messages.ts'
import { Runtime } from './runtime.tsx'
import { countFilters, hasEnded, inFilter, ranSeconds, submittedMs, type JobFilter } from './story.ts'
import styles from './jobs.module.css'

const filters: readonly JobFilter[] = ['all', 'active', 'completed', 'failed']
const idOf = (job: Job): string => job.id
const nameOf = (job: Job): string => job.name

/** The columns of the list; beside an open job only the ones that tell jobs apart. */
function useColumns(narrow: boolean): Column<Job>[] {
  const say = useMessages(jobsMessages)
  const sayState = useMessages(uiMessages)
  const language = useLanguage()
  return useMemo(() => {
    const templateName = (job: Job) =>
      job.templateName === undefined ? (job.templateId ?? say('custom')) : textIn(job.templateName, language)
    const all: (Column<Job> & { always?: boolean })[] = [
      {
        id: 'state',
        header: say('column.state'),
        width: 128,
        always: true,
        fixed: true,
        value: (job) => sayState(`state.${job.state}`),
        cell: (job) => (
          <StateBadge state={job.state} plain {...(job.reason === undefined ? {} : { title: job.reason })} />
        ),
      },
      {
        id: 'name',
        header: say('column.name'),
        width: 180,
        grow: true,
        always: true,
        fixed: true,
        value: nameOf,
        cell: (job) => (
          <span className={styles.nameCell} title={job.name}>
            {job.name}
          </span>
        ),
      },
      {
        id: 'id',
        header: say('column.id'),
        width: 92,
        always: true,
        value: idOf,
        cell: (job) => <span className="mono">{job.id}</span>,
      },
      { id: 'template', header: say('column.template'), width: 190, value: templateName },
      {
        id: 'submitted',
        header: say('column.submitted'),
        width: 112,
        align: 'end',
        value: submittedMs,
        cell: (job) => <Time at={job.submittedAt} />,
      },
      {
        id: 'runtime',
        header: say('column.runtime'),
        width: 148,
        value: (job) => ranSeconds(job, Date.now()) ?? -1,
        cell: (job) => <Runtime job={job} />,
      },
      { id: 'nodes', header: say('column.nodes'), width: 110, value: (job) => job.nodes ?? '' },
      { id: 'user', header: say('column.user'), width: 110, optional: true, value: (job) => job.user },
    ]
    // Hidden, not gone: the list may be ordered by one of them.
    return narrow ? all.map((column) => (column.always ? column : { ...column, optional: true })) : all
  }, [narrow, say, sayState, language])
}

/** What can be done with the selected jobs. */
function Bulk(props: { selected: readonly Job[]; clear: () => void; onCancel: (jobs: readonly Job[]) => void }) {
  const say = useMessages(jobsMessages)
  const active = props.selected.filter((job) => !hasEnded(job.state))
  return (
    <>
      <span className={styles.selected}>{say('bulk.selected', { count: props.selected.length })}</span>
      {active.length > 0 ? (
        <Button variant="default" onClick={() => props.onCancel(active)}>
          {say('bulk.cancel', { count: active.length })}
        </Button>
      ) : null}
      <Button variant="subtle" color="gray" leftSection={<X size={13} aria-hidden />} onClick={props.clear}>
        {say('bulk.clear')}
      </Button>
    </>
  )
}

/** The list of jobs: it keeps itself up to date and never moves under the reader. */
export function JobList(props: {
  site: string
  jobs: Collection<Job>
  openedId: string | undefined
  narrow: boolean
  onOpen: (job: Job) => void
}) {
  const { site, jobs, narrow } = props
  const say = useMessages(jobsMessages)
  const format = useFormat()
  const columns = useColumns(narrow)
  const [filter, setFilter] = useState<JobFilter>('all')
  const [cancelling, setCancelling] = useState<{ jobs: readonly Job[]; clear: () => void }>()
  const counts = useMemo(() => countFilters(jobs.values()), [jobs])
  const rows = useMemo(() => [...jobs.values()].filter((job) => inFilter(job, filter)), [jobs, filter])

  const choices = filters.map((each) => ({
    value: each,
    label: say('filter.counted', { filter: say(`filter.${each}`), number: format.number(counts[each]) }),
  }))
  const choose = (chosen: string) => setFilter(filters.find((each) => each === chosen) ?? 'all')
  const bulk = useCallback(
    (selected: readonly Job[], clear: () => void) => (
      <Bulk selected={selected} clear={clear} onCancel={(active) => setCancelling({ jobs: active, clear })} />
    ),
    [],
  )
  const chips = narrow ? (
    <NativeSelect
      size="xs"
      value={filter}
      aria-label={say('filter.label')}
      data={choices}
      onChange={(event) => choose(event.currentTarget.value)}
    />
  ) : (
    <SegmentedControl value={filter} aria-label={say('filter.label')} data={choices} onChange={choose} />
  )
  const empty =
    counts.all === 0 ? (
      <EmptyState icon={ListChecks} title={say('empty.title')} text={say('empty.text')}>
        <Button component="a" href={hrefOf({ page: 'templates' })}>
          {say('empty.start')}
        </Button>
        <Button component="a" variant="default" href={hrefOf({ page: 'new-job' })}>
          {say('empty.custom')}
        </Button>
      </EmptyState>
    ) : (
      <>
        <div className={styles.chips}>{chips}</div>
        <EmptyState
          icon={ListChecks}
          title={say('empty.filter')}
          text={say('empty.filterText', { filter: say(`filter.${filter}`).toLowerCase() })}
        >
          <Button variant="default" onClick={() => setFilter('all')}>
            {say('empty.showAll')}
          </Button>
        </EmptyState>
      </>
    )
  return (
    <>
      <DataTable
        name="jobs"
        label={say('title')}
        rows={rows}
        columns={columns}
        rowId={idOf}
        rowName={nameOf}
        initialSort={{ column: 'submitted', descending: true }}
        openedId={props.openedId}
        onOpen={props.onOpen}
        toolbar={chips}
        empty={empty}
        bulk={bulk}
      />
      {cancelling === undefined ? null : (
        <CancelDialog
          site={site}
          jobs={cancelling.jobs}
          onDone={cancelling.clear}
          onClose={() => setCancelling(undefined)}
        />
      )}
    </>
  )
}
