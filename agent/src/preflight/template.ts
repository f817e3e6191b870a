import type { PreflightRequest } from '../../../contract/agent/preflight.ts'
import type { Template } from '../../../contract/templates.ts'
import { checkParameters } from '../templates/index.ts'
import { type Finding, good, refused } from './finding.ts'

/** Whether the template runs here now, in the version the form was made from, with these values. */
export function checkTemplate(template: Template, request: PreflightRequest): Finding[] {
  const { requires = [], missingCommands, version } = template
  const findings: Finding[] = []
  if (request.template_version !== undefined && request.template_version !== version)
    findings.push(refused('template-version', { asked: request.template_version, now: version }))
  if (missingCommands.length > 0) findings.push(refused('commands-missing', { commands: missingCommands }))
  else if (requires.length > 0) findings.push(good('commands', { commands: requires }))
  for (const problem of checkParameters(template.parameters, request.parameters ?? {}).problems)
    findings.push(refused('parameter', problem))
  return findings
}
