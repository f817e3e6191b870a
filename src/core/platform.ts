import type { Capabilities, HostInfo } from '../../contract/host.ts'
import type { SourceRef } from '../../contract/uploads.ts'

/** Bytes of a local file, read at random places; every host brings its own kinds (a path, a page's file). */
export interface UploadSource {
  /** The bytes from `offset` on, exactly `length` of them; rejects with AppError FILE_CHANGED, FILE_MISSING, FILE_DETACHED … */
  read(offset: number, length: number, signal: AbortSignal): Promise<Uint8Array>
  /** Size in bytes and modification time (ms since 1970) now; to notice a file that changed meanwhile. */
  stat(): Promise<{ size: number; modified: number }>
  close(): Promise<void>
}

/** Where secrets go. Keys are names of ours, values opaque strings. */
export interface SecretStore {
  /** False: kept in memory only, and `reason` says why in English for the log. */
  persistent: boolean
  reason?: string
  get(key: string): Promise<string | undefined>
  set(key: string, value: string): Promise<void>
  delete(key: string): Promise<void>
  /** Where several processes share the store: the others wait meanwhile, and `get` sees what they stored before. */
  exclusively?<T>(run: () => Promise<T>): Promise<T>
}

/** What a host supplies to the core (Electron, Node host, terminal, tests). */
export interface Platform {
  version: string
  locale: string
  capabilities: Capabilities
  /**
   * `data`: settings, sites and secrets; `downloads`: where results are saved by default. `journals`: work under way and
   * what was known last, for one process alone; absent: in `data`, which then belongs to one process. Made 0700 by the core.
   * `agentPackage`: the folder with the agent for head nodes; absent: none can be installed.
   */
  paths: { data: string; downloads: string; journals?: string; agentPackage?: string }
  secrets: SecretStore
  localSite?: HostInfo['localSite']
  /** The environment that programs of this machine are started with, such as `ssh`; it names the ssh-agent. Absent: an empty one. */
  environment?: Readonly<Record<string, string | undefined>>
  /** The user's home folder, where `.ssh` is; absent: as the system says. */
  home?: string
  /** How this machine reaches other ones. Absent: straight. */
  proxy?: {
    /** HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY in either spelling, where they are set. */
    environment: Readonly<Record<string, string | undefined>>
    /**
     * What the system, or the PAC file at an address, says for a URL: `PROXY host:port; HTTPS host:port; DIRECT`. Absent where
     * the host cannot know.
     */
    resolve?(url: string, pac?: string): Promise<string>
  }
  /** Opens sources of kinds other than `path`, which the core opens itself. */
  openSource?(ref: Exclude<SourceRef, { kind: 'path' }>): Promise<UploadSource>
  /** Opens an address in the system's browser. */
  openExternal(url: string): Promise<void>
  /** With `nativeDialogs`: the paths chosen, none where the user changed their mind. */
  pickFiles?(folders: boolean): Promise<string[]>
  /** With `nativeNotifications`: shows one by the operating system; a click brings the window to `place`, a hash. */
  notify?(notice: Notice): Promise<void>
  log: Logger
}

/** What the operating system shows: two lines, and where a click leads. */
export interface Notice {
  title: string
  body: string
  place: string
}

/** Structured log lines; never a token, a password or file content in them. */
export interface Logger {
  debug(message: string, fields?: Record<string, unknown>): void
  info(message: string, fields?: Record<string, unknown>): void
  warn(message: string, fields?: Record<string, unknown>): void
  error(message: string, fields?: Record<string, unknown>): void
}
