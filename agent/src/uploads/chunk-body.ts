import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { PassThrough, Readable, type Transform } from 'node:stream'
import zlib from 'node:zlib'
import { Failure } from '../kit/failure.ts'
import { statedDigest } from './digests.ts'
import { wrongLength } from './ingest.ts'
import { assembled, longestRecipe } from './recipe-body.ts'
import type { Source } from './sources.ts'
import type { Chunk } from './transfer.ts'

export const PLAIN = 'application/octet-stream'
export const RECIPE = 'application/vnd.headway.recipe'

/** Bytes of one piece that comes out of a decoder. */
const PIECE = 1 << 18
/** Bytes that a decoder may look back, as a power of two: the 8 MiB that RFC 8878 wants every decoder to have. */
const WINDOW_LOG = 23

/** What undoes a content coding; one that this Node cannot undo is left out (zstd came with 22.15 and 23.8). */
export const decodersOf = ({ constants, ...node }: Partial<typeof zlib>): ReadonlyMap<string, () => Transform> =>
  new Map(
    node.createZstdDecompress === undefined || constants === undefined
      ? []
      : [
          [
            'zstd',
            () =>
              zlib.createZstdDecompress({
                chunkSize: PIECE,
                params: { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG },
              }),
          ],
        ],
  )
const decoders = decodersOf(zlib)

/** In which form a chunk comes. */
export interface ChunkForm {
  /** Of the chunk as it is to be stored. */
  sha256: Buffer
  /** Undoes the content coding. */
  decoder?: () => Transform
  /** A recipe: id of the upload that its ranges are of. */
  source?: string
}

/**
 * Reads the form of a chunk from its request.
 *
 * @throws Failure UNSUPPORTED_MEDIA_TYPE for a content coding that this agent cannot undo; BAD_REQUEST without a digest or source.
 */
export function formOf(headers: IncomingHttpHeaders, known = decoders): ChunkForm {
  const coding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  const decoder = known.get(coding)
  if (decoder === undefined && coding !== 'identity') {
    throw new Failure('UNSUPPORTED_MEDIA_TYPE', 'The agent cannot unpack this chunk. Send it as it is.', {
      details: { accepted: [...known.keys()] },
    })
  }
  const isRecipe = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() === RECIPE
  const source = headers['headway-source']
  if (isRecipe && (typeof source !== 'string' || source === '')) {
    throw new Failure('BAD_REQUEST', 'The recipe comes without a Headway-Source.')
  }
  return {
    sha256: statedDigest(headers, isRecipe || decoder !== undefined ? 'Repr-Digest' : 'Content-Digest'),
    ...(decoder === undefined ? {} : { decoder }),
    ...(isRecipe && typeof source === 'string' ? { source } : {}),
  }
}

const unreadable = () => new Failure('BAD_REQUEST', 'The chunk could not be unpacked.')

/** What comes out of `stream`, which ends with whoever reads. Throws BAD_REQUEST for more than `most` bytes. */
async function* atMost(stream: Transform, most: number): AsyncGenerator<Buffer, void> {
  let total = 0
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) {
      total += piece.length
      if (total > most) throw wrongLength(most, total)
      yield piece
    }
  } catch (error) {
    throw error instanceof Failure ? error : unreadable()
  }
}

/**
 * A request's body through `stream`. Unlike `pipeline` it does not end the connection with the stream: what is left of the
 * body is read and thrown away, else the answer could not be sent.
 */
function through(request: IncomingMessage, stream: Transform): Transform {
  const onClose = () => {
    if (!request.readableEnded) stream.destroy(closed())
  }
  request.on('close', onClose).on('error', onClose)
  stream.once('close', () => {
    request.off('close', onClose).unpipe(stream)
    request.resume()
  })
  // Whoever reads it is told; before anybody does, it must not bring the agent down.
  stream.on('error', () => {})
  return request.pipe(stream)
}

const closed = () => new Failure('BAD_REQUEST', 'The connection was closed before the chunk was whole.')

/** A chunk's bytes as they are to be stored. */
type ChunkBody = Omit<Chunk, 'index'>

/** The body of a request that is the chunk itself. */
export function plainBody(request: IncomingMessage, { sha256 }: ChunkForm): ChunkBody {
  const declared = request.headers['content-length']
  return {
    body: request,
    // In tests requests may be injected: their pieces are the test's.
    ownPieces: request.socket instanceof Socket,
    sha256,
    declared: declared === undefined ? undefined : Number(declared),
  }
}

/**
 * The chunk of `length` bytes out of a body in another form: unpacked and put together as it comes, so that no more than a
 * few pieces are held, and never more than `length` bytes whatever the body would make of itself. `close` ends what is
 * behind it.
 *
 * @throws Failure BAD_REQUEST for a body that is longer than any that could be right.
 */
export function madeBody(
  request: IncomingMessage,
  form: ChunkForm,
  length: number,
  source?: Source,
): ChunkBody & { close: () => void } {
  const most = source === undefined ? length : longestRecipe(length)
  // A packed body may be a little longer than what it holds (RFC 8878: 3 bytes a block, and a head).
  const declared = Number(request.headers['content-length'] ?? 0)
  if (declared > most + (most >> 8) + PIECE) throw wrongLength(length, declared)
  const stream = through(request, form.decoder?.() ?? new PassThrough())
  const pieces = atMost(stream, most)
  const chunk = source === undefined ? pieces : assembled(pieces, source, length)
  const body = Readable.from(chunk, { objectMode: false, highWaterMark: PIECE })
  body.on('error', () => {})
  return {
    body,
    ownPieces: true,
    sha256: form.sha256,
    close() {
      stream.destroy()
      body.destroy()
    },
  }
}
