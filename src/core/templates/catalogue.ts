import type { TemplateList } from '../../../contract/agent/templates.ts'
import type { Snapshot } from '../../../contract/app.ts'
import type { BrokenTemplate, Template } from '../../../contract/templates.ts'
import { createLive, type Live } from '../agent-client/index.ts'
import type { Known } from '../kit/last-known.ts'
import type { SiteUser } from '../sites/index.ts'
import { templatesPath } from './routes.ts'

type Catalogue = Snapshot<'templates', 'all'>

/** The templates a user of one site may choose from, whole, so that their forms open without a network too. */
export interface CatalogueOfSite extends Live<Catalogue, Catalogue> {
  get(id: string): Template | undefined
}

/** Keeps a whole catalogue as its user saw it then. */
export function keepCatalogue(known: Known, catalogue: Catalogue, at: string): void {
  keep(known, catalogue)
  known.list('template').confirm(at)
}

function keep(known: Known, { items, broken }: Catalogue): void {
  known.list('template').replace(items.map((item) => [`${item.visibility}/${item.id}`, item]))
  known.list('broken-template').replace(broken.map((item) => [`${item.visibility}/${item.file}`, item]))
}

export function createCatalogue({ client, link, known }: Pick<SiteUser, 'client' | 'link' | 'known'>): CatalogueOfSite {
  const good = known.list('template')
  const bad = known.list('broken-template')
  let catalogue: Catalogue | undefined =
    good.asOf === undefined ? undefined : { items: good.all() as Template[], broken: bad.all() as BrokenTemplate[] }
  const live = createLive<Catalogue, Catalogue>({
    link,
    known: () => catalogue,
    blank: () => ({ items: [], broken: [] }),
    dated: { unchanged: () => catalogue, age: good },
    async load(signal) {
      const { templates, broken } = await client.get<TemplateList>(templatesPath, { signal })
      catalogue = { items: templates, broken }
      keep(known, catalogue)
      return catalogue
    },
  })
  const end = link.onEvent((event) => {
    if (event.type === 'templates_changed') live.refresh().catch(() => undefined)
  })
  return {
    ...live,
    get: (id) => catalogue?.items.find((template) => template.id === id),
    close() {
      end()
      live.close()
    },
  }
}
