import { ActionIcon, Button } from '@mantine/core'
import { FileDown, ListChecks } from 'lucide-react'
import { useCallback, useMemo, useState } from 'react'
import type { Job } from '../../../../contract/jobs.ts'
import type { Collection } from '../../app/collection.ts'
import { hrefOf, navigate } from '../../app/router.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { uiMessages } from '../../ui/messages.ts'
import { useStable } from '../../ui/table/stable.ts'
import { DataTable } from '../../ui/table/data-table.tsx'
import { useLanguage, useMessages } from '../../ui/text.ts'
import { Bulk } from './bulk.tsx'
import { useColumns, type JobColumn } from './columns.tsx'
import { saveText, toCsv } from './export.ts'
import { FilterBar, FilterChips } from './filter-bar.tsx'
import { filterQuery, matcher, searched, type FilterChange, type JobFilter } from './filter.ts'
import { listMessages } from './list-messages.ts'
import { jobsMessages } from './messages.ts'
import { createRows, type ListRow } from './rows.ts'
import { useChanges } from './use-changes.tsx'
import { useElements } from './use-elements.ts'
import { Views } from './views.tsx'

const idOf = (row: ListRow): string => row.id
const nameOf = (row: ListRow): string => (row.element === undefined ? row.name : `${row.name} ${row.id}`)

/** The list of jobs: it keeps itself up to date and never moves under the reader. */
export function JobList(props: {
  site: string
  jobs: Collection<Job>
  filter: JobFilter
  query: string
  setFilter: (change: FilterChange) => void
  openedId: string | undefined
  narrow: boolean
  onOpen: (id: string) => void
}) {
  const { site, jobs, filter, query, setFilter, narrow, onOpen } = props
  const say = useMessages(jobsMessages)
  const columns = useColumns(narrow, filter.everybody === true)
  const sayState = useMessages(uiMessages)
  const language = useLanguage()
  const words = useMemo(() => searched((state) => sayState(`state.${state}`), language), [sayState, language])
  const [rowsOf] = useState(createRows)
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  const changes = useChanges(site)
  const { start, label } = changes

  const found = useMemo(() => [...jobs.values()].filter(matcher(filter, words)), [jobs, filter, words])
  const rows = useMemo(() => rowsOf.top(found, filter.group === 'workflow'), [rowsOf, found, filter.group])
  const arrays = useMemo(() => [...open].filter((id) => jobs.get(id)?.array !== undefined), [open, jobs])
  const elements = useElements(site, arrays)
  const tree = useMemo(
    () => ({
      open,
      childrenOf: (row: ListRow): readonly ListRow[] | undefined => {
        if (row.group !== undefined) return row.group
        if (row.array === undefined) return undefined
        return open.has(row.id) ? rowsOf.elements(row, elements.get(row.id)) : []
      },
      onToggle: (row: ListRow, unfold: boolean) =>
        setOpen((before) => {
          const next = new Set(before)
          if (unfold) next.add(row.id)
          else next.delete(row.id)
          return next
        }),
    }),
    [open, rowsOf, elements],
  )
  const openRow = useStable((row: ListRow) => {
    if (row.group !== undefined) tree.onToggle(row, !open.has(row.id))
    else onOpen(row.more?.array ?? row.id)
  })
  const bulk = useCallback(
    (selected: readonly ListRow[], clear: () => void) => (
      <Bulk
        selected={selected}
        clear={clear}
        narrow={narrow}
        label={label}
        onStart={(action, fitting) => start({ action }, fitting, clear)}
      />
    ),
    [start, label, narrow],
  )
  const tools = useCallback(
    (shown: readonly ListRow[], visible: readonly JobColumn[]) => (
      <Tools site={site} query={query} shown={shown} columns={visible} />
    ),
    [site, query],
  )
  const empty = (
    <EmptyState icon={ListChecks} title={say('empty.title')} text={say('empty.text')}>
      <Button component="a" href={hrefOf({ page: 'templates' })}>
        {say('empty.start')}
      </Button>
      <Button component="a" variant="default" href={hrefOf({ page: 'new-job' })}>
        {say('empty.custom')}
      </Button>
    </EmptyState>
  )
  const noMatch = (
    <EmptyState icon={ListChecks} title={say('empty.filter')} text={say('empty.filterText')}>
      <Button variant="default" onClick={() => navigate({ page: 'jobs' })}>
        {say('empty.showAll')}
      </Button>
    </EmptyState>
  )
  return (
    <>
      {changes.note}
      <DataTable<ListRow>
        name="jobs"
        label={say('title')}
        rows={rows}
        columns={columns}
        rowId={idOf}
        rowName={nameOf}
        initialSort={{ column: 'submitted', descending: true }}
        openedId={props.openedId}
        onOpen={openRow}
        tree={tree}
        view={filterQuery(filter)}
        filter={{ text: filter.text, onChange: (text) => setFilter({ text }) }}
        toolbar={<FilterBar jobs={jobs} filter={filter} set={setFilter} narrow={narrow} />}
        chips={<FilterChips jobs={jobs} filter={filter} set={setFilter} />}
        tools={tools}
        empty={empty}
        {...(jobs.size === 0 ? {} : { noMatch })}
        bulk={bulk}
      />
      {changes.dialog}
    </>
  )
}

/** Saved views, and the list as a file. */
function Tools(props: { site: string; query: string; shown: readonly ListRow[]; columns: readonly JobColumn[] }) {
  const say = useMessages(listMessages)
  const save = () => {
    // Of a workflow's run each job is a line.
    const rows = props.shown.flatMap((row) => row.group ?? [row])
    const fields = props.columns.map(({ header, value, csv }) => ({
      header: csv?.header ?? header,
      value: csv?.value ?? value,
    }))
    const day = new Date().toLocaleDateString('sv')
    saveText(`${say('export.name')}-${day}.csv`, 'text/csv;charset=utf-8', toCsv(rows, fields))
  }
  return (
    <>
      <Views site={props.site} query={props.query} />
      <ActionIcon aria-label={say('export.csv')} title={say('export.csv')} onClick={save}>
        <FileDown size={15} aria-hidden />
      </ActionIcon>
    </>
  )
}
