import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AppError } from '../core/kit/app-error.ts'
import type { Logger } from '../core/platform.ts'

/** A result file on its way out of the core, for one ticket. */
export interface Download {
  name: string
  /** Bytes, where known beforehand. */
  size?: number
  body: Readable
}

/**
 * Streams what the ticket stands for as an attachment; a transfer that breaks is cut, so that no half file looks whole.
 * `navigation`: a form of our page asks. Where there is nothing to send, an answer with content would take the place of
 * that page, and of the files it holds for uploads: it gets none, and stays.
 */
export async function sendDownload(
  take: () => Promise<Download>,
  response: ServerResponse,
  { navigation, log }: { navigation: boolean; log: Logger },
): Promise<void> {
  let download: Download
  try {
    download = await take()
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const { code, message } = error.value
    log.warn('a download could not begin', { code, reason: message })
    if (navigation) response.writeHead(204).end()
    else {
      response.writeHead(code === 'NOT_FOUND' ? 404 : 502, { 'content-type': 'text/plain; charset=utf-8' })
      response.end(
        code === 'NOT_FOUND'
          ? 'This download was fetched already, or waited too long. Start it again from the job’s files.'
          : message,
      )
    }
    return
  }
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'content-disposition': contentDisposition(download.name),
    ...(download.size === undefined ? {} : { 'content-length': String(download.size) }),
  })
  await pipeline(download.body, response).catch((error: unknown) => {
    log.warn('a download ended early', { reason: error instanceof Error ? error.message : String(error) })
    response.destroy()
  })
}

/** RFC 6266: a plain ASCII name for old readers, the real one beside it. */
export function contentDisposition(name: string): string {
  const plain = name.replaceAll(/[^\w.+@ -]/g, '_')
  const encoded = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`
}
