import { createHash, type Hash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { Failure } from '../kit/failure.ts'
import type { FileWriter } from '../user-files/index.ts'

/**
 * Bytes gathered before one positional write. Larger buys nothing, smaller costs threads' time (measured: 256 KiB
 * halves the rate). A chunk on its way holds at most two of these, whatever its size.
 */
const BATCH = 1 << 20
/** A connection that brings nothing for so long is given up. */
const STALL_MS = 60_000

export interface Ingest {
  /** Exactly this many bytes must come; more or fewer is a Failure BAD_REQUEST. */
  length: number
  /** Where the bytes go; without it they are only hashed. */
  target?: { handle: FileWriter; offset: number }
  /** Hashed along, where a portal wants it. */
  md5?: boolean
  /** Looks at the first bytes (up to 4096) before any is written, and may throw. */
  inspect?: (head: Buffer) => void
  signal: AbortSignal
  /** Nobody else will look at the body's pieces again (a socket's own), so their memory can be given back at once. */
  ownPieces?: boolean
  /** Called as bytes come. */
  onBytes?: () => void
}

export interface Ingested {
  /** SHA-256 of the bytes. */
  digest: Buffer
  /** Hex. */
  md5?: string
}

/**
 * Frees pieces without waiting for the garbage collector. It counts the memory of buffers and would go through the whole
 * heap for every 64 MiB that pass: a third of the time of an upload, and 60 MiB more of memory (measured).
 */
function release(pieces: Buffer[]): void {
  for (const { buffer, byteLength } of pieces) {
    if (buffer instanceof ArrayBuffer && byteLength === buffer.byteLength) buffer.transfer(0)
  }
}

/** `writev` may write less than asked (a full disk does so before it fails). */
export async function writeAll(handle: FileWriter, pieces: Buffer[], length: number, position: number): Promise<void> {
  const { bytesWritten } = await handle.writev(pieces, position)
  if (bytesWritten === length) return
  const rest = Buffer.concat(pieces).subarray(bytesWritten)
  let done = 0
  while (done < rest.length) {
    const { bytesWritten: more } = await handle.write(rest, done, rest.length - done, position + bytesWritten + done)
    done += more
  }
}

/**
 * Takes a body straight to its place in the file and hashes the same bytes on the way. One write is under way while the
 * next batch gathers; when both are full the socket waits, so a slow disk slows the sender and never fills the memory.
 *
 * @throws Failure BAD_REQUEST for a wrong length or a body that stalls; the file system's own error; the signal's reason.
 */
export function ingest(
  body: Readable,
  { length, target, md5, inspect, signal, ownPieces = false, onBytes }: Ingest,
): Promise<Ingested> {
  const sha256 = createHash('sha256')
  const side: Hash | undefined = md5 === true ? createHash('md5') : undefined
  return new Promise((resolve, reject) => {
    let pieces: Buffer[] = []
    let gathered = 0
    let received = 0
    let position = target?.offset ?? 0
    let writing = false
    let ended = false
    let failure: { error: unknown } | undefined
    let inspected = inspect === undefined

    const stall = setTimeout(() => fail(new Failure('BAD_REQUEST', 'The connection brought no more bytes.')), STALL_MS)

    /** Settles only when no write is under way: whoever comes next may write to the same place. */
    const settle = () => {
      if (writing) return
      if (failure !== undefined) reject(failure.error)
      else if (ended) resolve({ digest: sha256.digest(), ...(side === undefined ? {} : { md5: side.digest('hex') }) })
    }
    const stop = () => {
      clearTimeout(stall)
      signal.removeEventListener('abort', onAbort)
      body.off('data', onData).off('end', onEnd).off('close', onClose)
    }
    const fail = (error: unknown) => {
      if (failure !== undefined || ended) return
      failure = { error }
      stop()
      pieces = []
      // The rest is read and thrown away, else the answer could not be sent on a connection that is kept.
      body.resume()
      settle()
    }
    const flush = () => {
      if (writing || gathered === 0 || failure !== undefined) return
      const batch = pieces
      const size = gathered
      pieces = []
      gathered = 0
      if (target === undefined) {
        if (ownPieces) release(batch)
        return
      }
      writing = true
      const at = position
      position += size
      void write(target.handle, batch, size, at)
    }
    const write = async (handle: FileWriter, batch: Buffer[], size: number, at: number) => {
      try {
        await writeAll(handle, batch, size, at)
      } catch (error) {
        // Also after the end of the body: what was not written has not arrived.
        failure ??= { error }
        stop()
        body.resume()
      }
      if (ownPieces) release(batch)
      writing = false
      if (failure === undefined) {
        if (ended || gathered >= BATCH) flush()
        if (!ended) body.resume()
      }
      settle()
    }
    const look = () => {
      inspected = true
      inspect?.(pieces.length === 1 && pieces[0] !== undefined ? pieces[0].subarray(0, 4096) : Buffer.concat(pieces))
    }
    const onData = (piece: Buffer) => {
      stall.refresh()
      received += piece.length
      if (received > length) return fail(wrongLength(length, received))
      sha256.update(piece)
      side?.update(piece)
      pieces.push(piece)
      gathered += piece.length
      onBytes?.()
      try {
        if (!inspected && (gathered >= 4096 || received === length)) look()
      } catch (error) {
        return fail(error)
      }
      if (gathered < BATCH) return
      if (writing) body.pause()
      else flush()
    }
    const onEnd = () => {
      if (received !== length) return fail(wrongLength(length, received))
      stop()
      ended = true
      flush()
      settle()
    }
    const onClose = () => fail(new Failure('BAD_REQUEST', 'The connection was closed before the chunk was whole.'))
    const onError = (error: Error) => {
      if ('code' in error && error.code === 'ECONNRESET') onClose()
      else fail(error)
    }
    const onAbort = () => fail(signal.reason)

    body.on('data', onData).on('end', onEnd).on('close', onClose)
    // Stays on: a body that is destroyed later must not bring the agent down.
    body.on('error', onError)
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
    // Closed before anybody listened, while the file was being opened or the chunk waited for its turn.
    else if (body.destroyed) onClose()
  })
}

/** The answer to a chunk with more or fewer bytes than its place has. */
export const wrongLength = (expected: number, received: number): Failure =>
  new Failure('BAD_REQUEST', 'The chunk does not have the length it should have.', { details: { expected, received } })
