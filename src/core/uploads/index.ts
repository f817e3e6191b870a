import { join } from 'node:path'
import type { AgentUpload } from '../../../contract/agent/uploads.ts'
import type { Settings } from '../../../contract/settings.ts'
import type { Upload } from '../../../contract/uploads.ts'
import type { FeatureHandlers } from '../../rpc/types.ts'
import type { Agents } from '../agent-client/index.ts'
import { openJournal } from '../kit/journal.ts'
import type { Platform } from '../platform.ts'
import { isOf, onlyTheirs, type SitesFeature } from '../sites/index.ts'
import type { TaskSource } from '../tasks/index.ts'
import { addFiles } from './add.ts'
import { Engine } from './engine.ts'
import { expand } from './expand.ts'
import { UploadList, type UploadListener } from './list.ts'
import { RateLimit } from './rate-limit.ts'
import { adoptedRecord, isInterrupted, takeUp } from './record.ts'
import { reattach } from './reattach.ts'
import { uploadMigrations, UploadStore } from './store.ts'
import { createUploadTasks } from './tasks.ts'
import { whenUploaded } from './when-uploaded.ts'

export interface UploadsDeps {
  platform: Platform
  agents: Agents
  sites: Pick<SitesFeature, 'userOf' | 'onChange'>
  settings: { current(): Settings }
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

/** The uploads of this machine to all its sites; their journal is `uploads.db` in the data folder. */
export function createUploads({ platform, agents, sites, settings }: UploadsDeps): Uploads {
  const userOf = (site: string): string | undefined => sites.userOf(site)
  const path = join(platform.paths.journals ?? platform.paths.data, 'uploads.db')
  const store = new UploadStore(openJournal({ path, migrations: uploadMigrations, log: platform.log }))
  const list = new UploadList(store)
  const rate = new RateLimit(() => settings.current().uploadLimit)
  const engine = new Engine({ platform, agents, userOf, list, store, rate })
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
        reattach: (input) => reattach({ list, engine }, input),
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
      await engine.close()
      allTasks.close()
      list.close()
      await store.close()
    },
  }
}
