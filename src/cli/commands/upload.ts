import { exitCode } from '../exit-codes.ts'
import { CommandFailure, orOffline } from '../failure.ts'
import type { Output } from '../output.ts'
import { chooseSite, withSession } from '../session.ts'
import { filesAt, followUploads, newLabel, rateOf, startUploads, sumLine, uploadedLine } from '../uploads.ts'
import { keepUploads, type UploadOptions } from './keep.ts'

/** `headway upload PATH…`: verified; or kept for later. */
export async function upload(
  paths: string[],
  options: UploadOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const { offline, whole = false, readBack } = options
  const limit = options.limit === undefined ? undefined : rateOf(options.limit)
  if (offline === true) {
    if (limit === undefined && !whole && readBack === undefined) return keepUploads(paths, options, output)
    throw new CommandFailure('--limit, --whole and --read-back are of no use with --offline.', exitCode.usage)
  }
  const settings = {
    ...(limit === undefined ? {} : { uploadLimit: limit, uploadHours: null }),
    ...(readBack === undefined ? {} : { uploadReadBack: readBack }),
  }
  await withSession(async ({ rpc }) => {
    const site = await orOffline(chooseSite(rpc, options.site))
    const files = await filesAt(
      rpc,
      paths.map((path) => ({ path })),
      output,
    )
    const started = await startUploads(rpc, site.id, options.label ?? newLabel(), files)
    if (whole) await rpc.call('uploads', 'sendAgain', { ids: started.map(({ id }) => id) })
    const done = await followUploads(rpc, started, output, signal).catch((error: unknown) => {
      throw signal.aborted ? notUploaded() : error
    })
    for (const item of done) output.result(...uploadedLine(item))
    output.note(sumLine(done))
  }, settings)
}

const notUploaded = () =>
  new CommandFailure(
    'Interrupted: not everything was uploaded. With --offline it is kept in the outbox, and goes on with `headway outbox send`.',
    exitCode.interrupted,
  )
