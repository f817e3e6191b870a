import { realpath, stat } from 'node:fs/promises'
import { basename, join, sep } from 'node:path'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import {
  ExamplesAnswer,
  ExamplesRequest,
  PreviewAnswer,
  PreviewRequest,
  SaveTemplate,
  TemplateAnswer,
  TemplateList,
} from '../../../contract/agent/templates.ts'
import { type Template, TemplateId, type TemplateSource } from '../../../contract/templates.ts'
import { doubtfulSince } from '../idempotency/index.ts'
import type { Agent } from '../kit/agent.ts'
import { Failure } from '../kit/failure.ts'
import { identityOf, originOf } from '../kit/http.ts'
import { type Identity, isAdmin } from '../kit/identity.ts'
import { BOOKKEEPING, LOG_NAME } from '../scheduler/index.ts'
import type { Uploads } from '../uploads/index.ts'
import type { Catalogue, Place, TemplateFile } from './catalogue.ts'
import { previewTemplate } from './preview.ts'
import type { Tools } from './script.ts'
import type { Shelf } from './shelf.ts'
import { readSource } from './source.ts'

interface Parts {
  agent: Agent
  uploads: Uploads
  catalogue: Catalogue
  shelf: Shelf
  /** Folder of the shipped examples. */
  examples: string
  tools: Tools
  find(who: Identity, id: string): Promise<Template>
  view(who: Identity, file: TemplateFile, source: TemplateSource): Promise<Template>
}

const Params = Type.Object({ id: TemplateId })
const Done = Type.Object({ message: Type.String() })
const view = { permission: ['dashboard' as const, 'job:view' as const, 'job:submit' as const] }
const submit = { permission: ['dashboard' as const, 'job:submit' as const] }
const change = { ...submit, once: true as const }

/** The routes of contract/agent/templates.ts. */
export function templateRoutes(parts: Parts): FastifyPluginAsync {
  const { catalogue, shelf } = parts

  /** The file behind an id that this user may change. */
  function ownFile(who: Identity, id: string): TemplateFile {
    const own = shelf.at({ kind: 'private', owner: who.username }, id)
    const file = own ?? shelf.at({ kind: 'shared' }, id)
    if (file !== undefined) {
      placeFor(who, file.place.kind === 'private' ? 'private' : 'shared')
      return file
    }
    if (shelf.at({ kind: 'shipped' }, id) === undefined) throw new Failure('NOT_FOUND', `There is no template "${id}".`)
    throw new Failure('FORBIDDEN', `The template "${id}" ships with Headway: save a changed copy under another id.`)
  }

  /** What is left to remove where that may have been done before: never the site's template that the user's own had hidden. */
  function leftFile(who: Identity, id: string): TemplateFile | undefined {
    const own = shelf.at({ kind: 'private', owner: who.username }, id)
    if (own !== undefined || !isAdmin(who) || shelf.at({ kind: 'shared' }, id) === undefined) return own
    throw new Failure(
      'CONFLICT',
      `Your own template "${id}" may have been removed already. The one that is left is the site's: remove it if it was meant.`,
    )
  }

  async function answer(who: Identity, file: TemplateFile, source: TemplateSource) {
    return { template: await parts.view(who, file, source), yaml: file.text }
  }

  function record(request: FastifyRequest, action: string, resource: string): void {
    const { username } = identityOf(request)
    parts.agent.audit.record({
      user: username,
      action,
      resource,
      ...originOf(request),
      status: 'success',
    })
  }

  async function create(request: FastifyRequest<{ Body: SaveTemplate }>) {
    const who = identityOf(request)
    const source = goodSource(request.body.yaml)
    const place = placeFor(who, request.body.visibility ?? 'private')
    const there = shelf.at(place, source.id)
    if (there !== undefined && !isOwnWork(request, there)) {
      throw new Failure('CONFLICT', `There is a template "${source.id}" already: change that one or choose another id.`)
    }
    const file = await catalogue.write(place, `${source.id}.yaml`, request.body.yaml)
    record(request, 'template.create', source.id)
    return answer(who, file, source)
  }

  return async (app) => {
    app.get('/api/v2/templates', { config: view, schema: { response: { 200: TemplateList } } }, async (request) => {
      const who = identityOf(request)
      const templates = await Promise.all(
        shelf.all(who.username).map(({ file, source }) => parts.view(who, file, source)),
      )
      const broken = shelf.broken(who.username).map(({ id: _id, ...rest }) => rest)
      return { templates, broken }
    })

    app.get<{ Params: { id: string } }>(
      '/api/v2/templates/:id',
      { config: view, schema: { params: Params, response: { 200: TemplateAnswer } } },
      async (request) => {
        const who = identityOf(request)
        const template = await parts.find(who, request.params.id)
        return { template, yaml: shelf.find(who.username, template.id)?.file.text ?? '' }
      },
    )

    for (const url of ['/api/v2/templates', '/api/v2/templates/import']) {
      app.post<{ Body: SaveTemplate }>(
        url,
        { config: change, schema: { body: SaveTemplate, response: { 201: TemplateAnswer } } },
        async (request, reply) => reply.code(201).send(await create(request)),
      )
    }

    app.put<{ Params: { id: string }; Body: SaveTemplate }>(
      '/api/v2/templates/:id',
      { config: change, schema: { params: Params, body: SaveTemplate, response: { 200: TemplateAnswer } } },
      async (request) => {
        const who = identityOf(request)
        const { id } = request.params
        const old = ownFile(who, id)
        const source = goodSource(request.body.yaml)
        if (source.id !== id) {
          throw new Failure(
            'CONFLICT',
            `The text names the template "${source.id}", not "${id}": its id stays as it is.`,
          )
        }
        const before = old.place.kind === 'private' ? 'private' : 'shared'
        const place = placeFor(who, request.body.visibility ?? before)
        const moved = place.kind !== old.place.kind
        const there = moved ? shelf.at(place, id) : undefined
        if (there !== undefined && !isOwnWork(request, there)) {
          throw new Failure('CONFLICT', `There is a ${place.kind} template "${id}" already.`)
        }
        const file = await catalogue.write(place, moved ? `${id}.yaml` : basename(old.path), request.body.yaml)
        if (moved) await catalogue.remove(old)
        record(request, 'template.change', id)
        return answer(who, file, source)
      },
    )

    app.delete<{ Params: { id: string } }>(
      '/api/v2/templates/:id',
      { config: change, schema: { params: Params, response: { 200: Done } } },
      async (request) => {
        const { id } = request.params
        const who = identityOf(request)
        const file = isAgain(request) ? leftFile(who, id) : ownFile(who, id)
        if (file !== undefined) await catalogue.remove(file)
        record(request, 'template.remove', id)
        return { message: `The template "${id}" is gone.` }
      },
    )

    app.post<{ Body: PreviewRequest }>(
      '/api/v2/templates/preview',
      { config: submit, schema: { body: PreviewRequest, response: { 200: PreviewAnswer } } },
      async (request) => {
        const who = identityOf(request)
        const { submission } = request.body
        if (submission.command !== undefined) return { script: submission.command, problems: [] }
        if (submission.templateId === undefined) {
          throw new Failure('VALIDATION_FAILED', 'A submission names a template or a command.')
        }
        const template = await parts.find(who, submission.templateId)
        const reserved = [LOG_NAME, BOOKKEEPING]
        const find = (id: string) => parts.find(who, id)
        return previewTemplate(template, request.body, { user: who.username, tools: parts.tools, reserved, find })
      },
    )

    app.post<{ Params: { id: string }; Body: ExamplesRequest }>(
      '/api/v2/templates/:id/examples',
      { config: submit, schema: { params: Params, body: ExamplesRequest, response: { 201: ExamplesAnswer } } },
      async (request, reply) => {
        const who = identityOf(request)
        const template = await parts.find(who, request.params.id)
        const files: ExamplesAnswer['files'] = []
        for (const slot of template.files) {
          if (slot.example === undefined) continue
          const source = await insideOf(parts.examples, slot.example)
          const name = basename(source)
          const stored = await parts.uploads.adopt(who.username, request.body.label, {
            source,
            name,
            class: slot.class,
          })
          const { uploadId, folder, size } = stored
          files.push({ slot: slot.key, uploadId, name: stored.name, folder, size, class: stored.class })
        }
        if (files.length === 0) throw new Failure('NOT_FOUND', `No examples ship for the template "${template.id}".`)
        return reply.code(201).send({ files })
      },
    )
  }
}

/** Whether it may have been done before, and the answer was lost. */
const isAgain = (request: FastifyRequest) => doubtfulSince(request) !== undefined
const isOwnWork = (request: FastifyRequest<{ Body: SaveTemplate }>, file: TemplateFile) =>
  isAgain(request) && file.text === request.body.yaml

/** A shipped file by its path under the examples; a template of a user cannot name any other file of the machine. */
async function insideOf(folder: string, path: string): Promise<string> {
  const [root, file] = await Promise.all([realpath(folder), realpath(join(folder, path)).catch(() => '')])
  if (file.startsWith(root + sep) && (await stat(file)).isFile()) return file
  throw new Failure('NOT_FOUND', `No example "${path}" ships with Headway.`)
}

/** Where a template of this visibility is written to, if this user may. */
function placeFor(who: Identity, visibility: 'shared' | 'private'): Place {
  if (visibility === 'private') return { kind: 'private', owner: who.username }
  if (!isAdmin(who)) throw new Failure('FORBIDDEN', 'Only an admin may change the templates of the site.')
  return { kind: 'shared' }
}

/** A text as a template that may be stored. Failure TEMPLATE_INVALID with the line. */
export function goodSource(yaml: string): TemplateSource {
  const read = readSource(yaml)
  if ('source' in read) return read.source
  const { line, reason } = read.problem
  throw new Failure('TEMPLATE_INVALID', `Line ${line}: ${reason}`, { details: { line, reason } })
}
