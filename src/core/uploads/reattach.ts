import type { Input } from '../../../contract/app.ts'
import type { Upload } from '../../../contract/uploads.ts'
import { type AppError, appError } from '../kit/app-error.ts'
import type { Engine } from './engine.ts'
import type { UploadList } from './list.ts'
import { sameVersion } from './source.ts'

const conflict = (reason: string): AppError => appError('CONFLICT', { reason }, `The file cannot be taken: ${reason}.`)

/**
 * Gives an upload that waits for its file, or failed, the file picked once more. One of another time but the same size
 * may have other content: it begins anew, and of it only what differs is sent.
 *
 * @throws AppError CONFLICT where name or size differ or nothing waits, NOT_FOUND.
 */
export async function reattach(
  { list, engine }: { list: UploadList; engine: Engine },
  { id, file }: Input<'uploads', 'reattach'>,
): Promise<Upload> {
  const record = list.get(id)
  if (record.state !== 'waiting' && record.state !== 'failed') throw conflict('nothing waits for it')
  if (file.name.normalize('NFC') !== record.name) throw conflict('another name')
  if (file.size !== record.size) throw conflict('another size')
  await engine.pause([record])
  if (!sameVersion(file, record)) await engine.restart(record, file)
  await list.updateAll([record], { source: file.source, state: 'paused', wait: undefined, error: undefined })
  await engine.resume([record])
  return list.view(id)
}
