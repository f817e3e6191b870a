import type { AgentUpload } from '../../../contract/agent/uploads.ts'
import type { ExamplesAnswer, PreviewAnswer, TemplateAnswer } from '../../../contract/agent/templates.ts'
import type { Template } from '../../../contract/templates.ts'
import type { Upload } from '../../../contract/uploads.ts'
import type { FeatureHandlers } from '../../rpc/types.ts'
import { AppError } from '../kit/app-error.ts'
import type { Deliveries } from '../outbox/index.ts'
import { createPerUser, type PerUserParts, type Remembered } from '../sites/index.ts'
import { createCatalogue } from './catalogue.ts'
import { templateDeliveries } from './deliveries.ts'
import { templatePath, templatesPath } from './routes.ts'

export { keepCatalogue } from './catalogue.ts'

export interface TemplatesParts extends PerUserParts {
  remembered: Remembered
  /** Lists files that the agent has already as finished uploads of a form. */
  addFinished: (site: string, label: string, uploads: readonly AgentUpload[], slot?: string) => Promise<Upload[]>
}

/** The catalogues of job templates, one per site. */
export function createTemplates(parts: TemplatesParts): {
  handlers: FeatureHandlers<'templates'>
  deliveries: Pick<Deliveries, 'save-template' | 'remove-template'>
  /** As its user saw it last. */
  seen(site: string, id: string): Template | undefined
  /** As it is at its site now; undefined where it is gone. */
  current(site: string, id: string, signal: AbortSignal): Promise<Template | undefined>
  close(): void
} {
  const { remembered, addFinished } = parts
  const { agents } = parts.sites
  const catalogues = createPerUser(parts, createCatalogue)
  /** The agent tells of the change too; who made it sees it even where that is late. */
  const changed = (site: string): void =>
    void catalogues
      .of(site)
      .refresh()
      .catch(() => undefined)

  return {
    close: () => catalogues.close(),
    deliveries: templateDeliveries(agents, changed),
    async current(site, id, signal) {
      try {
        const { template } = await agents.client(site).get<TemplateAnswer>(templatePath(id), { signal })
        return template
      } catch (error) {
        if (error instanceof AppError && error.value.code === 'NOT_FOUND') return undefined
        throw error
      }
    },
    seen: (site, id) => catalogues.of(site).get(id),
    handlers: {
      methods: {
        preview: ({ site, ...json }, { signal }) =>
          agents.client(site).post<PreviewAnswer>('/api/v2/templates/preview', { json, signal }),
        async source({ site, id }, { signal }) {
          const { template: _template, ...source } = await remembered<TemplateAnswer>(
            site,
            'template',
            templatePath(id),
            {
              signal,
            },
          )
          return source
        },
        async save({ site, id, yaml, visibility }, { signal }) {
          const request = { json: { yaml, visibility }, signal }
          const client = agents.client(site)
          const { template } = await (id === undefined
            ? client.post<TemplateAnswer>(templatesPath, request)
            : client.put<TemplateAnswer>(templatePath(id), request))
          changed(site)
          return template
        },
        async remove({ site, id }, { signal }) {
          await agents.client(site).delete(templatePath(id), { signal })
          changed(site)
          return {}
        },
        async useExamples({ site, id, label }, { signal }) {
          const client = agents.client(site)
          const { files } = await client.post<ExamplesAnswer>(`${templatePath(id)}/examples`, {
            json: { label },
            signal,
          })
          const uploads: Upload[] = []
          for (const { slot, uploadId } of files) {
            const stored = await client.get<AgentUpload>(`/api/v2/files/uploads/${uploadId}`, { signal })
            uploads.push(...(await addFinished(site, label, [stored], slot)))
          }
          return { uploads }
        },
      },
      streams: { all: ({ site }, sink) => catalogues.subscribe(site, sink) },
    },
  }
}
