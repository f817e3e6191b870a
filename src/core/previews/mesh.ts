import { type Bytes, Undrawable } from '../../../mesh/bytes.ts'
import { drawInThread, type ThreadLimits } from '../../../mesh/thread.ts'
import { unshown } from './unshown.ts'

/** Larger files take longer than anybody waits for a look. */
const MOST_BYTES = 4 * 2 ** 30
/** It does not cross a network: as fine as one frame to the window holds (`maxFrame` of the RPC, in base64). */
const limits: ThreadLimits = { surface: { triangles: 1_000_000, bytes: 18 * 2 ** 20 }, ms: 120_000, heapMb: 1024 }

/**
 * The surface of a file of this machine. `extension`: without its dot. Rejects with CONFLICT where it cannot be drawn, with
 * what `bytes` rejects with, and with the signal's reason.
 */
export async function drawLocal(extension: string, bytes: Bytes<Uint8Array>, signal: AbortSignal): Promise<Uint8Array> {
  if (bytes.size > MOST_BYTES) throw unshown('Files above 4 GB are not drawn.')
  try {
    return await drawInThread({ extension: extension.toLowerCase(), bytes }, limits, signal)
  } catch (error) {
    throw error instanceof Undrawable ? unshown(error.message) : error
  }
}
