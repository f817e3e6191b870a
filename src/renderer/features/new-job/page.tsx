import { FileQuestion } from 'lucide-react'
import { Button } from '@mantine/core'
import { AppError } from '../../app/app-error.tsx'
import { hrefOf, type RouteOf } from '../../app/router.ts'
import { useQuery } from '../../app/use-query.ts'
import { useSite } from '../../app/site-context.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useMessages } from '../../ui/text.ts'
import { useOutbox } from '../outbox/store.ts'
import { useCatalogue } from '../templates/store.ts'
import { Form } from './form.tsx'
import { newJobMessages } from './messages.ts'
import styles from './form.module.css'

/** `#/templates/<id>/new`, `#/custom/new`; either with `?from=<job>` to submit an old job again, or `?entry=<id>` to change what waits in the outbox. */
export default function NewJobPage({ route }: { route: RouteOf<'new-job'> }) {
  const say = useMessages(newJobMessages)
  const site = useSite()
  const { catalogue, error } = useCatalogue(site.id)
  const old = useQuery('jobs', 'detail', { site: site.id, id: route.from ?? '' }, '', route.from !== undefined)
  const entries = useOutbox()
  const entry = route.entry === undefined ? undefined : entries?.get(route.entry)
  const template = catalogue?.items.find(({ id }) => id === route.template)

  const failed = (route.template !== undefined && catalogue === undefined ? error : undefined) ?? old.error
  if (failed !== undefined)
    return (
      <div className={styles.alone}>
        <AppError error={failed} site={site.id} onRetry={old.error === undefined ? undefined : old.again} />
      </div>
    )
  const loading =
    (route.template !== undefined && catalogue === undefined) ||
    (route.from !== undefined && old.data === undefined) ||
    (route.entry !== undefined && entries === undefined)
  if (loading) return <Skeleton lines={10} />
  if (route.entry !== undefined && entry?.action.kind !== 'submit')
    return (
      <EmptyState icon={FileQuestion} title={say('entryGone')} text={say('entryGoneText')}>
        <Button component="a" href={hrefOf({ page: 'outbox' })}>
          {say('backToOutbox')}
        </Button>
      </EmptyState>
    )
  if (route.template !== undefined && template === undefined)
    return (
      <EmptyState icon={FileQuestion} title={say('notFound', { site: site.name })} text={say('notFoundText')}>
        <Button component="a" href={hrefOf({ page: 'templates' })}>
          {say('catalogue')}
        </Button>
      </EmptyState>
    )
  const key = `${route.template ?? ''} ${route.from ?? ''} ${route.entry ?? ''}`
  return <Form key={key} template={template} old={old.data} entry={entry} />
}
