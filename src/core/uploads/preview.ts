import { extname } from 'node:path'
import type { Preview, PreviewKind, TextEncoding } from '../../../contract/results.ts'
import { drawLocal, previewOf, unshown } from '../previews/index.ts'
import type { Platform } from '../platform.ts'
import type { UploadList } from './list.ts'
import { openSource } from './source.ts'

/**
 * Looks at the local file of an upload as it is now, which may be another version than the one that goes up. Rejects with
 * CONFLICT where it cannot be shown, FILE_MISSING, FILE_UNREADABLE, FILE_DETACHED, and FILE_CHANGED where it changes meanwhile.
 */
export async function preview(
  { list, platform }: { list: UploadList; platform: Platform },
  { id, as, encoding }: { id: string; as: PreviewKind; encoding?: TextEncoding },
  signal: AbortSignal,
): Promise<Preview> {
  const { name, source: ref } = list.get(id)
  if (ref === undefined) throw unshown('It was on the cluster already: there is no file of it on this machine.')
  const source = await openSource(name, ref, platform)
  try {
    const version = await source.version()
    const { size } = version
    const read = async (offset: number, most: number) => {
      const length = Math.min(most, size - offset)
      if (length <= 0) return new Uint8Array()
      return source.read({ offset, length }, version, () => Buffer.allocUnsafe(length), signal)
    }
    const file = {
      read: async (offset: number, most: number) => ({ bytes: await read(offset, most), size }),
      mesh: () => drawLocal(extname(name).slice(1), { size, read }, signal),
    }
    return await previewOf(file, as, encoding)
  } finally {
    await source.close()
  }
}
