import { join } from 'node:path'
import type { AgentUpload } from '../../../contract/agent/uploads.ts'
import type { Settings } from '../../../contract/settings.ts'
import type { Upload } from '../../../contract/uploads.ts'
import type { FeatureHandlers } from '../../rpc/types.ts'
import type { Agents } from '../agent-client/index.ts'
import { openJournal } from '../kit/journal.ts'
import { Turns } from '../kit/turns.ts'
import type { Platform } from '../platform.ts'
import { isOf, onlyTheirs, type SitesFeature } from '../sites/index.ts'
import type { TaskSource } from '../tasks/index.ts'
import { addFiles } from './add.ts'
import { Buffers } from './buffers.ts'
import { CompressionSpeed } from './compression.ts'
import { Engine } from './engine.ts'
import { expand } from './expand.ts'
import { UploadList, type UploadListener } from './list.ts'
import { preview } from './preview.ts'
import { limitAt } from './hours.ts'
import { Links } from './links.ts'
import { Pacing } from './pacing.ts'
import { adoptedRecord, isInterrupted, takeUp } from './record.ts'
import { reattach } from './reattach.ts'
import { uploadMigrations, UploadStore } from './store.ts'
import { createUploadTasks } from './tasks.ts'
import { followTraffic } from './traffic.ts'
import { whenUploaded } from './when-uploaded.ts'
import { WorkerPool } from './workers/pool.ts'

export interface UploadsDeps {
  platform: Platform
  agents: Agents
  sites: Pick<SitesFeature, 'userOf' | 'onChange'>
  settings: { current(): Settings; onChange(listener: () => void): () => void }
}

/** What other features ask of uploads. */
export interface Uploads {
  handlers: FeatureHandlers<'uploads'>
  tasks: TaskSource
  /**
   * Waits until all of them are uploaded. Rejects with the AppError of the first that failed, CANCELLED where one was
   * cancelled, NOT_FOUND where one is unknown or was taken off the list; with the signal's reason.
   */
  whenUploaded(
    ids: readonly string[],
    signal: AbortSignal,
  ): Promise<{ id: string; agentUploadId: string; slot?: string }[]>
  /** Undefined for an unknown one, and for one that was taken off the list. */
  find(id: string): Upload | undefined
  /** Called soon after states of uploads have changed. */
  onState(listener: () => void): () => void
  /** Lists files that the agent has already, as finished uploads of a job form. */
  addFinished(site: string, label: string, agentUploads: readonly AgentUpload[], slot?: string): Promise<Upload[]>
  /** Goes on with what a former run has left. */
  start(): void
  /** What is under way goes on at the next start. */
  close(): Promise<void>
}

/** Each has some 20 MB in memory, and the disk is read one file after the other anyway. */
const COMPARED_AT_ONCE = 2
/** A page reads one file after the other anyway: the first set goes while the next is read. Two, since a page may be slow to answer. */
const READ_AT_ONCE = 2

/** The uploads of this machine to all its sites; their journal is `uploads.db` in the data folder. */
export function createUploads({ platform, agents, sites, settings }: UploadsDeps): Uploads {
  const userOf = (site: string): string | undefined => sites.userOf(site)
  const path = join(platform.paths.journals ?? platform.paths.data, 'uploads.db')
  const journal = openJournal({ path, migrations: uploadMigrations, log: platform.log })
  const store = new UploadStore(journal)
  const list = new UploadList(store)
  const limit = (): number => limitAt(settings.current(), new Date())
  const workers = new WorkerPool()
  const engine = new Engine({
    platform,
    agents,
    userOf,
    list,
    store,
    links: new Links(journal),
    workers,
    compressionSpeed: new CompressionSpeed(),
    buffers: new Buffers(),
    comparing: new Turns(COMPARED_AT_ONCE),
    reading: new Turns(READ_AT_ONCE),
    pacing: new Pacing(limit),
    settings: () => settings.current(),
    limit,
  })
  const endSettings = settings.onChange(() => engine.look())
  const isTheirs = (id: string): boolean => {
    const record = list.known(id)
    return record !== undefined && isOf(sites, record)
  }
  const followed = {
    list: () => list.visible(),
    onChange: (listener: UploadListener) => list.onChange(listener),
  }
  const theirs = onlyTheirs(followed, isTheirs, sites)
  const allTasks = createUploadTasks(list, engine)
  const tasks = {
    ...allTasks,
    ...onlyTheirs(allTasks, (id) => allTasks.records(id).some((one) => isTheirs(one.id)), sites),
  }
  const of = ({ ids }: { ids: readonly string[] }) => ids.map((id) => list.get(id))

  return {
    handlers: {
      methods: {
        expand: ({ paths }, { signal }) => expand(paths, signal),
        add: (input) => addFiles({ list, engine, user: userOf(input.site) }, input),
        pause: async (input) => {
          await engine.pause(of(input))
          return {}
        },
        resume: async (input) => {
          await engine.resume(of(input))
          return {}
        },
        cancel: async (input) => {
          await engine.cancel(of(input))
          return {}
        },
        forget: async (input) => {
          await engine.forget(of(input))
          return {}
        },
        sendAgain: async (input) => {
          await engine.sendAgain(of(input))
          return {}
        },
        limit: async ({ bytesPerSecond, ...input }) => {
          await engine.limit(of(input), bytesPerSecond)
          return {}
        },
        reattach: (input) => reattach({ list, engine }, input),
        preview: (input, { signal }) => preview({ list, platform }, input, signal),
        assign: async ({ id, slot }) => {
          await list.updateAll([list.get(id)], { slot })
          return list.view(id)
        },
      },
      streams: {
        all: (_params, sink) => {
          sink.snapshot({ items: theirs.list() })
          return theirs.onChange((put, gone) => sink.event({ put, gone }))
        },
        traffic: ({ site }, sink) => {
          agents.client(site)
          return followTraffic(engine.site(site).lane, limit, sink)
        },
      },
    },
    tasks,
    whenUploaded: (ids, signal) => whenUploaded(list, ids, signal),
    find: (id) => list.find(id),
    onState: (listener) => list.onState(listener),
    async addFinished(site, label, agentUploads, slot) {
      agents.client(site)
      const records = agentUploads.map((upload) => adoptedRecord({ site, label, slot }, upload, list.nextRank()))
      await list.add(records)
      return records.map(({ id }) => list.view(id))
    },
    start() {
      list.updateAll(list.records().filter(isInterrupted), takeUp).catch((error: unknown) => {
        platform.log.error('the journal of uploads cannot be written', { reason: String(error) })
      })
      engine.start()
    },
    async close() {
      endSettings()
      await engine.close()
      await workers.close()
      allTasks.close()
      list.close()
      await store.close()
    },
  }
}
