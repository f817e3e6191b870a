import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { HostInfo } from '../../../contract/host.ts'

const LocalSite = Type.Object({ url: Type.String({ pattern: '^https?://' }), username: Type.String() })

/** The agent that `npm start` started beside this host: HEADWAY_LOCAL_SITE, `{"url": …, "username": …}` as JSON. */
export function localSiteOf(env: Readonly<Record<string, string | undefined>>): HostInfo['localSite'] {
  try {
    const site: unknown = JSON.parse(env['HEADWAY_LOCAL_SITE'] ?? '')
    return Value.Check(LocalSite, site) ? site : undefined
  } catch {
    return undefined
  }
}
