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
  const over = new AbortController()

  /** Watches until what comes is fresh. */
  function look(watch: (sink: StreamSink<object, object>) => () => void): Promise<void> {
    return new Promise((resolve) => {
      const watched: { end?: () => void } = {}
      const end = (): void => {
        clearTimeout(late)
        over.signal.removeEventListener('abort', end)
        watched.end?.()
        resolve()
      }
      const see = (told: object): void => {
        // A source may tell before it has returned what ends it.
        if (!('asOf' in told)) setImmediate(end)
      }
      const late = setTimeout(end, patienceMs).unref()
      over.signal.addEventListener('abort', end, { once: true })
      watched.end = watch({ snapshot: see, event: see, fail: () => setImmediate(end) })
    })
  }
  /** One after the other: what the user does meanwhile goes first, and a further SSH connection is not worth it. */
  async function fetch(site: string): Promise<void> {
    const lists = [templates.streams.all, jobs.streams.all, desktops.streams.all, workflows.streams.all]
    try {
      for (const list of lists) if (!over.signal.aborted) await look((sink) => list({ site }, sink))
      const signal = AbortSignal.any([over.signal, AbortSignal.timeout(patienceMs)])
      if (!over.signal.aborted) await preflight.methods.choices({ site }, { id: 'fetch-ahead', signal })
    } catch {
      // The site is gone, or cannot say: pages ask again.
    }
  }

  const stop = sites.onChange((id, site) => {
    const answers = site !== undefined && siteAnswers(site.connection)
    if (!answers) there.delete(id)
    else if (!there.has(id)) {
      there.add(id)
      void fetch(id)
    }
  })
  return () => {
    stop()
    over.abort()
  }
}
