import { basename, dirname, join } from 'node:path'
import type { Capabilities, HostInfo } from '../../contract/host.ts'
import { createFileLog, downloadsFolder, proxyEnvironmentOf, userDataFolder } from '../core/host-kit/index.ts'
import type { Platform } from '../core/platform.ts'
import { openInBrowser } from './browser.ts'
import { hostEnvironment } from './config.ts'
import { createFileSecrets } from './secrets.ts'

declare const HEADWAY_VERSION: string

export interface NodePlatformOptions {
  /** Folder of journals, settings and secrets. Default: HEADWAY_APP_DATA, else `app` in the user's data folder. */
  data?: string
  /** Folder of the journals of this process alone, where several processes share `data`. */
  journals?: string
  capabilities?: Partial<Capabilities>
  localSite?: HostInfo['localSite']
  openSource?: Platform['openSource']
  env?: Record<string, string | undefined>
}

/** What plain Node supplies to the core: for browsers by default, for the terminal with other capabilities. */
export async function nodePlatform(options: NodePlatformOptions = {}): Promise<Platform> {
  const env = options.env ?? hostEnvironment
  const data = options.data ?? (env['HEADWAY_APP_DATA'] || join(userDataFolder(env), 'app'))
  const log = createFileLog(join(data, 'logs', 'headway.log'))
  return {
    version: typeof HEADWAY_VERSION === 'string' ? HEADWAY_VERSION : 'development',
    locale: Intl.DateTimeFormat().resolvedOptions().locale,
    capabilities: {
      localPaths: false,
      nativeDialogs: false,
      trayIcon: false,
      secretsPersist: true,
      browserDownloads: true,
      ...options.capabilities,
    },
    paths: {
      data,
      downloads: downloadsFolder(),
      agentPackage: env['HEADWAY_AGENT_PACKAGE'] || builtPackage(),
      ...(options.journals === undefined ? {} : { journals: options.journals }),
    },
    secrets: await createFileSecrets(data, log),
    openExternal: (url) => openInBrowser(url, env),
    environment: env,
    proxy: { environment: proxyEnvironmentOf(env) },
    log,
    ...(options.localSite === undefined ? {} : { localSite: options.localSite }),
    ...(options.openSource === undefined ? {} : { openSource: options.openSource }),
  }
}

/** The agent for head nodes: beside this file's own folder where it is built, else where the build puts it. */
function builtPackage(): string {
  const isBuilt = basename(dirname(import.meta.dirname)) === 'dist'
  return join(import.meta.dirname, isBuilt ? '../agent-package' : '../../dist/agent-package')
}
