import type { TemplateAnswer } from '../../../contract/agent/templates.ts'
import type { Agents } from '../agent-client/index.ts'
import type { Deliveries } from '../outbox/index.ts'
import { templatePath, templatesPath } from './routes.ts'

/** How templates are saved and removed at their site. `onChanged`: its catalogue is another now. */
export function templateDeliveries(
  agents: Pick<Agents, 'client'>,
  onChanged: (site: string) => void,
): Pick<Deliveries, 'save-template' | 'remove-template'> {
  return {
    async 'save-template'({ site, action: { id, yaml, visibility }, key, signal }) {
      const request = { json: { yaml, visibility }, key, signal }
      const client = agents.client(site)
      const { template } = await (id === undefined
        ? client.post<TemplateAnswer>(templatesPath, request)
        : client.put<TemplateAnswer>(templatePath(id), request))
      onChanged(site)
      return { templateId: template.id }
    },
    async 'remove-template'({ site, action: { id }, key, signal }) {
      await agents.client(site).delete(templatePath(id), { key, signal })
      onChanged(site)
      return {}
    },
  }
}
