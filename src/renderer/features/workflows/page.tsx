import { Anchor, Button } from '@mantine/core'
import { Workflow } from 'lucide-react'
import { useMemo } from 'react'
import type { WorkflowRun } from '../../../../contract/workflows.ts'
import { AppError } from '../../app/app-error.tsx'
import { hrefOf, navigate, type RouteOf } from '../../app/router.ts'
import { useSite } from '../../app/site-context.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import type { Column } from '../../ui/table/columns.ts'
import { DataTable } from '../../ui/table/data-table.tsx'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import { Time } from '../../ui/time.tsx'
import { workflowsMessages } from './messages.ts'
import { RunView } from './run-view.tsx'
import { useSiteRuns } from './store.ts'
import styles from './workflows.module.css'

const done = (run: WorkflowRun): number => run.steps.filter(({ state }) => state === 'completed').length

function useColumns(): Column<WorkflowRun>[] {
  const say = useMessages(workflowsMessages)
  const language = useLanguage()
  return useMemo(
    () => [
      {
        id: 'state',
        header: say('column.state'),
        width: 120,
        value: (run) => run.state,
        cell: (run) => <StateBadge state={run.state} plain />,
      },
      {
        id: 'name',
        header: say('column.name'),
        width: 220,
        grow: true,
        fixed: true,
        value: (run) => run.name,
        cell: (run) => <Anchor href={hrefOf({ page: 'workflows', id: run.id })}>{run.name}</Anchor>,
      },
      {
        id: 'template',
        header: say('column.template'),
        width: 220,
        value: (run) => textIn(run.templateName, language),
      },
      {
        id: 'steps',
        header: say('column.steps'),
        width: 110,
        value: (run) => done(run) / run.steps.length,
        cell: (run) => say('stepsDone', { done: done(run), all: run.steps.length }),
      },
      {
        id: 'submitted',
        header: say('column.submitted'),
        width: 150,
        value: (run) => run.submittedAt,
        cell: (run) => <Time at={run.submittedAt} />,
      },
      {
        id: 'ended',
        header: say('column.ended'),
        width: 150,
        value: (run) => run.endedAt ?? '',
        cell: (run) => (run.endedAt === undefined ? '–' : <Time at={run.endedAt} />),
      },
    ],
    [say, language],
  )
}

const rowId = (run: WorkflowRun): string => run.id
const rowName = (run: WorkflowRun): string => run.name

/** `#/workflows` and `#/workflows/<id>`: runs of workflows, and one of them. */
export default function WorkflowsPage({ route }: { route: RouteOf<'workflows'> }) {
  const say = useMessages(workflowsMessages)
  const site = useSite()
  const { runs, asOf, error } = useSiteRuns(site.id)
  const columns = useColumns()
  const rows = useMemo(() => [...(runs?.values() ?? [])], [runs])
  const run = route.id === undefined ? undefined : runs?.get(route.id)
  if (run !== undefined) return <RunView key={run.id} site={site.id} run={run} asOf={asOf} />
  return (
    <>
      <PageHeader title={say('title')} asOf={asOf}>
        <Button component="a" href={hrefOf({ page: 'templates' })}>
          {say('choose')}
        </Button>
      </PageHeader>
      {error === undefined ? null : (
        <div className={styles.error}>
          <AppError error={error} site={site.id} />
        </div>
      )}
      {runs !== undefined && route.id !== undefined ? <p className={styles.error}>{say('missing')}</p> : null}
      {runs === undefined ? (
        error === undefined ? (
          <Skeleton />
        ) : null
      ) : (
        <DataTable
          name="workflows"
          label={say('title')}
          rows={rows}
          columns={columns}
          rowId={rowId}
          rowName={rowName}
          onOpen={(opened) => navigate({ page: 'workflows', id: opened.id })}
          initialSort={{ column: 'submitted', descending: true }}
          empty={<EmptyState icon={Workflow} title={say('empty.title')} text={say('empty.text')} />}
        />
      )}
    </>
  )
}
