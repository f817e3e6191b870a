import { directTransport, openSiteAgent, type Agents, type SiteAgent } from '../../../../src/core/agent-client/index.ts'
import type { StreamSink } from '../../../../src/rpc/types.ts'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import { shortTimes, until } from '../../../helpers/core.ts'

const nothing = (): void => undefined
export const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing }

/** A real client, signed in and connected, of the agent at `url`. */
export async function signedIn(url: string): Promise<SiteAgent> {
  const secrets = new Map<string, string>()
  const site = await openSiteAgent({
    name: 'here',
    transport: directTransport(url),
    secrets: {
      persistent: true,
      get: (key) => Promise.resolve(secrets.get(key)),
      set: (key, value) => Promise.resolve(void secrets.set(key, value)),
      delete: (key) => Promise.resolve(void secrets.delete(key)),
    },
    secretKey: 'k',
    log: silent,
    times: shortTimes,
  })
  await site.signIn('jin', 'pw')
  await until('ready', () => site.link.ready)
  return site
}

/** The one site, as features ask for it. */
export const agentsOf = (site: SiteAgent): Agents => ({
  client: () => site.client,
  link: () => site.link,
  onSites: () => nothing,
})

/** A window's end of a stream. */
export function collected<S, E>() {
  const got = { snapshots: [] as S[], events: [] as E[], errors: [] as AppErrorValue[] }
  const sink: StreamSink<S, E> = {
    snapshot: (state) => got.snapshots.push(state),
    event: (event) => got.events.push(event),
    fail: (error) => got.errors.push(error),
  }
  return { ...got, sink }
}
