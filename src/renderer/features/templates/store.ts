import { useEffect } from 'react'
import { createStore } from 'zustand'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { BrokenTemplate, Template } from '../../../../contract/templates.ts'
import { featureStore } from '../../app/services.tsx'
import { createWatching, without } from '../../app/watching.ts'

/** The catalogue of one site. */
export interface Catalogue {
  items: readonly Template[]
  broken: readonly BrokenTemplate[]
  /** When it was last known to be so; absent while it is fresh. */
  asOf?: string
}

/** Text of a template that is being written, kept when the user looks elsewhere meanwhile. */
export interface Draft {
  yaml: string
  error?: AppErrorValue
}

interface TemplatesState {
  /** By site; what was once seen stays to be shown while the site is out of reach. */
  catalogues: ReadonlyMap<string, Catalogue>
  errors: ReadonlyMap<string, AppErrorValue>
  /** By template id, `new` for one that has none yet. */
  drafts: ReadonlyMap<string, Draft>
  watch: (site: string) => () => void
  source: (site: string, id: string) => Promise<string>
  save: (site: string, template: { id?: string; yaml: string; visibility: Template['visibility'] }) => Promise<Template>
  remove: (site: string, id: string) => Promise<void>
  setDraft: (id: string, draft: Draft | undefined) => void
}

const withEntry = <V>(map: ReadonlyMap<string, V>, key: string, value: V | undefined): ReadonlyMap<string, V> => {
  const next = new Map(map)
  if (value === undefined) next.delete(key)
  else next.set(key, value)
  return next
}

export const templatesStore = featureStore<TemplatesState>((services) =>
  createStore((set, get) => {
    const { client } = services
    const watching = createWatching(services, (site) =>
      set({ catalogues: without(get().catalogues, site), errors: without(get().errors, site) }),
    )
    const start = (site: string) => {
      const show = (catalogue: Catalogue) =>
        set({
          catalogues: withEntry(get().catalogues, site, catalogue),
          errors: withEntry(get().errors, site, undefined),
        })
      return client.subscribe(
        'templates',
        'all',
        { site },
        {
          snapshot: show,
          event: show,
          error: (error) => set({ errors: withEntry(get().errors, site, error) }),
        },
      )
    }
    return {
      catalogues: new Map(),
      errors: new Map(),
      drafts: new Map(),
      watch: (site) => watching(site, site, () => start(site)),
      source: async (site, id) => (await client.call('templates', 'source', { site, id })).yaml,
      save: (site, template) => client.call('templates', 'save', { site, ...template }),
      remove: async (site, id) => {
        await client.call('templates', 'remove', { site, id })
      },
      setDraft: (id, draft) => set({ drafts: withEntry(get().drafts, id, draft) }),
    }
  }),
)

/** The catalogue of a site, kept up to date while the component is shown; undefined until it is known. */
export function useCatalogue(site: string): { catalogue: Catalogue | undefined; error: AppErrorValue | undefined } {
  const watch = templatesStore.use((state) => state.watch)
  useEffect(() => watch(site), [watch, site])
  const catalogue = templatesStore.use((state) => state.catalogues.get(site))
  const error = templatesStore.use((state) => state.errors.get(site))
  return { catalogue, error }
}
