import {
  ArrowLeftRight,
  Globe,
  Languages,
  LayoutTemplate,
  ListChecks,
  Monitor,
  MonitorPlay,
  Moon,
  Plug,
  Send,
  Server,
  Settings as SettingsIcon,
  SquareTerminal,
  Sun,
  Unplug,
  Upload,
  Workflow,
  type LucideIcon,
} from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import type { Desktop } from '../../../contract/desktops.ts'
import type { Job } from '../../../contract/jobs.ts'
import type { Template } from '../../../contract/templates.ts'
import { settingsStore } from '../features/settings/store.ts'
import { isSsh } from '../features/sites/address.ts'
import { canDisconnect, useSiteActions } from '../features/sites/site-actions.ts'
import { useActiveSite, useSites } from '../features/sites/store.ts'
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

/** Jobs, desktops and templates of the active site, read only while the palette is open. */
function useNamed() {
  const { client } = useServices()
  const site = useActiveSite()?.id
  const [jobs, setJobs] = useState<Collection<Job>>(new Map())
  const [desktops, setDesktops] = useState<Collection<Desktop>>(new Map())
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
        'desktops',
        'all',
        { site },
        {
          snapshot: ({ items }) => setDesktops(collectionOf(items)),
          event: (change) => setDesktops((before) => applyChange(before, change)),
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
  return { jobs, desktops, templates }
}

/** What can be done with the sites by name: connect, leave, switch, and a shell on the active one. */
function useSiteCommands(): { pages: Command[]; actions: Command[] } {
  const say = useMessages(appMessages)
  const sites = useSites()
  const active = useActiveSite()
  const act = useSiteActions()
  return useMemo(() => {
    const group = say('palette.actions')
    const all = [...(sites?.values() ?? [])]
    const onSsh = active !== undefined && isSsh(active.url)
    const pages: Command[] = onSsh
      ? [
          {
            id: 'page-terminal',
            group: say('palette.pages'),
            name: say('terminal'),
            icon: SquareTerminal,
            run: () => navigate({ page: 'terminal' }),
          },
          {
            id: 'page-forwards',
            group: say('palette.pages'),
            name: say('forwards'),
            icon: ArrowLeftRight,
            run: () => navigate({ page: 'forwards' }),
          },
        ]
      : []
    const opening: Command[] = onSsh
      ? [
          {
            id: 'new-terminal',
            group,
            name: say('palette.newTerminal', { site: active.name }),
            icon: SquareTerminal,
            run: () => navigate({ page: 'terminal', id: 'new' }),
          },
        ]
      : []
    const connecting = all
      .filter(({ url }) => isSsh(url))
      .map((site): Command => {
        const leave = canDisconnect(site)
        return {
          id: `connect-${site.id}`,
          group,
          name: say(leave ? 'palette.disconnect' : 'palette.connect', { site: site.name }),
          icon: leave ? Unplug : Plug,
          run: () => {
            act(site, leave ? 'disconnect' : 'connect')
            // Where its progress and what failed are seen.
            if (!leave) navigate({ page: 'sites', id: site.id })
          },
        }
      })
    const switching = all
      .filter(({ id }) => id !== active?.id)
      .map((site): Command => ({
        id: `use-${site.id}`,
        group,
        name: say('palette.useSite', { site: site.name }),
        icon: Globe,
        run: () => act(site, 'use'),
      }))
    return { pages, actions: [...opening, ...connecting, ...switching] }
  }, [say, sites, active, act])
}

/** Everything the palette offers. */
export function useCommands(): Command[] {
  const say = useMessages(appMessages)
  const sayState = useMessages(uiMessages)
  const language = useLanguage()
  const { jobs, desktops, templates } = useNamed()
  const update = settingsStore.use((state) => state.update)
  const sites = useSiteCommands()
  return useMemo(() => {
    const page = (
      name: 'jobs' | 'workflows' | 'templates' | 'uploads' | 'desktops' | 'nodes' | 'outbox' | 'settings' | 'sites',
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
      page('desktops', Monitor),
      page('nodes', Server),
      page('outbox', Send),
      page('settings', SettingsIcon),
      page('sites', Globe),
      ...sites.pages,
      action('custom', say('palette.customJob'), SquareTerminal, () => navigate({ page: 'new-job' })),
      action('new-desktop', say('newDesktop'), MonitorPlay, () => navigate({ page: 'new-desktop' })),
      action('add-site', say('palette.addSite'), Globe, () => navigate({ page: 'sites', add: true })),
      ...sites.actions,
      action('light', say('palette.light'), Sun, () => update({ theme: 'light' })),
      action('dark', say('palette.dark'), Moon, () => update({ theme: 'dark' })),
      action('language', say('palette.language'), Languages, () =>
        update({ language: language === 'ko' ? 'en' : 'ko' }),
      ),
      ...templates
        .filter(({ desktop }) => desktop === undefined)
        .map((template): Command => ({
          id: `template-${template.id}`,
          group: say('palette.templates'),
          name: textIn(template.name, language),
          note: template.category,
          icon: LayoutTemplate,
          run: () => navigate({ page: 'new-job', template: template.id }),
        })),
      ...templates
        .filter(({ desktop }) => desktop !== undefined)
        .map((template): Command => ({
          id: `desktop-template-${template.id}`,
          group: say('palette.desktopTemplates'),
          name: textIn(template.name, language),
          icon: MonitorPlay,
          run: () => navigate({ page: 'new-desktop', template: template.id }),
        })),
      ...[...desktops.values()]
        .filter(({ state }) => state !== 'ended')
        .map((desktop): Command => ({
          id: `desktop-${desktop.id}`,
          group: say('palette.desktops'),
          name: desktop.name,
          note: sayState(`state.${desktop.state}`),
          icon: Monitor,
          run: () => navigate({ page: 'desktops', id: desktop.id }),
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
  }, [say, sayState, language, jobs, desktops, templates, update, sites])
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
