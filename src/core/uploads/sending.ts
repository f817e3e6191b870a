import type { ChunkAnswer } from '../../../contract/agent/uploads.ts'
import { AppError } from '../kit/app-error.ts'
import { wait } from '../kit/wait.ts'
import type { Trip } from '../kit/wire.ts'
import { chunkRange } from './chunks.ts'
import type { Lane } from './lane.ts'
import type { Packed } from './packing.ts'
import { Preparing, type Ready, type SendingParts } from './preparing.ts'
import { checkUser, type UploadRecord } from './record.ts'
import { troubleOf } from './trouble.ts'
import { untilReachable } from './waiting.ts'

/** A chunk that arrives damaged is sent again so often: more than that is no accident. */
const DAMAGED_TRIES = 5
/** A chunk whose connection broke while the site is there is sent again at once, before anything else is asked. */
const BROKEN_TRIES = 3
/** What an agent may say of a form of a chunk that it does not know, or cannot put together. */
const REFUSED_FORM = new Set([400, 404, 415, 422])

/**
 * Sends the chunks of one upload that the agent does not have: each is made ready while others are on their way, sent, and
 * counted when the agent has confirmed it.
 */
export class Sending {
  readonly #of: SendingParts
  readonly #preparing: Preparing
  readonly #set: (change: Partial<UploadRecord>) => void
  #formIsKnown = false

  /** @param set Changes the record, unless the run was ended from outside. */
  constructor(of: SendingParts, set: (change: Partial<UploadRecord>) => void) {
    this.#of = of
    this.#preparing = new Preparing(of)
    this.#set = set
  }

  /** @param id The upload at the agent. Rejects with what ends this try; the signal's reason. */
  async missing(id: string, outer: AbortSignal): Promise<void> {
    const { parts, record, chunks } = this.#of
    const stop = new AbortController()
    const signal = AbortSignal.any([outer, stop.signal])
    const under = new Set<Promise<void>>()
    try {
      for (const index of chunks.missing()) {
        const { length } = chunkRange(record.size, chunks.chunkSize, index)
        const leave = await parts.lane.enter(record, length, signal)
        const sending = this.#chunk(id, index, signal)
          .catch((error: unknown) => stop.abort(error))
          .finally(() => {
            leave()
            under.delete(sending)
          })
        under.add(sending)
      }
    } catch (error) {
      stop.abort(error)
    } finally {
      await Promise.all(under)
    }
    outer.throwIfAborted()
    if (stop.signal.aborted) throw stop.signal.reason
  }

  async #chunk(id: string, index: number, signal: AbortSignal): Promise<void> {
    const { parts, record, chunks } = this.#of
    const path = `/api/v2/uploads/${id}/chunks/${index}`
    let ready = await this.#preparing.packed(index, signal)
    try {
      await this.#deliver(path, ready, signal)
    } catch (error) {
      signal.throwIfAborted()
      if (ready.isPlain || !isRefusedForm(error)) throw error
      ready.packed.refused?.()
      if (this.#isUnknownForm(error)) this.#preparing.refuseCompression()
      ready = await this.#preparing.plain(index, signal)
      await this.#deliver(path, ready, signal)
    }
    const { packed, digest, isPlain } = ready
    this.#formIsKnown ||= !isPlain
    chunks.add(index, Buffer.from(digest))
    parts.list.progress(record, chunks.sent, { reused: packed.reused, crossed: packed.body.length })
    parts.store.addChunk(record, index, digest)
    // Only now: what was refused may still be on its way out of this memory.
    ready.free()
  }

  /** Older agents do not even know what that is; a newer one says the same of a body that was damaged on its way. */
  #isUnknownForm(error: unknown): boolean {
    return statusOf(error) === 415 || (statusOf(error) === 400 && !this.#formIsKnown)
  }

  async #deliver(path: string, { packed, isPlain }: Ready, signal: AbortSignal): Promise<void> {
    const { lane, link } = this.#of.parts
    for (let damaged = 0, broken = 0; ;) {
      try {
        await this.#put(path, packed, signal)
        return
      } catch (error) {
        signal.throwIfAborted()
        const trouble = troubleOf(error, this.#of.record)
        if (trouble.kind === 'server-limit') await hold({ lane, set: this.#set }, trouble.seconds, signal)
        else if (isPlain && isDamaged(error) && damaged < DAMAGED_TRIES) damaged += 1
        else if (trouble.kind === 'network' && link.ready && broken < BROKEN_TRIES) {
          lane.lost()
          await untilReachable(link, (broken += 1), signal)
        } else throw error
      }
    }
  }

  async #put(path: string, { body, headers }: Packed, signal: AbortSignal): Promise<void> {
    const { client, lane, pace, userOf } = this.#of.parts
    const trip = await lane.depart(this.#of.record, body.length, signal)
    let arrived = false
    try {
      checkUser(this.#of.record, userOf)
      await client.putBytes<ChunkAnswer>(path, body, headers, signal, counted(pace(signal), trip))
      arrived = true
    } finally {
      trip.end(arrived)
    }
  }

  /** Reads what this side has not hashed yet. */
  hashUnknown(signal: AbortSignal): Promise<void> {
    return this.#preparing.hashUnknown(signal)
  }
}

/** Nothing of this site goes out for so long. */
export async function hold(
  { lane, set }: { lane: Lane; set: (change: Partial<UploadRecord>) => void },
  seconds: number,
  signal: AbortSignal,
): Promise<void> {
  lane.hold(seconds)
  set({ state: 'waiting', wait: 'server-limit' })
  await wait(lane.held, signal)
  set({ state: 'uploading', wait: undefined })
}

type Pace = (left: number) => Promise<number>

/** Counts pieces when they have left: the next one is asked for then. */
export const counted =
  (pace: Pace, trip: Trip): Pace =>
  (left) => {
    trip.left(left)
    return pace(left)
  }

const codeOf = (error: unknown): string => (error instanceof AppError ? error.value.code : '')
const isDamaged = (error: unknown): boolean => codeOf(error) === 'CHECKSUM_MISMATCH'

const statusOf = (error: unknown): number =>
  error instanceof AppError && error.value.code === 'AGENT' ? error.value.data.status : 0

/** The agent cannot use a body that is not the chunk itself; as it is it may. */
const isRefusedForm = (error: unknown): boolean =>
  isDamaged(error) || codeOf(error) === 'NOT_FOUND' || REFUSED_FORM.has(statusOf(error))
