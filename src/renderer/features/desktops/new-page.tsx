import { Button } from '@mantine/core'
import { MonitorX } from 'lucide-react'
import { AppError } from '../../app/app-error.tsx'
import { hrefOf, type RouteOf } from '../../app/router.ts'
import { useSite } from '../../app/site-context.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useMessages } from '../../ui/text.ts'
import { useCatalogue } from '../templates/store.ts'
import { isDesktopTemplate, lastTemplate } from './choices.ts'
import { hasEnded } from './model.ts'
import { NewForm } from './new-form.tsx'
import { newDesktopMessages } from './new-messages.ts'
import { useDesktops } from './store.ts'
import styles from './new.module.css'

/** `#/desktops/new`, with `?template=` of a chosen one, with `?from=` filled as an older desktop was. */
export default function NewDesktopPage({ route }: { route: RouteOf<'new-desktop'> }) {
  const say = useMessages(newDesktopMessages)
  const site = useSite()
  const { catalogue, error } = useCatalogue(site.id)
  const { desktops, error: listError } = useDesktops(site.id)
  if (catalogue === undefined)
    return error === undefined ? (
      <Skeleton lines={10} />
    ) : (
      <div className={styles.alone}>
        <AppError error={error} site={site.id} />
      </div>
    )
  // Without the list a name may be used twice, and an older one is not found; nothing worse.
  if (desktops === undefined && listError === undefined) return <Skeleton lines={10} />
  const templates = catalogue.items.filter(isDesktopTemplate)
  const old = route.from === undefined ? undefined : desktops?.get(route.from)
  const wanted = route.template ?? old?.templateId ?? lastTemplate(site.id)
  const first = templates.find(({ id }) => id === wanted) ?? templates[0]
  if (first === undefined)
    return (
      <EmptyState
        icon={MonitorX}
        title={say('none.title', { site: site.name })}
        text={say('none.text', { key: '“desktop:”' })}
      >
        <Button component="a" href={hrefOf({ page: 'template-editor' })}>
          {say('none.write')}
        </Button>
      </EmptyState>
    )
  const taken = [...(desktops?.values() ?? [])].filter((desktop) => !hasEnded(desktop)).map(({ name }) => name)
  return (
    <NewForm
      key={`${route.template ?? ''} ${route.from ?? ''}`}
      templates={templates}
      first={first}
      old={old}
      taken={taken}
    />
  )
}
