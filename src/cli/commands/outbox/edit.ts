import type { Submission } from '../../../../contract/jobs.ts'
import type { OutboxAction, OutboxEntry } from '../../../../contract/outbox.ts'
import type { Template } from '../../../../contract/templates.ts'
import type { Upload } from '../../../../contract/uploads.ts'
import type { RpcClient } from '../../../rpc/types.ts'
import { exitCode } from '../../exit-codes.ts'
import { CommandFailure } from '../../failure.ts'
import { lastTemplates } from '../../outbox/catalogue.ts'
import { contentsOf, named, uploadsOf } from '../../outbox/contents.ts'
import { dropUnbound } from '../../outbox/drop-files.ts'
import { withOutbox } from '../../outbox/session.ts'
import { stateText } from '../../outbox/words.ts'
import type { Output } from '../../output.ts'
import { findSite } from '../../session.ts'
import { dropUploads, filesAt, newLabel, startUploads } from '../../uploads.ts'
import { jobOptionsOf, resourcesOf } from '../submit-options.ts'
import { parseFiles, parseParameters, templateIn, type SubmissionOptions } from '../submission.ts'
import { afterEntries, whenOf } from '../when-options.ts'

type Submit = Extract<OutboxAction, { kind: 'submit' }>

/** `headway outbox edit ID`: what is given replaces what was; files replace those of the same slot. */
export async function edit(id: string, options: SubmissionOptions, output: Output): Promise<void> {
  await withOutbox(async ({ rpc }) => {
    const { entries } = await contentsOf(rpc)
    const entry = named(entries, id)
    const { action } = entry
    const when = whenOf(options, entry.when)
    const change = { id: entry.id, when }
    if (action.kind !== 'submit') {
      if (changesSubmission(options))
        throw new CommandFailure('Only when it goes out can be changed of this.', exitCode.usage)
      return told(await rpc.call('outbox', 'edit', change))
    }
    const template = options.set.length + options.file.length === 0 ? undefined : await templateOf(rpc, entry, action)
    const submission = submissionWith(action.submission, options, { template, entries })
    const paths = template === undefined ? [] : parseFiles(template, options.file)
    const added = await startUploads(rpc, entry.site, newLabel(), await filesAt(rpc, paths, output))
    try {
      const now = await rpc.call('outbox', 'edit', { ...change, action: { ...withFiles(action, added), submission } })
      await dropUnbound(rpc, uploadsOf(entry))
      told(now)
    } catch (error) {
      await dropUploads(rpc, added)
      throw error
    }
  })

  function told(now: OutboxEntry): void {
    output.result({ outbox_id: now.id, state: now.state }, `${id}: edited, ${stateText(now.state)}`)
  }
}

function changesSubmission(options: SubmissionOptions): boolean {
  const { set, file, name, after = [] } = options
  const scheduling = { ...resourcesOf(options), ...jobOptionsOf(options) }
  return set.length + file.length + after.length + Object.keys(scheduling).length > 0 || name !== undefined
}

async function templateOf(rpc: RpcClient, entry: OutboxEntry, { submission }: Submit): Promise<Template> {
  const { catalogue } = await lastTemplates(await findSite(rpc, entry.site))
  return templateIn(catalogue.items, submission.templateId ?? '')
}

function submissionWith(
  before: Submission,
  options: SubmissionOptions,
  { template, entries }: { template: Template | undefined; entries: readonly OutboxEntry[] },
): Submission {
  const given = afterEntries(jobOptionsOf(options), options.after ?? [], entries)
  // `--after` adds to what it waits for, `--dependency` says it anew.
  const kept = options.dependency === undefined ? (before.options?.dependencies ?? []) : []
  const dependencies = [...kept, ...(given?.dependencies ?? [])]
  const jobOptions = { ...before.options, ...given, ...(dependencies.length === 0 ? {} : { dependencies }) }
  return {
    ...before,
    name: options.name ?? before.name,
    resources: { ...before.resources, ...resourcesOf(options) },
    ...(template === undefined
      ? {}
      : { parameters: { ...before.parameters, ...parseParameters(template, options.set) } }),
    ...(Object.keys(jobOptions).length === 0 ? {} : { options: jobOptions }),
  }
}

function withFiles(action: Submit, added: readonly Upload[]): Submit {
  const slots = new Set(added.map(({ slot }) => slot))
  const kept = action.uploads.filter(({ slot }) => !slots.has(slot))
  const bound = added.map(({ id, slot }) => (slot === undefined ? { id } : { id, slot }))
  return { ...action, uploads: [...kept, ...bound] }
}
