import type { Template } from '../../../contract/templates.ts'
import { Failure } from '../kit/failure.ts'

/**
 * Whether a template may be run as it was asked for: in the version its user saw, with every command it needs. Failure
 * CONFLICT, REQUIREMENT_MISSING.
 */
export function checkRunnable({ id, version, missingCommands }: Template, asked: number | undefined): void {
  if (asked !== undefined && asked !== version) {
    throw new Failure(
      'CONFLICT',
      `The template "${id}" is version ${version} by now, not ${asked}: look at its form again.`,
      { details: { version } },
    )
  }
  if (missingCommands.length > 0) {
    throw new Failure(
      'REQUIREMENT_MISSING',
      `The template "${id}" needs ${missingCommands.join(', ')}, which this cluster lacks.`,
      { details: { commands: missingCommands } },
    )
  }
}
