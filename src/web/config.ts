import type { HostInfo } from '../../contract/host.ts'
import { localSiteOf } from '../core/host-kit/index.ts'

/** The environment this host runs in; read here and nowhere else. */
export const hostEnvironment: Readonly<Record<string, string | undefined>> = process.env

export interface WebConfig {
  /** HEADWAY_WEB_PORT; 0 takes one that is free. */
  port: number
  localSite: HostInfo['localSite']
}

/** Reads the settings of the Node host; throws a sentence that names the wrong one. */
export function readWebConfig(env: Readonly<Record<string, string | undefined>> = hostEnvironment): WebConfig {
  const port = Number(env['HEADWAY_WEB_PORT'] || 0)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('HEADWAY_WEB_PORT must be a port number.')
  return { port, localSite: localSiteOf(env) }
}
