import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Input } from '../../../contract/app.ts'
import type { OutboxEntry, OutboxStatus } from '../../../contract/outbox.ts'
import type { Template } from '../../../contract/templates.ts'
import type { FeatureHandlers } from '../../rpc/types.ts'
import { appError } from '../kit/app-error.ts'
import { createEmitter } from '../kit/emitter.ts'
import type { Networks } from '../kit/networks.ts'
import type { Logger } from '../platform.ts'
import { isOf, onlyTheirs, type SitesFeature } from '../sites/index.ts'
import type { TaskSource } from '../tasks/index.ts'
import type { Uploads } from '../uploads/index.ts'
import type { Deliveries, Questions } from './deliver.ts'
import { createDispatch, outboxTimes, type OutboxTimes } from './dispatch.ts'
import { createEntries, waitsForItself } from './entries.ts'
import { dependenciesOf, hasEnded, titleOf, type OutboxRecord } from './record.ts'
import { forgetFormer, formerSubmissions } from './former.ts'
import { createRound } from './round.ts'
import * as steps from './steps.ts'
import { openOutboxStore } from './store.ts'
import { createOutboxTasks } from './tasks.ts'
import { viewOf } from './view.ts'

export type { Deliveries } from './deliver.ts'
export type { OutboxTimes } from './dispatch.ts'

export interface Outbox {
  handlers: FeatureHandlers<'outbox'>
  /** Submissions. */
  tasks: TaskSource
  /** How many entries go by themselves as soon as they can. */
  unsent(): number
  onChange(listener: () => void): () => void
  /** Goes on with what a former run has left. */
  start(): void
  close(): Promise<void>
}

export interface OutboxParts {
  /** Where its journal `outbox.db` is. */
  folder: string
  /** The tasks' journal, where submissions of Headway 0.1 may wait. */
  former?: DatabaseSync
  sites: Pick<SitesFeature, 'site' | 'userOf' | 'onChange' | 'agents'>
  uploads: Pick<Uploads, 'find' | 'onState'>
  networks: Networks
  deliveries: Deliveries
  questions: Questions
  /** The template as the user saw it last. */
  seenTemplate: (site: string, id: string) => Template | undefined
  log: Logger
  times?: Partial<OutboxTimes>
  /** Milliseconds since 1970. */
  now?: () => number
}

/** What the user wants done at all sites: kept on this machine, sent in order, done once. */
export function createOutbox(parts: OutboxParts): Outbox {
  const { folder, sites, networks, seenTemplate, log, now = Date.now } = parts
  const store = openOutboxStore(join(folder, 'outbox.db'), log)
  const entries = createEntries(store, now)
  if (parts.former !== undefined) takeOver(parts.former)
  const dispatch = createDispatch({ ...parts, entries, now, times: { ...outboxTimes, ...parts.times } })
  const round = createRound(entries, dispatch, now)
  const damageSeen = createEmitter<[]>()
  const at = (): string => new Date(now()).toISOString()
  const view = (record: OutboxRecord): OutboxEntry => viewOf(record, dispatch.standing(record.id))

  const everybodys = {
    list: () => entries.all().map(view),
    onChange(listener: (put: OutboxEntry[], gone: string[]) => void) {
      const tell = (ids: readonly string[]): void => {
        const records = ids.map((id) => [id, entries.get(id)] as const)
        listener(
          records.flatMap(([, record]) => (record === undefined ? [] : [view(record)])),
          records.flatMap(([id, record]) => (record === undefined ? [id] : [])),
        )
      }
      const ends = [entries.onChange(tell), dispatch.onStanding(tell)]
      return () => ends.forEach((end) => end())
    },
  }
  const { list, onChange } = onlyTheirs(
    everybodys,
    (id) => {
      const record = entries.get(id)
      return record !== undefined && isOf(sites, record)
    },
    sites,
  )

  function add(
    { site, action, when = {}, held = false }: Input<'outbox', 'add'>,
    change: string,
    seen?: Template,
  ): OutboxRecord {
    const known = entries.byChange(change)
    if (known !== undefined) return known
    const { name } = sites.site(site)
    const id = randomUUID()
    checkUploads(action)
    const template = seen ?? templateOf(site, action)
    const record: OutboxRecord = {
      id,
      change,
      site,
      siteName: name,
      user: sites.userOf(site),
      action,
      when,
      rank: entries.lastRank() + 1,
      phase: held ? 'held' : 'queued',
      sent: false,
      round: 0,
      ...(template === undefined ? {} : { template }),
      story: [{ at: at(), what: held ? 'held' : 'queued' }],
      createdAt: at(),
      updatedAt: at(),
    }
    entries.save(record)
    return record
  }
  function checkUploads(action: OutboxRecord['action']): void {
    if (action.kind !== 'submit') return
    for (const { id } of action.uploads)
      if (parts.uploads.find(id) === undefined)
        throw appError('NOT_FOUND', { what: 'upload', id }, `There is no upload ${id}.`)
  }
  function templateOf(site: string, action: OutboxRecord['action']): Template | undefined {
    if (action.kind !== 'submit' || action.submission.templateId === undefined) return undefined
    const seen = seenTemplate(site, action.submission.templateId)
    return seen?.version === action.submission.templateVersion ? seen : undefined
  }
  /** One step of an entry; CONFLICT where it is past that. */
  function step(id: string, take: (record: OutboxRecord) => OutboxRecord | undefined): OutboxRecord {
    const next = take(entries.find(id))
    if (next === undefined) throw tooLate()
    dispatch.stop(id)
    entries.save(next)
    return next
  }
  const stepAll =
    (take: (record: OutboxRecord, at: string) => OutboxRecord | undefined) => (ids: readonly string[]) => {
      for (const id of ids) if (take(entries.find(id), at()) === undefined) throw tooLate()
      for (const id of ids) step(id, (record) => take(record, at()))
    }
  const hold = stepAll(steps.hold)
  const release = stepAll(steps.release)
  const retry = stepAll(steps.retry)
  function remove(ids: readonly string[]): void {
    const records = ids.map((id) => entries.find(id))
    if (!records.every((record) => steps.isOpen(record) || hasEnded(record))) throw tooLate()
    for (const { id, phase, action } of records) {
      dispatch.stop(id)
      // On the disk before the one they wait for is gone: the other way round nobody would know why.
      if (phase !== 'done') entries.save(...orphansOf(id, titleOf(action)))
      entries.remove(id)
    }
  }
  function orphansOf(id: string, title: string): OutboxRecord[] {
    const question = { kind: 'dependency', entry: id, title, why: 'deleted' } as const
    return entries.all().flatMap((record) => {
      if (!dependenciesOf(record.action).includes(id)) return []
      const asked = steps.ask(record, at(), question)
      return asked === undefined ? [] : [asked]
    })
  }

  const status = (): OutboxStatus => {
    const damaged = store.damage()
    const sent = round.last()
    return {
      networks: [...networks.current()],
      ...(damaged === undefined ? {} : { damaged }),
      ...(sent === undefined ? {} : { sent }),
    }
  }

  return {
    tasks: createOutboxTasks({ list, onChange, hold, release, remove, retry }),
    unsent: () => entries.all().filter(({ phase }) => phase === 'queued').length,
    onChange: (listener) => entries.onChange(listener),
    start: () => dispatch.start(),
    async close() {
      await dispatch.close()
      round.close()
      store.close()
    },
    handlers: {
      methods: {
        add: (input, { id }) => view(add(input, id)),
        edit: ({ id, action, when }) =>
          view(
            step(id, (record) => {
              if (action !== undefined) {
                checkUploads(action)
                if (waitsForItself(id, action, entries)) {
                  const reason = 'It would wait for itself'
                  throw appError('CONFLICT', { reason }, `${reason}.`)
                }
              }
              const template = action === undefined ? undefined : templateOf(record.site, action)
              return steps.edit(record, at(), { action, when, template })
            }),
          ),
        hold: answered(hold),
        release: answered(release),
        retry: answered(retry),
        remove: answered(remove),
        accept: ({ id }) => {
          const { question } = view(entries.find(id))
          return view(step(id, (record) => (question === undefined ? undefined : steps.accept(record, at(), question))))
        },
        duplicate: ({ id }, { id: change }) => {
          const { site, action, when, template } = entries.find(id)
          return view(add({ site, action, when, held: true }, change, template))
        },
        move({ id, before }) {
          step(id, (record) =>
            steps.isOpen(record) && !hasEnded(record) ? { ...record, rank: rankBefore(before, id) } : undefined,
          )
          return {}
        },
        seenDamage() {
          store.forgetDamage()
          damageSeen.emit()
          return {}
        },
      },
      streams: {
        all(_params, sink) {
          sink.snapshot({ items: list() })
          return onChange((put, gone) => sink.event({ put, gone }))
        },
        status(_params, sink) {
          sink.snapshot(status())
          const tell = (): void => sink.event(status())
          const ends = [networks.onChange(tell), round.onChange(tell), damageSeen.on(tell)]
          return () => ends.forEach((end) => end())
        },
      },
    },
  }

  function takeOver(former: DatabaseSync): void {
    for (const record of formerSubmissions(former)) {
      if (entries.get(record.id) === undefined) entries.save({ ...record, siteName: '', rank: entries.lastRank() + 1 })
    }
    forgetFormer(former)
  }
  /** Between that one and the one before it, itself left out; after all without one. */
  function rankBefore(id: string | undefined, moved: string): number {
    if (id === undefined) return entries.lastRank() + 1
    const { rank } = entries.find(id)
    const smaller = entries.all().filter((record) => record.id !== moved && record.rank < rank)
    const last = smaller.at(-1)?.rank ?? rank - 2
    const between = (last + rank) / 2
    if (last < between && between < rank) return between
    // Moved between the same two so often that no number is left there: all are counted anew.
    entries.save(...entries.all().map((record, index) => ({ ...record, rank: index + 1 })))
    return rankBefore(id, moved)
  }
}

const answered =
  (act: (ids: readonly string[]) => void) =>
  ({ ids }: { ids: string[] }): Record<string, never> => {
    act(ids)
    return {}
  }

function tooLate() {
  const reason = 'It is past that'
  return appError('CONFLICT', { reason }, `${reason}.`)
}
