import { Button, SegmentedControl } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { Upload as UploadIcon } from 'lucide-react'
import { useCallback, useMemo, useState, type KeyboardEvent, type ReactNode } from 'react'
import type { Upload } from '../../../../contract/uploads.ts'
import { navigate } from '../../app/router.ts'
import { useServices } from '../../app/services.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { DataTable } from '../../ui/table/data-table.tsx'
import { useStable } from '../../ui/table/stable.ts'
import { useMessages } from '../../ui/text.ts'
import { Bulk } from './bulk.tsx'
import { useColumns } from './columns.tsx'
import { classHeading } from './groups.ts'
import { formsOf } from './ledger.ts'
import { uploadsMessages } from './messages.ts'
import { canPause, canResume } from './progress.ts'
import { createRows, keeper, type Shown, type UploadRow, type UploadRows } from './rows.ts'
import { uploadsStore } from './store.ts'
import { useEvery } from './use-every.ts'
import styles from './uploads.module.css'

const idOf = (row: UploadRow): string => row.id
const filters: readonly Shown[] = ['all', 'moving', 'trouble', 'done']
/** A filter by state looks at every upload: how often, in milliseconds. */
const filterMs = 1000

/** The lines of the table: the same object until a file comes, goes or leaves the filter. */
function useRows(site: string, shown: Shown, text: string): UploadRows {
  const services = useServices()
  const [rowsOf] = useState(createRows)
  const words = useMemo(() => text.toLowerCase().split(/\s+/).filter(Boolean), [text])
  const every = useEvery(filterMs)
  // Names stay; states change.
  const basis = shown === 'all' ? undefined : every
  const filter = useMemo(() => ({ shown, words, basis }), [shown, words, basis])
  return uploadsStore.use(({ forms }) => {
    const { uploads } = uploadsStore.of(services).getState()
    return rowsOf(formsOf(forms, site), filter, uploads === undefined ? undefined : keeper(uploads, shown, words))
  })
}

/** The uploads of a site by form and class, with what can be done with one, some or all of them. */
export function UploadTable(props: {
  site: string
  openedId: string | undefined
  narrow: boolean
  empty: ReactNode
  onPickAgain: (upload: Upload) => void
  onUse: (ids: readonly string[]) => void
}) {
  const { site, openedId, narrow, onPickAgain, onUse } = props
  const services = useServices()
  const say = useMessages(uploadsMessages)
  const roomy = useMediaQuery('(min-width: 1360px)', undefined, { getInitialValueInEffect: false })
  const [text, setText] = useState('')
  const [shown, setShown] = useState<Shown>('all')
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set())
  const rows = useRows(site, shown, text)
  const tree = useMemo(
    () => ({
      open: new Set(rows.parents.filter((id) => !folded.has(id))),
      childrenOf: rows.under,
      onToggle: (row: UploadRow, open: boolean) =>
        setFolded((before) => {
          const next = new Set(before)
          if (open) next.delete(row.id)
          else next.add(row.id)
          return next
        }),
    }),
    [rows, folded],
  )
  const use = useStable((row: UploadRow) => onUse(rows.idsOf([row])))
  const columns = useColumns(narrow, onPickAgain, use)
  const open = useStable((row: UploadRow) => {
    if (row.kind === 'file') navigate({ page: 'uploads', id: row.id })
    else tree.onToggle(row, folded.has(row.id))
  })
  const nameOf = (row: UploadRow): string => {
    if (row.kind === 'form') return row.label
    const { uploads, forms } = uploadsStore.of(services).getState()
    if (row.kind === 'file') return uploads?.get(row.id)?.name ?? ''
    const view = forms.get(row.form)?.classes.find(({ fileClass }) => fileClass === row.fileClass)
    return classHeading(row.fileClass, view?.tally.listed ?? 0)
  }
  const onKey = (event: KeyboardEvent, active: UploadRow | undefined, selected: readonly UploadRow[]): boolean => {
    if (event.ctrlKey || event.metaKey || event.altKey) return false
    const { uploads, pause, resume, remove } = uploadsStore.of(services).getState()
    const meant = () => rows.idsOf(selected.length > 0 ? selected : active === undefined ? [] : [active])
    if (event.key === 'Delete') void remove(meant())
    else if (event.key === 'p') {
      const some = meant().flatMap((id) => uploads?.get(id) ?? [])
      const pausable = some.filter(canPause)
      if (pausable.length > 0) void pause(pausable.map(({ id }) => id))
      else void resume(some.filter(canResume).map(({ id }) => id))
    } else return false
    return true
  }
  const bulk = useCallback(
    (selected: readonly UploadRow[], clear: () => void) => (
      <Bulk ids={rows.idsOf(selected)} clear={clear} narrow={narrow || !roomy} onUse={onUse} />
    ),
    [rows, narrow, roomy, onUse],
  )
  const noMatch = (
    <EmptyState icon={UploadIcon} title={say('empty.filter')} text={say('empty.filterText')}>
      <Button
        variant="default"
        onClick={() => {
          setText('')
          setShown('all')
        }}
      >
        {say('empty.showAll')}
      </Button>
    </EmptyState>
  )
  return (
    <DataTable<UploadRow>
      name="uploads"
      label={say('title')}
      rows={rows.top}
      columns={columns}
      rowId={idOf}
      rowName={nameOf}
      onKey={onKey}
      onOpen={open}
      openedId={openedId}
      tree={tree}
      view={shown}
      filter={{ text, onChange: setText }}
      toolbar={<Filters shown={shown} onChange={setShown} />}
      bulk={bulk}
      empty={props.empty}
      {...(text === '' && shown === 'all' ? {} : { noMatch })}
    />
  )
}

function Filters({ shown, onChange }: { shown: Shown; onChange: (shown: Shown) => void }) {
  const say = useMessages(uploadsMessages)
  return (
    <SegmentedControl
      size="xs"
      className={styles.filters}
      aria-label={say('filter.label')}
      value={shown}
      onChange={onChange}
      data={filters.map((value) => ({ value, label: say(`filter.${value}`) }))}
    />
  )
}
