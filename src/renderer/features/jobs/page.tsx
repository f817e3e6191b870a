import { Button } from '@mantine/core'
import { Plus } from 'lucide-react'
import { AppError } from '../../app/app-error.tsx'
import { hrefOf, navigate, type RouteOf } from '../../app/router.ts'
import { useSite } from '../../app/site-context.ts'
import { PageHeader } from '../../ui/page-header.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { SplitView, useBeside } from '../../ui/split-view.tsx'
import { useMessages } from '../../ui/text.ts'
import { useFormat } from '../../ui/format.ts'
import { ErrorNote } from '../../ui/error-note.tsx'
import { JobList } from './job-list.tsx'
import { JobView } from './job-view.tsx'
import { listMessages } from './list-messages.ts'
import { jobsMessages } from './messages.ts'
import { useSiteJobs } from './store.ts'
import { hasEnded } from './story.ts'
import { useFilter } from './use-filter.ts'
import { AsOfContext, useNow } from '../../ui/use-now.ts'
import { useScheduler } from './use-scheduler.ts'
import styles from './jobs.module.css'

/** `#/jobs` and `#/jobs/<id>`: the list, and the open job beside it (over it in a narrow window). */
export default function JobsPage({ route }: { route: RouteOf<'jobs'> }) {
  const say = useMessages(jobsMessages)
  const site = useSite()
  const wide = useBeside()
  const { filter, query, set } = useFilter(route)
  const { jobs, asOf, error } = useSiteJobs(site.id, filter.everybody)
  const { id } = route
  const active = [...(jobs?.values() ?? [])].filter((job) => !hasEnded(job.state)).length
  const detail =
    id === undefined ? null : (
      <JobView
        key={id}
        site={site.id}
        id={id}
        known={jobs?.get(id)}
        asOf={asOf}
        array={jobs?.get(id.replace(/_\d+$/, ''))}
        again={route.tab === 'again'}
        beside={wide}
        back={hrefOf({ page: 'jobs', ...(query === '' ? {} : { filter: query }) })}
      />
    )
  return (
    <SplitView open={id !== undefined} wider="detail" detail={detail}>
      <PageHeader title={say('title')} note={active > 0 ? say('note', { count: active }) : undefined} asOf={asOf}>
        <Button component="a" href={hrefOf({ page: 'templates' })} leftSection={<Plus size={14} aria-hidden />}>
          {say('newJob')}
        </Button>
      </PageHeader>
      {error === undefined ? null : (
        <div className={styles.listError}>
          <AppError error={error} site={site.id} />
        </div>
      )}
      <OldNews site={site.id} />
      {jobs === undefined ? (
        error === undefined ? (
          <Skeleton lines={12} />
        ) : null
      ) : (
        <AsOfContext value={asOf}>
          <JobList
            site={site.id}
            jobs={jobs}
            filter={filter}
            query={query}
            setFilter={set}
            openedId={id}
            narrow={id !== undefined && wide}
            onOpen={(opened) => navigate({ page: 'jobs', id: opened, ...(query === '' ? {} : { filter: query }) })}
          />
        </AsOfContext>
      )}
    </SplitView>
  )
}

/** Says since when the list is no longer news, while the scheduler does not answer. */
function OldNews({ site }: { site: string }) {
  const say = useMessages(listMessages)
  const format = useFormat()
  const scheduler = useScheduler(site)
  // Of a site that is out of reach all is old, and its head says so.
  const silent = scheduler?.problem !== undefined && scheduler.asOf === undefined
  const now = useNow(silent)
  if (scheduler === undefined || !silent) return null
  const time = format.duration((now - Date.parse(scheduler.at)) / 1000)
  return (
    <div className={styles.listError}>
      <ErrorNote tone="wait" title={say('old.title', { time })} text={say('old.next')} />
    </div>
  )
}
