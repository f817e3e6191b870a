import { join } from 'node:path'
import { isSea } from 'node:sea'
import type { Template, TemplateSource } from '../../../contract/templates.ts'
import { Failure } from '../kit/failure.ts'
import type { Agent } from '../kit/agent.ts'
import { type Identity, isAdmin } from '../kit/identity.ts'
import type { Noun } from '../kit/noun.ts'
import { jobEnvironment } from '../scheduler/index.ts'
import type { Uploads } from '../uploads/index.ts'
import { createCatalogue, type TemplateFile } from './catalogue.ts'
import { createCommandLookup } from './commands.ts'
import { createMirror } from './mirror.ts'
import { goodSource, templateRoutes } from './routes.ts'
import type { Tools } from './script.ts'
import { createShelf } from './shelf.ts'

export { boundedPattern, PatternTooSlow } from './patterns.ts'
export { checkParameters, fittingParameters } from './parameters.ts'
export { checkRunnable } from './runnable.ts'
export { checkSlots, filesBySlot, runNames } from './slots.ts'
export { renderScript } from './script.ts'
export { resolveStep } from './steps.ts'

/** A template that makes one job; the others are workflows. */
export type JobTemplate = Template & { script: string }

/** What other nouns may ask of templates. */
export interface Templates {
  /** The template as this user sees it: their own before the site's. Failure NOT_FOUND; a broken file's is TEMPLATE_INVALID. */
  find(who: Identity, id: string): Promise<Template>
  /** A private template out of its YAML text. Failure TEMPLATE_INVALID, CONFLICT where the user has one of that id. */
  create(who: Identity, yaml: string): Promise<{ template: Template; yaml: string }>
  readonly tools: Tools
}

/** Job templates: YAML files of the site and of each user, read again whenever they change (docs/templates.md). */
export function createTemplates(
  agent: Agent,
  { uploads }: { uploads: Uploads },
): Templates & Noun & Required<Pick<Noun, 'start' | 'close'>> {
  const { config } = agent
  const examples = join(config.assets, 'examples')
  // Where the agent is one executable with Node inside, that one runs the agent and no scripts.
  const ownNode = !isSea()
  const tools: Tools = {
    heat: join(examples, 'heat', 'solver', 'heat.mjs'),
    node: ownNode ? process.execPath : 'node',
  }
  const missing = createCommandLookup(jobEnvironment()['PATH'] ?? '', ownNode ? ['node'] : [])
  const mirror = createMirror(agent)
  const catalogue = createCatalogue(
    {
      shipped: join(config.assets, 'templates'),
      shared: config.templates,
      private: join(config.data, 'templates', 'private'),
    },
    agent.log,
    (file) => {
      mirror.refresh(catalogue.files())
      const event = { type: 'templates_changed' as const, data: {}, timestamp: agent.now().toISOString() }
      agent.hub.publish('templates', event, file?.place.kind === 'private' ? { user: file.place.owner } : 'public')
    },
  )
  const shelf = createShelf(catalogue)

  /** Of a workflow, those of its steps' templates too. */
  function requirementsOf(who: Identity, source: TemplateSource): string[] {
    const steps = (source.steps ?? []).map(({ template }) => shelf.find(who.username, template)?.source)
    return [...new Set([source, ...steps].flatMap((each) => each?.requires ?? []))]
  }

  async function view(who: Identity, { place, updatedAt }: TemplateFile, source: TemplateSource): Promise<Template> {
    return {
      ...source,
      visibility: place.kind === 'private' ? 'private' : 'shared',
      ...(place.kind === 'private' ? { owner: place.owner } : {}),
      editable: place.kind === 'private' || (place.kind === 'shared' && isAdmin(who)),
      updatedAt: updatedAt.toISOString(),
      missingCommands: await missing(requirementsOf(who, source)),
    }
  }

  async function find(who: Identity, id: string): Promise<Template> {
    const found = shelf.find(who.username, id)
    if (found !== undefined) return view(who, found.file, found.source)
    const broken = shelf.broken(who.username).find(({ id: brokenId }) => brokenId === id)
    if (broken === undefined) throw new Failure('NOT_FOUND', `There is no template "${id}".`)
    const { line, reason } = broken
    throw new Failure('TEMPLATE_INVALID', `The template "${id}" is broken, line ${line}: ${reason}`, {
      details: { line, reason },
    })
  }

  return {
    find,
    tools,
    async create(who, yaml) {
      const source = goodSource(yaml)
      const place = { kind: 'private' as const, owner: who.username }
      if (shelf.at(place, source.id) !== undefined) {
        throw new Failure('CONFLICT', `You have a template "${source.id}" already: choose another id.`)
      }
      const file = await catalogue.write(place, `${source.id}.yaml`, yaml)
      return { template: await view(who, file, source), yaml: file.text }
    },
    routes: templateRoutes({ agent, uploads, catalogue, shelf, examples, tools, find, view }),
    start: () => catalogue.start(),
    close: async () => {
      await catalogue.close()
      await mirror.close()
    },
  }
}
