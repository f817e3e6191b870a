import type { JobFile } from '../../../contract/jobs.ts'
import type { OutboxWait } from '../../../contract/outbox.ts'
import { isTemporary } from '../agent-client/index.ts'
import { AppError, appError, errorValueOf } from '../kit/app-error.ts'
import { backOff, type BackOffLimits } from '../kit/back-off.ts'
import { createEmitter } from '../kit/emitter.ts'
import type { Logger } from '../platform.ts'
import type { SitesFeature } from '../sites/index.ts'
import type { Uploads } from '../uploads/index.ts'
import { deliver, look, type Deliveries, type Questions, type Verdict } from './deliver.ts'
import type { Entries } from './entries.ts'
import { createReach } from './reach.ts'
import { keyOf, laneOf, type OutboxRecord } from './record.ts'
import { standingOf, type Standing, type World } from './standing.ts'
import * as steps from './steps.ts'

/** Waits, in milliseconds; a test shortens them. */
export interface OutboxTimes {
  /** Between tries while a site does not answer. */
  backOff: BackOffLimits
  /** What waited longer than this since the user last touched it is looked at before it is sent. */
  lookAfterMs: number
}
export const outboxTimes: OutboxTimes = { backOff: { baseMs: 1000, maxMs: 30_000 }, lookAfterMs: 30_000 }

export interface DispatchParts {
  entries: Entries
  sites: Pick<SitesFeature, 'site' | 'agents' | 'onChange'>
  uploads: Pick<Uploads, 'find' | 'onState'>
  networks: { current(): readonly { id: string }[]; onChange(listener: () => void): () => void }
  deliveries: Deliveries
  questions: Questions
  times: OutboxTimes
  now: () => number
  log: Logger
}

/** Sends what can be sent, each lane in order; looks again whenever something that entries wait for has changed. */
export interface Dispatch {
  /** Of a queued entry: what stands in its way. */
  standing(id: string): Standing | undefined
  onStanding(listener: (ids: readonly string[]) => void): () => void
  /** An entry of the outbox has changed; it is looked at soon. */
  poke(): void
  /** Lets go of an entry that is only being looked at. */
  stop(id: string): void
  /** Nothing goes by itself any more, at least for now. */
  onQuiet(listener: () => void): () => void
  start(): void
  close(): Promise<void>
}

/** A fault inside the agent is not waited out for ever. */
const maxFaults = 5
/** After a fault of ours nothing of the lane is tried for so long. */
const faultMs = 5000
/** The clock of a machine that sleeps runs on: what waits for a time is looked at this often. */
const mostMs = 30_000

export function createDispatch(parts: DispatchParts): Dispatch {
  const { entries, sites, uploads, networks, deliveries, questions, times, now, log } = parts
  const changes = createEmitter<[ids: readonly string[]]>()
  const quiet = createEmitter<[]>()
  const standings = new Map<string, Standing>()
  const lanes = new Map<string, { id: string; abort: AbortController; over: Promise<void> }>()
  /** By entry or by lane. */
  const rests = new Map<string, { wait: OutboxWait; until: number }>()
  const faults = new Map<string, number>()
  /** Refused because something has changed there: looked at before the next try. */
  const suspects = new Set<string>()
  const reach = createReach(sites, times.backOff, now)
  let timer: NodeJS.Timeout | undefined
  let poked = false
  let running = false

  const at = (): string => new Date(now()).toISOString()
  const world = (): World => ({
    now: now(),
    site: (record) => reach.of(record),
    entry: (id) => entries.get(id),
    upload: (id) => uploads.find(id),
    networks: networks.current().map(({ id }) => id),
    rest(record) {
      const found = [rests.get(record.id), rests.get(laneOf(record))].filter((rest) => rest !== undefined)
      return found.sort((a, b) => b.until - a.until)[0]
    },
  })

  function pump(): void {
    poked = false
    if (!running) return
    clearTimeout(timer)
    try {
      timer = setTimeout(poke, Math.max(10, go()))
    } catch (error) {
      // A journal that cannot be written, most likely: the disk is full.
      log.error('the outbox could not look at its entries', { error: String(error) })
      timer = setTimeout(poke, faultMs)
    }
    timer.unref()
  }
  /** Looks at every queued entry and begins what is ready; in how many milliseconds it has to look again. */
  function go(): number {
    reach.follow()
    const around = world()
    const queue = entries
      .all()
      .filter(({ phase }) => phase === 'queued')
      .sort((a, b) => Number(b.sent) - Number(a.sent))
    const told: OutboxRecord[] = []
    const changed: string[] = []
    const heads = new Map<string, string>()
    let next = mostMs
    for (const before of queue) {
      const record = withFiles(before)
      const { id } = record
      if (!reach.known(record.site)) {
        const error = appError('NOT_FOUND', { what: 'site', id: record.site }, `There is no site ${record.site}.`)
        told.push(steps.fail(record, at(), error.value, record.sent))
        continue
      }
      const standing = standingOf(record, around)
      if (JSON.stringify(standings.get(id)) !== JSON.stringify(standing)) changed.push(id)
      standings.set(id, standing)
      const lane = laneOf(record)
      if (standing.ready && !heads.has(lane)) heads.set(lane, id)
      if (!standing.ready && 'until' in standing && standing.until !== undefined)
        next = Math.min(next, standing.until - around.now)
      // Another user signs in: what is on its way in the name of the one before is asked for again in that name.
      if (lanes.get(lane)?.id === id && !standing.ready && 'wait' in standing && standing.wait === 'sign-in')
        lanes.get(lane)?.abort.abort(appError('CANCELLED', {}, 'Signed out.'))
      // Trying is not yet being back.
      const settled = lanes.get(lane)?.id !== id && (!standing.ready || reach.sure(record.site))
      const noted = settled ? steps.waiting(record, at(), 'wait' in standing ? standing.wait : undefined) : undefined
      if (noted !== undefined || record !== before) told.push(noted ?? record)
    }
    const ids = new Set(queue.map(({ id }) => id))
    for (const id of standings.keys()) if (!ids.has(id)) standings.delete(id)
    entries.save(...told)
    if (changed.length > 0) changes.emit(changed)
    for (const [lane, id] of heads) if (!lanes.has(lane)) begin(lane, id)
    if (lanes.size === 0 && heads.size === 0) quiet.emit()
    return next
  }
  function poke(): void {
    if (poked || !running) return
    poked = true
    // What tells of a change may not have finished changing.
    setImmediate(pump)
  }
  function withFiles(record: OutboxRecord): OutboxRecord {
    const { action, files } = record
    if (action.kind !== 'submit' || files !== undefined || action.uploads.length === 0) return record
    const found = action.uploads.flatMap(({ id, slot }): JobFile[] => {
      const upload = uploads.find(id)
      const uploadId = upload?.state === 'uploaded' ? upload.agentUploadId : undefined
      const fills = slot ?? upload?.slot
      return uploadId === undefined ? [] : [{ uploadId, ...(fills === undefined ? {} : { slot: fills }) }]
    })
    if (found.length < action.uploads.length) return record
    return steps.filesReady(record, at(), [...found, ...(action.stored ?? [])])
  }

  function begin(lane: string, id: string): void {
    const abort = new AbortController()
    const over = (async () => {
      try {
        await send(id, abort.signal)
      } catch (error) {
        log.error('the outbox could not go on with an entry', { id, error: String(error) })
        rests.set(lane, { wait: 'turn', until: now() + faultMs })
      }
      lanes.delete(lane)
      poke()
    })()
    lanes.set(lane, { id, abort, over })
  }
  async function send(id: string, signal: AbortSignal): Promise<void> {
    const first = entries.find(id)
    const before = first.sent
    const looked = !before && needsLook(first)
    let left = false
    try {
      if (looked) {
        const verdict = await look(questions, first, filesOf(first), now(), signal)
        if (signal.aborted) return
        reach.answered(first.site)
        if (verdict !== undefined) return settle(entries.find(id), verdict)
        // Looking takes its time: the user, the hour or the network may be another now.
        if (!standingOf(entries.find(id), world()).ready) return
      }
      const found = entries.find(id)
      const record = steps.sending(steps.waiting(found, at(), undefined) ?? found, at())
      entries.save(record)
      left = true
      const result = await deliver(deliveries, record, { key: keyOf(record), files: filesOf(record), signal })
      reach.answered(record.site)
      forget(id)
      entries.save(steps.done(entries.find(id), at(), result))
    } catch (error) {
      // Whoever stopped it has said how it goes on.
      if (signal.aborted) return
      if (left && !before && !looked && isConflict(error)) {
        // Something has changed there: what, is found by looking.
        suspects.add(id)
        entries.save(steps.notTaken(entries.find(id), false))
      } else refused(id, error, left ? before : undefined)
    }
  }
  function settle(record: OutboxRecord, verdict: NonNullable<Verdict>): void {
    if ('ask' in verdict) {
      const asked = steps.ask(steps.waiting(record, at(), undefined) ?? record, at(), verdict.ask)
      if (asked !== undefined) entries.save(asked)
    } else rests.set(record.id, { wait: verdict.rest, until: now() + verdict.seconds * 1000 })
  }
  function needsLook({ id, site, story, when, updatedAt }: OutboxRecord): boolean {
    if (when.startWithinMinutes !== undefined || suspects.has(id) || !reach.ready(site)) return true
    const touched = story.findLast(({ what }) => touches.has(what))?.at ?? updatedAt
    return now() - Date.parse(touched) > times.lookAfterMs
  }

  /** `before`: the request has left, and whether an earlier one had, too; undefined: nothing has left. */
  function refused(id: string, error: unknown, before: boolean | undefined): void {
    const record = entries.find(id)
    const lane = laneOf(record)
    const left = before !== undefined
    const rest = (wait: OutboxWait, ms: number): void => void rests.set(lane, { wait, until: now() + ms })
    if (!(error instanceof AppError) || !isTemporary(error)) {
      const value = errorValueOf(error, log, 'outbox')
      // Only the agent itself can say that it knows nothing of the key.
      const inDoubt = left && (value.code === 'INTERNAL' || (before && value.code === 'AGENT'))
      forget(id)
      entries.save(steps.fail(record, at(), value, inDoubt))
      return
    }
    const { code, data, retry } = error.value
    const askedMs = (retry?.afterSeconds ?? 0) * 1000
    if (code === 'RATE_LIMITED' || code === 'SIGNED_OUT') {
      if (left) entries.save(steps.notTaken(record, before))
      return rest(code === 'SIGNED_OUT' ? 'sign-in' : 'server-limit', Math.max(1000, askedMs))
    }
    if (left) entries.save(steps.answerLost(record, at()))
    if (code !== 'AGENT') return reach.lost(record.site)
    reach.answered(record.site)
    const count = (faults.get(id) ?? 0) + 1
    if (data.status === 503) return rest('scheduler', Math.max(askedMs, backOff(count, times.backOff)))
    faults.set(id, count)
    if (count < maxFaults) return rest('network', Math.max(askedMs, backOff(count, times.backOff)))
    forget(id)
    entries.save(steps.fail(record, at(), error.value, left))
  }
  function forget(id: string): void {
    rests.delete(id)
    faults.delete(id)
    suspects.delete(id)
  }

  const ends: (() => void)[] = []
  return {
    standing(id) {
      if (running) return standings.get(id)
      const record = entries.get(id)
      return record?.phase === 'queued' ? standingOf(record, world()) : undefined
    },
    onStanding: (listener) => changes.on(listener),
    onQuiet: (listener) => quiet.on(listener),
    poke,
    stop(id) {
      for (const lane of lanes.values()) if (lane.id === id) lane.abort.abort(appError('CANCELLED', {}, 'Stopped.'))
      standings.delete(id)
      forget(id)
    },
    start() {
      running = true
      ends.push(entries.onChange(poke), sites.onChange(poke), uploads.onState(poke), networks.onChange(poke))
      poke()
    },
    async close() {
      running = false
      clearTimeout(timer)
      for (const end of ends.splice(0)) end()
      const open = [...lanes.values()]
      for (const { abort } of open) abort.abort(appError('CANCELLED', {}, 'Headway ends.'))
      await Promise.all(open.map(({ over }) => over))
    },
  }
}

/** Moments at which the user had it in hand. */
const touches: ReadonlySet<string> = new Set(['queued', 'edited', 'released', 'retried'])

const filesOf = ({ action, files }: OutboxRecord): readonly JobFile[] =>
  files ?? (action.kind === 'submit' ? (action.stored ?? []) : [])

const isConflict = (error: unknown): boolean => error instanceof AppError && error.value.code === 'CONFLICT'
