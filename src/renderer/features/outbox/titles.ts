import { useCallback, useEffect } from 'react'
import type { OutboxEntry } from '../../../../contract/outbox.ts'
import type { Collection } from '../../app/collection.ts'
import { useServices } from '../../app/services.tsx'
import { useMessages } from '../../ui/text.ts'
import { jobsStore } from '../jobs/store.ts'
import { outboxMessages } from './messages.ts'

/** Jobs named in a title; the others are counted. */
const named = 2

/** What an entry is called: changes of jobs by the names of the jobs, which the core does not know. */
export function useTitle(): (entry: OutboxEntry) => string {
  const say = useMessages(outboxMessages)
  const sites = jobsStore.use((state) => state.sites)
  return useCallback(
    ({ site, action, title }) => {
      if (action.kind !== 'change') return title
      const jobs = sites.get(site)?.jobs
      const names = action.ids.slice(0, named).map((id) => {
        const name = jobs?.get(id)?.name
        return name === undefined ? id : say('title.job', { name, id })
      })
      const more = action.ids.length - names.length
      return more === 0 ? names.join(', ') : say('title.more', { names: names.join(', '), count: more })
    },
    [say, sites],
  )
}

/** Keeps the jobs of those sites known where a change of some waits. */
export function useFollowedJobs(entries: Collection<OutboxEntry> | undefined): void {
  const services = useServices()
  const changing = [...(entries?.values() ?? [])].flatMap(({ action, site }) => (action.kind === 'change' ? site : []))
  const sites = [...new Set(changing)].sort().join('\n')
  useEffect(() => {
    const ends = sites
      .split('\n')
      .flatMap((site) => (site === '' ? [] : jobsStore.of(services).getState().watch(site, false)))
    return () => {
      for (const end of ends) end()
    }
  }, [services, sites])
}
