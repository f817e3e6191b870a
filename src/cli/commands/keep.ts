import type { Site } from '../../../contract/sites.ts'
import type { RpcClient } from '../../rpc/types.ts'
import { exitCode } from '../exit-codes.ts'
import { CommandFailure, describeFailure } from '../failure.ts'
import { lastTemplates, listTemplates, type RememberedCatalogue } from '../outbox/catalogue.ts'
import { contentsOf, idsOf, shortIds } from '../outbox/contents.ts'
import { withOutbox } from '../outbox/session.ts'
import { clock } from '../outbox/words.ts'
import { bytes, type Output } from '../output.ts'
import { chooseSite, findSite, withSession } from '../session.ts'
import { dropUploads, filesAt, newLabel, startUploads } from '../uploads.ts'
import { parseFiles, submissionOf, templateIn, type SubmitOptions } from './submission.ts'
import { afterEntries, whenOf } from './when-options.ts'

/** `headway submit … --offline`: into the terminal's outbox with its files; nothing of the site is needed. */
export async function keepSubmission(templateId: string, options: SubmitOptions, output: Output): Promise<void> {
  if (options.wait === true)
    throw new CommandFailure('What is kept cannot be waited for. See `headway outbox send --wait`.', exitCode.usage)
  // All that may take its time, or be wrong, comes before the outbox is held.
  const { site, listed, files } = await withSession(async ({ rpc }) => {
    const { site, listed } = await catalogueFor(rpc, options)
    const paths = parseFiles(templateIn(listed.catalogue.items, templateId), options.file)
    return { site, listed, files: await filesAt(rpc, paths, output) }
  })
  const submission = submissionOf(templateIn(listed.catalogue.items, templateId), options)
  const when = whenOf(options)
  const held = options.hold === true
  const { id, short } = await withOutbox(
    async ({ rpc }) => {
      const { entries } = await contentsOf(rpc)
      const jobOptions = afterEntries(submission.options, options.after ?? [], entries)
      const uploads = await startUploads(rpc, site.id, newLabel(), files)
      try {
        const added = await rpc.call('outbox', 'add', {
          site: site.id,
          action: {
            kind: 'submit',
            submission: { ...submission, ...(jobOptions === undefined ? {} : { options: jobOptions }) },
            uploads: uploads.map(({ id, slot }) => (slot === undefined ? { id } : { id, slot })),
          },
          when,
          held,
        })
        return { id: added.id, short: await shortOf(rpc, added.id) }
      } catch (error) {
        await dropUploads(rpc, uploads)
        throw error
      }
    },
    { catalogue: listed },
  )
  const goes = held
    ? `It is held: \`headway outbox release ${short}\` lets it go, \`headway outbox send\` sends it.`
    : when.notBefore === undefined
      ? 'It goes out with `headway outbox send`.'
      : `It goes out with \`headway outbox send\` after ${clock(when.notBefore)}, or with \`headway outbox send --wait\`.`
  output.result({ outbox_id: id }, `Kept in the outbox as ${short}: ${submission.name} for ${site.name}. ${goes}`)
}

/** The templates as they are, where the site can be asked and the user does not mind; else as they were listed last. */
async function catalogueFor(
  rpc: RpcClient,
  options: SubmitOptions,
): Promise<{ site: Site; listed: RememberedCatalogue }> {
  const known = await findSite(rpc, options.site)
  if (options.offline === true) return { site: known, listed: await lastTemplates(known) }
  try {
    const site = await chooseSite(rpc, options.site)
    return { site, listed: await listTemplates(rpc, site) }
  } catch (error) {
    const { exitCode: exit } = describeFailure(error)
    if (exit !== exitCode.offline && exit !== exitCode.signedOut) throw error
    return { site: known, listed: await lastTemplates(known) }
  }
}

export interface UploadOptions {
  site?: string
  label?: string
  offline?: boolean
  limit?: string
  whole?: boolean
  readBack?: boolean
}

/** `headway upload … --offline`: the files are read when they go out. */
export async function keepUploads(paths: readonly string[], options: UploadOptions, output: Output): Promise<void> {
  const { site, files } = await withSession(async ({ rpc }) => ({
    site: await findSite(rpc, options.site),
    files: await filesAt(
      rpc,
      paths.map((path) => ({ path })),
      output,
    ),
  }))
  const label = options.label ?? newLabel()
  const uploads = await withOutbox(({ rpc }) => startUploads(rpc, site.id, label, files))
  const size = uploads.reduce((sum, upload) => sum + upload.size, 0)
  const count = uploads.length === 1 ? '1 file' : `${uploads.length} files`
  output.result(
    { outbox_id: label, files: uploads.length, size },
    `Kept in the outbox as ${label}: ${count}, ${bytes(size)} for ${site.name}. It goes out with \`headway outbox send\`.`,
  )
}

async function shortOf(rpc: RpcClient, id: string): Promise<string> {
  return shortIds(idsOf(await contentsOf(rpc))).get(id) ?? id
}
