import type { Capabilities, HostInfo } from '../../contract/host.ts'
import type { Notice } from '../core/platform.ts'

/** What the core's process is started with. */
export interface CoreStart {
  version: string
  locale: string
  capabilities: Capabilities
  paths: { data: string; downloads: string; agentPackage: string }
  localSite?: HostInfo['localSite']
  /** HTTPS_PROXY and its like. */
  proxyEnvironment: Record<string, string>
  /** Why secrets are kept in memory only; absent where they persist. */
  secretsReason?: string
}

/** What the core asks of the main process: the parts of a platform that only Electron has. */
export interface Services {
  secretGet(key: string): Promise<string | undefined>
  secretSet(key: string, value: string): Promise<void>
  secretDelete(key: string): Promise<void>
  openExternal(url: string): Promise<void>
  pickFiles(folders: boolean): Promise<string[]>
  notify(notice: Notice): Promise<void>
  resolveProxy(url: string, pac?: string): Promise<string>
}
export type Service = keyof Services

export type ToCore =
  | { type: 'start'; start: CoreStart }
  /** Carries a port: a window to serve. */
  | { type: 'window' }
  /** Carries a port: the bytes that the ticket stands for, as in rpc/bytes-port.ts. */
  | { type: 'viewer'; ticket: string }
  | { type: 'answer'; id: number; value?: unknown; error?: string }
  | { type: 'stop' }

/** What the main process says by itself, and in which language. */
export interface Standing {
  /** How many entries of the outbox are not sent yet. */
  unsent: number
  language: 'en' | 'ko'
}

export type FromCore =
  | { type: 'ready' }
  | { type: 'standing'; standing: Standing }
  /** The data may be in use on another machine: it takes a while to find out. */
  | { type: 'waiting'; sentence: string }
  /** The data is in use elsewhere: there is no core here, nor will there be one. */
  | { type: 'unavailable'; sentence: string }
  | { type: 'ask'; id: number; service: Service; input: unknown[] }
  | { type: 'failed'; reason: string }
