import { FileQuestion } from 'lucide-react'
import { Button } from '@mantine/core'
import { AppError } from '../../app/app-error.tsx'
import { hrefOf, type RouteOf } from '../../app/router.ts'
import { useQuery } from '../../app/use-query.ts'
import { useSite } from '../../app/site-context.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useMessages } from '../../ui/text.ts'
import { useCatalogue } from '../templates/store.ts'
import { Form } from './form.tsx'
import { newJobMessages } from './messages.ts'
import styles from './form.module.css'

/** `#/templates/<id>/new`, `#/custom/new`, and either with `?from=<job>` to submit an old job again. */
export default function NewJobPage({ route }: { route: RouteOf<'new-job'> }) {
  const say = useMessages(newJobMessages)
  const site = useSite()
  const { catalogue, error } = useCatalogue(site.id)
  const old = useQuery('jobs', 'detail', { site: site.id, id: route.from ?? '' }, '', route.from !== undefined)
  const template = catalogue?.items.find(({ id }) => id === route.template)

  const failed = (route.template !== undefined && catalogue === undefined ? error : undefined) ?? old.error
  if (failed !== undefined)
    return (
      <div className={styles.alone}>
        <AppError error={failed} site={site.id} onRetry={old.error === undefined ? undefined : old.again} />
      </div>
    )
  const loading =
    (route.template !== undefined && catalogue === undefined) || (route.from !== undefined && old.data === undefined)
  if (loading) return <Skeleton lines={10} />
  if (route.template !== undefined && template === undefined)
    return (
      <EmptyState icon={FileQuestion} title={say('notFound', { site: site.name })} text={say('notFoundText')}>
        <Button component="a" href={hrefOf({ page: 'templates' })}>
          {say('catalogue')}
        </Button>
      </EmptyState>
    )
  return <Form key={`${route.template ?? ''} ${route.from ?? ''}`} template={template} old={old.data} />
}
