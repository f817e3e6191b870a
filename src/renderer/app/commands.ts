import {
  Globe,
  Languages,
  LayoutTemplate,
  ListChecks,
  Moon,
  Server,
  Settings as SettingsIcon,
  SquareTerminal,
  Sun,
  Upload,
  Workflow,
  type LucideIcon,
} from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import type { Job } from '../../../contract/jobs.ts'
import type { Template } from '../../../contract/templates.ts'
import { settingsStore } from '../features/settings/store.ts'
import { useActiveSite } from '../features/sites/store.ts'
import { states } from '../ui/states.ts'
import { uiMessages } from '../ui/messages.ts'
import { textIn, useLanguage, useMessages } from '../ui/text.ts'
import { appMessages } from './messages.ts'
import { applyChange, collectionOf, type Collection } from './collection.ts'
import { navigate } from './router.ts'
import { useServices } from './services.tsx'

export interface Command {
  id: string
  group: string
  name: string
  note?: string
  icon: LucideIcon
  run: () => void
}

/** Jobs and templates of the active site, read only while the palette is open. */
function useNamed() {
  const { client } = useServices()
  const site = useActiveSite()?.id
  const [jobs, setJobs] = useState<Collection<Job>>(new Map())
  const [templates, setTemplates] = useState<readonly Template[]>([])
  useEffect(() => {
    if (site === undefined) return undefined
    const ends = [
      client.subscribe(
        'jobs',
        'all',
        { site },
        {
          snapshot: ({ items }) => setJobs(collectionOf(items)),
          event: (change) => setJobs((before) => applyChange(before, change)),
        },
      ),
      client.subscribe(
        'templates',
        'all',
        { site },
        { snapshot: ({ items }) => setTemplates(items), event: ({ items }) => setTemplates(items) },
      ),
    ]
    return () => {
      for (const end of ends) end()
    }
  }, [client, site])
  return { jobs, templates }
}

/** Everything the palette offers. */
export function useCommands(): Command[] {
  const say = useMessages(appMessages)
  const sayState = useMessages(uiMessages)
  const language = useLanguage()
  const { jobs, templates } = useNamed()
  const update = settingsStore.use((state) => state.update)
  return useMemo(() => {
    const page = (
      name: 'jobs' | 'workflows' | 'templates' | 'uploads' | 'nodes' | 'settings' | 'sites',
      icon: LucideIcon,
    ): Command => ({
      id: `page-${name}`,
      group: say('palette.pages'),
      name: say(name),
      icon,
      run: () => navigate({ page: name }),
    })
    const action = (id: string, name: string, icon: LucideIcon, run: () => void): Command => ({
      id,
      group: say('palette.actions'),
      name,
      icon,
      run,
    })
    const newest = [...jobs.values()].sort((a, b) => b.submittedAt.localeCompare(a.submittedAt))
    return [
      page('jobs', ListChecks),
      page('workflows', Workflow),
      page('templates', LayoutTemplate),
      page('uploads', Upload),
      page('nodes', Server),
      page('settings', SettingsIcon),
      page('sites', Globe),
      action('custom', say('palette.customJob'), SquareTerminal, () => navigate({ page: 'new-job' })),
      action('add-site', say('palette.addSite'), Globe, () => navigate({ page: 'sites', add: true })),
      action('light', say('palette.light'), Sun, () => update({ theme: 'light' })),
      action('dark', say('palette.dark'), Moon, () => update({ theme: 'dark' })),
      action('language', say('palette.language'), Languages, () =>
        update({ language: language === 'ko' ? 'en' : 'ko' }),
      ),
      ...templates.map((template): Command => ({
        id: `template-${template.id}`,
        group: say('palette.templates'),
        name: textIn(template.name, language),
        note: template.category,
        icon: LayoutTemplate,
        run: () => navigate({ page: 'new-job', template: template.id }),
      })),
      ...newest.map((job): Command => ({
        id: `job-${job.id}`,
        group: say('palette.jobs'),
        name: job.name,
        note: `${job.id} · ${sayState(`state.${job.state}`)}`,
        icon: states[job.state].icon,
        run: () => navigate({ page: 'jobs', id: job.id }),
      })),
    ]
  }, [say, sayState, language, jobs, templates, update])
}

/** Commands whose name or note holds every word; those whose name begins with the text come first in their group. */
export function rank(commands: readonly Command[], text: string): Command[] {
  const wanted = text.trim().toLowerCase()
  if (wanted === '') return [...commands]
  const words = wanted.split(/\s+/)
  const matching = commands.filter(({ name, note }) => {
    const all = `${name} ${note ?? ''}`.toLowerCase()
    return words.every((word) => all.includes(word))
  })
  const groups = [...new Set(matching.map((command) => command.group))]
  const begins = (command: Command) => (command.name.toLowerCase().startsWith(wanted) ? 0 : 1)
  return groups.flatMap((group) =>
    matching.filter((command) => command.group === group).sort((a, b) => begins(a) - begins(b)),
  )
}
