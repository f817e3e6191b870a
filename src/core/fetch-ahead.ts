import { siteAnswers } from '../../contract/site-answers.ts'
import type { Handlers, StreamSink } from '../rpc/types.ts'
import type { SitesFeature } from './sites/index.ts'

/** After so long a list that is still not there is left to whoever looks at it. */
const patienceMs = 60_000

/**
 * Each time a site comes back, asks for what its user needs without it: the forms of all templates and what they may choose
 * from, jobs, desktops and workflows, whether or not a page shows them now. Returns what ends it.
 */
export function fetchAhead(
  sites: Pick<SitesFeature, 'onChange'>,
  {
    templates,
    jobs,
    desktops,
    workflows,
    preflight,
  }: Pick<Handlers, 'templates' | 'jobs' | 'desktops' | 'workflows' | 'preflight'>,
): () => void {
  const there = new Set<string>()
  const looking = new Set<() => void>()

  /** Watches until what comes is fresh. */
  function look(watch: (sink: StreamSink<object, object>) => () => void): void {
    const watched: { end?: () => void } = {}
    const end = (): void => {
      clearTimeout(late)
      looking.delete(end)
      watched.end?.()
    }
    const see = (told: object): void => {
      // A source may tell before it has returned what ends it.
      if (!('asOf' in told)) setImmediate(end)
    }
    const late = setTimeout(end, patienceMs).unref()
    looking.add(end)
    watched.end = watch({ snapshot: see, event: see, fail: () => setImmediate(end) })
  }
  function fetch(site: string): void {
    look((sink) => templates.streams.all({ site }, sink))
    look((sink) => jobs.streams.all({ site }, sink))
    look((sink) => desktops.streams.all({ site }, sink))
    look((sink) => workflows.streams.all({ site }, sink))
    void choices(site)
  }
  async function choices(site: string): Promise<void> {
    try {
      await preflight.methods.choices({ site }, { id: 'fetch-ahead', signal: AbortSignal.timeout(patienceMs) })
    } catch {
      // The form asks again.
    }
  }

  const stop = sites.onChange((id, site) => {
    const answers = site !== undefined && siteAnswers(site.connection)
    if (!answers) there.delete(id)
    else if (!there.has(id)) {
      there.add(id)
      fetch(id)
    }
  })
  return () => {
    stop()
    for (const end of looking) end()
  }
}
