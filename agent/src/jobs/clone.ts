import { stringify } from 'yaml'
import type { CloneRequest } from '../../../contract/agent/jobs.ts'
import type { Parameter, ParameterValues, TemplateSource } from '../../../contract/templates.ts'
import { Failure } from '../kit/failure.ts'
import type { Identity } from '../kit/identity.ts'
import type { Templates } from '../templates/index.ts'
import type { Submitted } from './record.ts'

/** Of the files of a job that had no template, so many may be given to one made from its clone. */
const MOST_FILES = 100

/**
 * The YAML text of a template that makes the same job again: of a template's job the template as it was then, with the values
 * it ran with as defaults; of a command the command. Failure VALIDATION_FAILED where neither can be had.
 */
export async function cloneOf(
  job: Submitted,
  { id, name }: CloneRequest,
  who: Identity,
  templates: Templates,
): Promise<string> {
  const source = job.template === undefined ? ofCommand(job) : await ofTemplate(job, who, templates)
  const clone: TemplateSource = { ...source, id, version: 1, name: { en: name }, resources: job.resources }
  return stringify(clone)
}

async function ofTemplate(job: Submitted, who: Identity, templates: Templates): Promise<TemplateSource> {
  const source = job.source ?? (await stillThere(job, who, templates))
  return { ...source, parameters: source.parameters.map((parameter) => withDefault(parameter, job.parameters)) }
}

/** Jobs of older agents kept no more of their template than what their page shows. */
async function stillThere(job: Submitted, who: Identity, templates: Templates): Promise<TemplateSource> {
  const { id, version } = job.template ?? { id: '', version: 0 }
  const found = await templates.find(who, id)
  if (found.version !== version) {
    throw new Failure(
      'VALIDATION_FAILED',
      `The template "${id}" is version ${found.version} by now, and this job kept nothing of version ${version}. Clone the template itself.`,
    )
  }
  const { visibility: _v, owner: _o, editable: _e, updatedAt: _u, missingCommands: _m, ...source } = found
  return source
}

function withDefault(parameter: Parameter, values: ParameterValues): Parameter {
  const value = values[parameter.key]
  if (parameter.type === 'number' || parameter.type === 'integer') {
    return typeof value === 'number' ? { ...parameter, default: value } : parameter
  }
  if (parameter.type === 'boolean') return typeof value === 'boolean' ? { ...parameter, default: value } : parameter
  if (parameter.type === 'choice') return typeof value === 'string' ? { ...parameter, default: value } : parameter
  return parameter.type === 'string' && typeof value === 'string' ? { ...parameter, default: value } : parameter
}

function ofCommand(job: Submitted): TemplateSource {
  const script = job.command ?? job.script
  if (script.includes('endraw')) {
    throw new Failure(
      'VALIDATION_FAILED',
      'The command contains "endraw", which ends what templates leave as it is. Write the template by hand.',
    )
  }
  return {
    id: 'clone',
    version: 1,
    name: { en: job.name },
    category: 'own',
    files: [{ key: 'files', label: { en: 'Files', ko: '파일' }, class: 'other', accept: [], min: 0, max: MOST_FILES }],
    parameters: [],
    resources: job.resources,
    // What would mark values in a template belongs to the shell here.
    script: /\{\{|\{%/.test(script) ? `{% raw %}${script}{% endraw %}` : script,
  }
}
