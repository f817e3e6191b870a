import type { Resubmission } from '../../../contract/jobs.ts'
import type { UserFiles } from '../user-files/index.ts'
import type { Templates } from '../templates/index.ts'
import type { Submitted } from './record.ts'

/**
 * A job as it was asked for. Its dependencies and its begin belong to that time and are left out; files that other jobs made are
 * named, though they are no uploads that could be handed over again.
 */
export async function resubmissionOf(
  job: Submitted,
  { files, templates }: { files: UserFiles; templates: Templates },
): Promise<Resubmission> {
  const { template, command, parameters, options, inputs } = job
  const { dependencies: _dependencies, begin: _begin, ...kept } = options ?? {}
  const owner = { username: job.user, email: '', groups: [], permissions: [] }
  const now = template === undefined ? undefined : await templates.find(owner, template.id).catch(() => undefined)
  const found = inputs.flatMap(({ uploadId, slot, name, size, path }) =>
    uploadId === undefined ? [] : [{ uploadId, ...(slot === undefined ? {} : { slot }), name, size, path }],
  )
  return {
    submission: {
      name: job.name,
      resources: job.resources,
      ...(Object.keys(kept).length === 0 ? {} : { options: kept }),
      ...(template === undefined ? {} : { templateId: template.id, parameters }),
      ...(now === undefined ? {} : { templateVersion: now.version }),
      ...(command === undefined ? {} : { command }),
    },
    files: await Promise.all(
      found.map(async ({ path, ...file }) => ({
        ...file,
        missing: (await files.stat(job.user, path).catch(() => undefined)) === undefined,
      })),
    ),
    ...(template === undefined || now?.version === template.version
      ? {}
      : { template: { id: template.id, ...(now === undefined ? {} : { version: now.version }) } }),
  }
}
