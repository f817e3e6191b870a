import type { HostInfo } from '../../contract/host.ts'
import { localSiteOf, proxyEnvironmentOf } from '../core/host-kit/index.ts'

export interface MainConfig {
  /** HEADWAY_APP_DATA: another folder for the app's data, e.g. for tests. */
  data: string | undefined
  localSite: HostInfo['localSite']
  proxyEnvironment: Record<string, string>
}

export function readMainConfig(env: Readonly<Record<string, string | undefined>> = process.env): MainConfig {
  return {
    data: env['HEADWAY_APP_DATA'] || undefined,
    localSite: localSiteOf(env),
    proxyEnvironment: proxyEnvironmentOf(env),
  }
}

/** The environment as a whole, for programs of this machine that the core starts. */
export const hostEnvironment: Readonly<Record<string, string | undefined>> = process.env
