import type { Params, Snapshot } from '../../../contract/app.ts'
import type { ElementPage } from '../../../contract/jobs.ts'
import type { StreamSink } from '../../rpc/types.ts'
import { createLive, type Agents } from '../agent-client/index.ts'
import { jobPath } from './routes.ts'

type Page = Snapshot<'jobs', 'elements'>

/** The agent tells of an array as a whole, at most twice a second: so often a part of it is asked for again, at most. */
const everyMs = 1000

/** A part of an array's elements towards a window, asked for again whenever its array has changed. */
export function followElements(
  agents: Agents,
  { site, id, states, offset, limit }: Params<'jobs', 'elements'>,
  sink: StreamSink<Page, Page>,
): () => void {
  const link = agents.link(site)
  let page: ElementPage | undefined
  let timer: NodeJS.Timeout | undefined
  const live = createLive<Page, Page>({
    link,
    known: () => page,
    async load(signal) {
      const query = { offset, limit, ...(states === undefined ? {} : { state: states.join(',') }) }
      page = await agents.client(site).get<ElementPage>(`${jobPath(id)}/elements`, { query, signal })
      return page
    },
  })
  const end = link.onEvent((event) => {
    if (event.type !== 'job_update' || event.data.id !== id) return
    timer ??= setTimeout(() => {
      timer = undefined
      live.refresh().catch(() => undefined)
    }, everyMs)
  })
  const stop = live.subscribe(sink)
  return () => {
    end()
    stop()
    clearTimeout(timer)
    live.close()
  }
}
