import { exitCode } from '../exit-codes.ts'
import { CommandFailure, orOffline } from '../failure.ts'
import type { Output } from '../output.ts'
import { chooseSite, withSession } from '../session.ts'
import { filesAt, followUploads, newLabel, startUploads, uploadedLine } from '../uploads.ts'
import { keepUploads, type UploadOptions } from './keep.ts'

/** `headway upload PATH…`: verified; or kept for later. */
export async function upload(
  paths: string[],
  options: UploadOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  if (options.offline === true) return keepUploads(paths, options, output)
  await withSession(async ({ rpc }) => {
    const site = await orOffline(chooseSite(rpc, options.site))
    const files = await filesAt(
      rpc,
      paths.map((path) => ({ path })),
      output,
    )
    const started = await startUploads(rpc, site.id, options.label ?? newLabel(), files)
    const done = await followUploads(rpc, started, output, signal).catch((error: unknown) => {
      throw signal.aborted ? notUploaded() : error
    })
    for (const item of done) output.result(...uploadedLine(item))
  })
}

const notUploaded = () =>
  new CommandFailure(
    'Interrupted: not everything was uploaded. With --offline it is kept in the outbox, and goes on with `headway outbox send`.',
    exitCode.interrupted,
  )
