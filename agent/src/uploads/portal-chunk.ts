import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { FastifyRequest } from 'fastify'
import type { ChunkAnswer } from '../../../contract/agent/uploads.ts'
import { Failure } from '../kit/failure.ts'
import type { Chunk } from './transfer.ts'

type Take = (upload: string, chunk: Chunk) => Promise<ChunkAnswer>

const invalid = (field: string, sentence: string): Failure =>
  new Failure('VALIDATION_FAILED', sentence, { details: { field } })

function target(fields: Map<string, string>): { upload: string; index: number } | undefined {
  const upload = fields.get('upload_id')
  const index = fields.get('chunk_index')
  if (upload === undefined || index === undefined) return undefined
  if (!/^\d{1,9}$/.test(index)) throw invalid('chunk_index', 'The number of the chunk is not a number.')
  return { upload, index: Number(index) }
}

/** The MD5 among the fields, once all have been read. */
function checksum(fields: Map<string, string>): string | undefined {
  const value = fields.get('checksum')
  if (value === undefined || value === '') return undefined
  if (/^[0-9a-fA-F]{32}$/.test(value)) return value
  throw invalid('checksum', 'The checksum of a chunk is an MD5 of 32 hex digits.')
}

/**
 * One multipart chunk. Where the fields come first (curl, most portals) the bytes go straight to their place; where the
 * chunk comes first they wait in a file under `spoolFolder`, since a chunk may have 64 MiB and nobody knows yet whose it is.
 */
export async function takePortalChunk(request: FastifyRequest, spoolFolder: string, take: Take): Promise<ChunkAnswer> {
  const fields = new Map<string, string>()
  const end = Promise.withResolvers<string | undefined>()
  // Whoever waits for it gets the error; where nobody does it is thrown below.
  end.promise.catch(() => {})
  const md5 = () => end.promise
  let taking: Promise<ChunkAnswer> | undefined
  let spool: { folder: string; path: string } | undefined
  try {
    for await (const part of request.parts()) {
      if (part.type === 'field') {
        fields.set(part.fieldname, String(part.value))
        continue
      }
      if (part.fieldname !== 'chunk' || taking !== undefined || spool !== undefined) {
        part.file.resume()
        continue
      }
      const known = target(fields)
      if (known === undefined) spool = await spoolTo(spoolFolder, part.file)
      else {
        taking = take(known.upload, { index: known.index, body: part.file, md5 })
        // A refusal before the bytes are read must not keep the form from being read to its end.
        taking.catch(() => part.file.resume())
      }
    }
    const sum = checksum(fields)
    if (spool !== undefined) {
      const known = target(fields)
      if (known === undefined) throw invalid('upload_id', 'The form names no upload and no chunk.')
      taking = take(known.upload, { index: known.index, body: createReadStream(spool.path), md5 })
    }
    if (taking === undefined) throw invalid('chunk', 'The form holds no chunk.')
    end.resolve(sum)
    return await taking
  } catch (error) {
    end.reject(error)
    await taking?.catch(() => {})
    throw isMalformed(error) ? new Failure('BAD_REQUEST', 'The form could not be read.') : error
  } finally {
    if (spool !== undefined) await rm(spool.folder, { recursive: true, force: true })
  }
}

/** What busboy says of a form that ends early or is none: errors of no kind of their own, and without a code. */
const isMalformed = (error: unknown): boolean =>
  error instanceof Error && error.constructor === Error && !('code' in error)

async function spoolTo(parent: string, body: Readable): Promise<{ folder: string; path: string }> {
  const folder = await mkdtemp(join(parent, 'chunk-'))
  const path = join(folder, 'chunk')
  try {
    await pipeline(body, createWriteStream(path, { mode: 0o600 }))
    return { folder, path }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}
