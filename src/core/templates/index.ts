import type { AgentUpload } from '../../../contract/agent/uploads.ts'
import type { ExamplesAnswer, PreviewAnswer, TemplateAnswer, TemplateList } from '../../../contract/agent/templates.ts'
import type { Snapshot } from '../../../contract/app.ts'
import type { BrokenTemplate, Template } from '../../../contract/templates.ts'
import type { Upload } from '../../../contract/uploads.ts'
import type { FeatureHandlers } from '../../rpc/types.ts'
import { createLive, type Agents, type Live } from '../agent-client/index.ts'
import type { LastKnown } from '../kit/last-known.ts'
import { createPerSite } from '../sites/index.ts'

type Catalogue = Snapshot<'templates', 'all'>

export interface TemplatesParts {
  agents: Agents
  lastKnown: LastKnown
  /** Lists files that the agent has already as finished uploads of a form. */
  addFinished: (site: string, label: string, uploads: readonly AgentUpload[], slot?: string) => Promise<Upload[]>
}

/** The catalogues of job templates, one per site. */
export function createTemplates({ agents, lastKnown, addFinished }: TemplatesParts): {
  handlers: FeatureHandlers<'templates'>
  close(): void
} {
  const catalogues = createPerSite(agents, (site): Live<Catalogue, Catalogue> => {
    let catalogue = remembered(lastKnown, site)
    const live = createLive<Catalogue, Catalogue>({
      link: agents.link(site),
      known: () => catalogue,
      async load(signal) {
        const { templates, broken } = await agents.client(site).get<TemplateList>('/api/v2/templates', { signal })
        catalogue = { items: templates, broken }
        remember(lastKnown, site, catalogue)
        return catalogue
      },
    })
    const end = agents.link(site).onEvent((event) => {
      if (event.type === 'templates_changed') live.refresh().catch(() => undefined)
    })
    return {
      ...live,
      close() {
        end()
        live.close()
      },
    }
  })
  /** The agent tells of the change too; who made it sees it even where that is late. */
  const changed = (site: string): void =>
    void catalogues
      .of(site)
      .refresh()
      .catch(() => undefined)

  return {
    close: () => catalogues.close(),
    handlers: {
      methods: {
        preview: ({ site, ...json }, { signal }) =>
          agents.client(site).post<PreviewAnswer>('/api/v2/templates/preview', { json, signal }),
        async source({ site, id }, { signal }) {
          const { yaml } = await agents.client(site).get<TemplateAnswer>(pathOf(id), { signal })
          return { yaml }
        },
        async save({ site, id, yaml, visibility }, { signal }) {
          const request = { json: { yaml, visibility }, signal }
          const client = agents.client(site)
          const { template } = await (id === undefined
            ? client.post<TemplateAnswer>('/api/v2/templates', request)
            : client.put<TemplateAnswer>(pathOf(id), request))
          changed(site)
          return template
        },
        async remove({ site, id }, { signal }) {
          await agents.client(site).delete(pathOf(id), { signal })
          changed(site)
          return {}
        },
        async useExamples({ site, id, label }, { signal }) {
          const client = agents.client(site)
          const { files } = await client.post<ExamplesAnswer>(`${pathOf(id)}/examples`, { json: { label }, signal })
          const uploads: Upload[] = []
          for (const { slot, uploadId } of files) {
            const stored = await client.get<AgentUpload>(`/api/v2/files/uploads/${uploadId}`, { signal })
            uploads.push(...(await addFinished(site, label, [stored], slot)))
          }
          return { uploads }
        },
      },
      streams: { all: ({ site }, sink) => catalogues.of(site).subscribe(sink) },
    },
  }
}

const pathOf = (id: string): string => `/api/v2/templates/${encodeURIComponent(id)}`

function remembered(lastKnown: LastKnown, site: string): Catalogue | undefined {
  const items = lastKnown.list(site, 'template') as Template[]
  const broken = lastKnown.list(site, 'broken-template') as BrokenTemplate[]
  return items.length + broken.length === 0 ? undefined : { items, broken }
}

function remember(lastKnown: LastKnown, site: string, { items, broken }: Catalogue): void {
  lastKnown.replace(
    site,
    'template',
    items.map((item) => [item.id, item]),
  )
  lastKnown.replace(
    site,
    'broken-template',
    broken.map((item) => [`${item.visibility}/${item.file}`, item]),
  )
}
