import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Input } from '../../contract/app.ts'
import type { PickedFile, Upload } from '../../contract/uploads.ts'
import { agentTimes, directTransport, openSiteAgent, type SiteAgent } from '../../src/core/agent-client/index.ts'
import type { Logger, Platform } from '../../src/core/platform.ts'
import type { CallContext } from '../../src/rpc/types.ts'
import type { Settings } from '../../contract/settings.ts'
import { createEmitter } from '../../src/core/kit/emitter.ts'
import { createUploads, type Uploads } from '../../src/core/uploads/index.ts'
import { admin } from './agent.ts'

const nothing = (): void => undefined
const silent: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing }
/** Waits as short as a test wants them. */
const times = { ...agentTimes, backOff: { baseMs: 50, maxMs: 250 } }

export const SITE = 'site'
/** Of a call that nobody takes back. */
export const context: CallContext = { id: 'call', signal: new AbortController().signal }

export interface UploadCore {
  uploads: Uploads
  agent: SiteAgent
  signIn(username: string, password: string): Promise<void>
  /** Bytes per second, 0 for none; may be changed at any time. */
  limit: { value: number }
  /** The user's other settings of uploads, in force at once. */
  set(change: Partial<Settings>): void
  add(files: PickedFile[], label?: string): Promise<Upload[]>
  /** The upload as windows see it now. */
  upload(id: string): Upload
  /** All that a window which opens now sees. */
  listed(): Upload[]
  /** Waits until the upload is as asked. */
  until(id: string, wanted: (upload: Upload) => boolean): Promise<Upload>
  whenUploaded(uploads: readonly Upload[]): Promise<void>
  close(): Promise<void>
}

/** The core's uploads with a real, signed-in client of one agent; `data` keeps the journal over restarts. */
export async function startUploadCore(options: {
  url: string
  data?: string
  limit?: number
  openSource?: Platform['openSource']
  credentials?: { username: string; password: string }
  /** Round trips are believed to take so long, however busy this machine is. */
  roundTripMs?: number
}): Promise<UploadCore> {
  const data = options.data ?? (await mkdtemp(join(tmpdir(), 'headway-core-')))
  const secrets = new Map<string, string>()
  const platform: Platform = {
    version: '0.0.0',
    locale: 'en',
    capabilities: {
      localPaths: true,
      nativeDialogs: false,
      trayIcon: false,
      secretsPersist: false,
      browserDownloads: false,
    },
    paths: { data, downloads: data },
    secrets: {
      persistent: false,
      get: async (key) => secrets.get(key),
      set: async (key, value) => void secrets.set(key, value),
      delete: async (key) => void secrets.delete(key),
    },
    openExternal: async () => undefined,
    log: silent,
    ...(options.openSource === undefined ? {} : { openSource: options.openSource }),
  }
  const transport = directTransport(options.url)
  const agent = await openSiteAgent({
    name: SITE,
    transport,
    secrets: platform.secrets,
    secretKey: 'k',
    log: silent,
    times,
  })
  const { username, password } = options.credentials ?? admin
  let user: string | undefined
  const signIn: UploadCore['signIn'] = async (username, password) => {
    user = username
    await agent.signIn(username, password)
  }
  await signIn(username, password)

  const changes = createEmitter<[]>()
  let settings: Settings = {
    language: 'en',
    theme: 'light',
    uploadLimit: options.limit ?? 0,
    uploadOrder: 'added',
    uploadReadBack: false,
    downloadLimit: 0,
    railCollapsed: false,
    activeSite: null,
  }
  const set = (change: Partial<Settings>) => {
    settings = { ...settings, ...change }
    changes.emit()
  }
  const limit = {
    get value() {
      return settings.uploadLimit
    },
    set value(uploadLimit: number) {
      set({ uploadLimit })
    },
  }
  const { roundTripMs } = options
  const link =
    roundTripMs === undefined
      ? agent.link
      : (Object.create(agent.link, { roundTripMs: { value: roundTripMs } }) as typeof agent.link)
  const uploads = createUploads({
    platform,
    sites: { userOf: () => user, onChange: () => () => undefined },
    agents: { client: () => agent.client, link: () => link, onSites: () => nothing },
    settings: { current: () => settings, onChange: (listener) => changes.on(listener) },
  })
  uploads.start()

  const known = new Map<string, Upload>()
  const watchers = new Set<() => void>()
  const keep = (items: readonly Upload[]) => {
    for (const item of items) known.set(item.id, item)
    for (const watcher of watchers) watcher()
  }
  const stop = uploads.handlers.streams.all(
    {},
    { snapshot: ({ items }) => keep(items), event: ({ put }) => keep(put), fail: nothing },
  )
  const upload = (id: string): Upload => {
    const found = known.get(id)
    if (found === undefined) throw new Error(`no upload ${id}`)
    return found
  }
  const until: UploadCore['until'] = (id, wanted) =>
    new Promise((resolve) => {
      const look = () => {
        const now = known.get(id)
        if (now === undefined || !wanted(now)) return
        watchers.delete(look)
        resolve(now)
      }
      watchers.add(look)
      look()
    })
  return {
    uploads,
    agent,
    listed() {
      let seen: Upload[] = []
      const sink = { snapshot: ({ items }: { items: Upload[] }) => void (seen = items), event: nothing, fail: nothing }
      uploads.handlers.streams.all({}, sink)()
      return seen
    },
    signIn,
    limit,
    set,
    upload,
    async add(files, label = 'form') {
      const input: Input<'uploads', 'add'> = { site: SITE, label, files }
      const { added } = await uploads.handlers.methods.add(input, context)
      keep(added)
      return added
    },
    until,
    async whenUploaded(some) {
      await uploads.whenUploaded(
        some.map(({ id }) => id),
        context.signal,
      )
      // Windows learn it a moment later.
      for (const { id } of some) await until(id, ({ state }) => state === 'uploaded')
    },
    async close() {
      stop()
      await uploads.close()
      agent.close()
      if (options.data === undefined) await rm(data, { recursive: true, force: true })
    },
  }
}

/** A local file as a window would hand it over. */
export async function picked(path: string, change: Partial<PickedFile> = {}): Promise<PickedFile> {
  const { size, mtimeMs } = await stat(path)
  return { name: basename(path), folder: '', size, modified: mtimeMs, source: { kind: 'path', path }, ...change }
}
