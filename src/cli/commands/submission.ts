import { basename } from 'node:path'
import type { Submission } from '../../../contract/jobs.ts'
import type { ParameterValues, Template } from '../../../contract/templates.ts'
import { exitCode } from '../exit-codes.ts'
import { CommandFailure } from '../failure.ts'
import { jobOptionsOf, resourcesOf, type SchedulerOptions } from './submit-options.ts'
import type { NamedPath } from '../uploads.ts'
import type { WhenOptions } from './when-options.ts'

/** A submission as it is written on the command line. */
export interface SubmissionOptions extends SchedulerOptions, WhenOptions {
  set: string[]
  file: string[]
  name?: string
}
export interface SubmitOptions extends SubmissionOptions {
  site?: string
  wait?: boolean
}

export function templateIn(templates: readonly Template[], id: string): Template {
  const template = templates.find((item) => item.id === id)
  if (template !== undefined) return template
  throw new CommandFailure(`No template "${id}". See \`headway templates\`.`, exitCode.usage)
}

export function submissionOf(template: Template, options: SubmissionOptions): Submission {
  const jobOptions = jobOptionsOf(options)
  return {
    name: options.name ?? template.name.en,
    templateId: template.id,
    templateVersion: template.version,
    parameters: parseParameters(template, options.set),
    resources: { ...template.resources, ...resourcesOf(options) },
    ...(jobOptions === undefined ? {} : { options: jobOptions }),
    ...(template.steps === undefined ? {} : { workflow: true as const }),
  }
}

/** `k=v` pairs as values of the template's types. */
export function parseParameters(template: Pick<Template, 'parameters'>, pairs: string[]): ParameterValues {
  const values: ParameterValues = {}
  for (const pair of pairs) {
    const equals = pair.indexOf('=')
    const key = equals < 0 ? pair : pair.slice(0, equals)
    const text = equals < 0 ? 'true' : pair.slice(equals + 1)
    const parameter = template.parameters.find((item) => item.key === key)
    if (parameter === undefined) {
      throw new CommandFailure(
        `No parameter "${key}". Known: ${template.parameters.map((item) => item.key).join(', ')}.`,
        exitCode.usage,
      )
    }
    if (parameter.type === 'number' || parameter.type === 'integer') {
      const number = Number(text)
      if (text.trim() === '' || !Number.isFinite(number))
        throw new CommandFailure(`${key} must be a number, not "${text}".`, exitCode.usage)
      values[key] = number
    } else if (parameter.type === 'boolean') {
      if (!['true', 'false'].includes(text))
        throw new CommandFailure(`${key} must be true or false, not "${text}".`, exitCode.usage)
      values[key] = text === 'true'
    } else values[key] = text
  }
  return values
}

/** `slot=path` or a path whose extension only one slot accepts. */
export function parseFiles(template: Pick<Template, 'files'>, given: string[]): NamedPath[] {
  return given.map((entry) => {
    const equals = entry.indexOf('=')
    const named = equals > 0 ? template.files.find((slot) => slot.key === entry.slice(0, equals)) : undefined
    if (named !== undefined) return { slot: named.key, path: entry.slice(equals + 1) }
    const fitting = template.files.filter((slot) =>
      slot.accept.some((extension) => basename(entry).toLowerCase().endsWith(extension)),
    )
    const slot = fitting[0]
    if (slot === undefined || fitting.length > 1) {
      throw new CommandFailure(
        `Say which slot ${entry} is for: --file SLOT=${entry}, with SLOT one of ${template.files.map((item) => item.key).join(', ')}.`,
        exitCode.usage,
      )
    }
    return { slot: slot.key, path: entry }
  })
}
