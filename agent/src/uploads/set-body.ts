import { hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { Compile } from 'typebox/compile'
import { setBytes, smallFileBytes, UploadSet } from '../../../contract/agent/uploads.ts'
import { Failure } from '../kit/failure.ts'
import { statedDigest } from './digests.ts'

export const SET = 'application/vnd.headway.set'

const LENGTH = 4
/** Of the JSON text: a thousand names and folders of usual length several times over. */
const MAX_LISTING = 4 * 2 ** 20
/** Of a whole set, unpacked. */
export const MAX_SET = LENGTH + MAX_LISTING + setBytes
/** A connection that brings nothing for so long is given up: it keeps others waiting. */
const STALL_MS = 30_000
/** Bytes that a decoder may look back, as a power of two: the 8 MiB that RFC 8878 wants every decoder to have. */
const WINDOW_LOG = 23

const listing = Compile(UploadSet)

/** A file of a set, with its contents. */
export type SetFile = UploadSet['files'][number] & { bytes: Buffer }

const malformed = (sentence: string): Failure => new Failure('BAD_REQUEST', sentence)
const tooLarge = (): Failure => new Failure('TOO_LARGE', 'The set is too large. Send its files in several.')

/** All of a body. What is left of one that is too large is read and thrown away, else the answer could not be sent. */
async function whole(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_SET) {
    request.resume()
    throw tooLarge()
  }
  const stall = setTimeout(() => request.destroy(malformed('The connection brought no more bytes.')), STALL_MS)
  const pieces: Buffer[] = []
  let length = 0
  try {
    for await (const piece of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      stall.refresh()
      length += piece.length
      if (length > MAX_SET) throw tooLarge()
      pieces.push(piece)
    }
  } catch (error) {
    request.resume()
    throw error instanceof Failure ? error : malformed('The connection was closed before the set was whole.')
  } finally {
    clearTimeout(stall)
  }
  const body = Buffer.concat(pieces, length)
  // The list has digests of the contents, and nothing else has one of the list: a name may have been damaged.
  if (request.headers['content-digest'] !== undefined) {
    const stated = statedDigest(request.headers, 'Content-Digest')
    if (!stated.equals(hash('sha256', body, 'buffer'))) {
      throw new Failure('CHECKSUM_MISMATCH', 'The set arrived damaged: its checksum is not the one sent with it.')
    }
  }
  return body
}

/** Undoes zstd, to at most `MAX_SET` bytes; undefined where this Node cannot (it came with 22.15 and 23.8). */
function unpackerOf({ constants, zstdDecompress }: Partial<typeof zlib>) {
  if (zstdDecompress === undefined || constants === undefined) return undefined
  const params = { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG }
  return async (bytes: Buffer): Promise<Buffer> => {
    try {
      return await promisify(zstdDecompress)(bytes, { maxOutputLength: MAX_SET, params })
    } catch (error) {
      const isLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
      throw isLarge ? tooLarge() : malformed('The set could not be unpacked.')
    }
  }
}
const unpack = unpackerOf(zlib)

/**
 * The body of a set's request, unpacked.
 *
 * @throws Failure TOO_LARGE; BAD_REQUEST; CHECKSUM_MISMATCH where it is not what its digest says; UNSUPPORTED_MEDIA_TYPE for a content coding that this agent cannot undo.
 */
export async function readSetBody(request: IncomingMessage): Promise<Buffer> {
  const coding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (coding === 'identity') return whole(request)
  if (coding === 'zstd' && unpack !== undefined) return unpack(await whole(request))
  request.resume()
  throw new Failure('UNSUPPORTED_MEDIA_TYPE', 'The agent cannot unpack this set. Send it as it is.', {
    details: { accepted: unpack === undefined ? [] : ['zstd'] },
  })
}

function listingOf(text: Buffer): UploadSet {
  let value: unknown
  try {
    value = JSON.parse(text.toString('utf8'))
  } catch {
    throw malformed('The list of the set is no JSON.')
  }
  if (listing.Check(value)) return value
  const [problem] = listing.Errors(value)
  throw new Failure('VALIDATION_FAILED', 'The list of the set does not fit.', {
    details: { path: problem?.instancePath ?? '', reason: problem?.message ?? '' },
  })
}

/**
 * The files of a set, their contents views into `body`. Nothing of one that is not as the contract has it can be believed.
 *
 * @throws Failure BAD_REQUEST, VALIDATION_FAILED; TOO_LARGE for more contents than a set, or a file of one, may have.
 */
export function decodeSet(body: Buffer): SetFile[] {
  const textLength = body.length < LENGTH ? Infinity : body.readUInt32BE(0)
  if (textLength > Math.min(MAX_LISTING, body.length - LENGTH)) throw malformed('The list of the set is not whole.')
  const { files } = listingOf(body.subarray(LENGTH, LENGTH + textLength))
  const contents = body.subarray(LENGTH + textLength)
  if (contents.length > setBytes || files.some(({ size }) => size > smallFileBytes)) throw tooLarge()
  if (new Set(files.map(({ key }) => key)).size !== files.length) throw malformed('Two files of the set have one key.')
  let at = 0
  const whole = files.map((file) => ({ ...file, bytes: contents.subarray(at, (at += file.size)) }))
  if (at !== contents.length) throw malformed('The sizes of the files are not those of their contents.')
  return whole
}
