import type { AgentUpload } from '../../../contract/agent/uploads.ts'
import type { AgentClient, AgentLink } from '../agent-client/index.ts'
import { backOff } from '../kit/back-off.ts'
import { wait } from '../kit/wait.ts'

/** A link that says nothing is not believed for ever. */
const SILENCE_MS = 30_000
const BACK_OFF = { baseMs: 500, maxMs: 30_000 }
/** A link that has just been opened is measured within a round trip or two. */
const MEASURED_MS = 500
const FIRST_ASK_MS = 250
const LAST_ASK_MS = 5_000

/** Waits until trying again makes sense: the link is there again or, where it does not know better, some time has passed. */
export function untilReachable(link: AgentLink, tries: number, signal: AbortSignal): Promise<void> {
  return orReady(link, link.ready ? backOff(tries, BACK_OFF) : SILENCE_MS, signal)
}

/** Waits a moment for the first round trip to be measured. */
export async function untilMeasured(link: AgentLink, signal: AbortSignal): Promise<void> {
  if (link.roundTripMs === undefined) await orReady(link, MEASURED_MS, signal)
  signal.throwIfAborted()
}

async function orReady(link: AgentLink, ms: number, signal: AbortSignal): Promise<void> {
  const woken = new AbortController()
  const stopListening = link.onReady((ready) => ready && woken.abort())
  try {
    await wait(ms, AbortSignal.any([signal, woken.signal]))
  } catch (error) {
    if (!woken.signal.aborted || signal.aborted) throw error
  } finally {
    stopListening()
  }
}

/** Waits for the end of a verification, asking now and then. */
export async function verified(client: AgentClient, remote: AgentUpload, signal: AbortSignal): Promise<AgentUpload> {
  let now = remote
  for (let ms = FIRST_ASK_MS; now.status === 'verifying'; ms = Math.min(ms * 1.5, LAST_ASK_MS)) {
    await wait(ms, signal)
    now = await client.get<AgentUpload>(`/api/v2/uploads/${now.upload_id}`, { signal })
  }
  return now
}
