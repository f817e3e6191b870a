import type { JobState } from '../../../contract/jobs.ts'
import { table, type Output } from '../output.ts'
import { chooseSite, withSession } from '../session.ts'
import { first } from '../streams.ts'

const PAGE = 1000

/** `headway elements JOB`: the elements of an array. */
export async function elements(id: string, options: { site?: string; state?: string }, output: Output): Promise<void> {
  await withSession(async ({ rpc }) => {
    const site = await chooseSite(rpc, options.site)
    const states = options.state === undefined ? {} : { states: [options.state as JobState] }
    const rows: string[][] = []
    for (let offset = 0, total = 1; offset < total; offset += PAGE) {
      const page = await first(rpc, 'jobs', 'elements', { site: site.id, id, ...states, offset, limit: PAGE })
      total = page.total
      for (const element of page.elements) {
        const how = element.signal === undefined ? element.exitCode : `signal ${element.signal}`
        rows.push([
          `${id}_${element.index}`,
          element.state,
          String(how ?? ''),
          element.nodes ?? '',
          element.reason ?? '',
        ])
        if (output.json) output.result({ job_id: `${id}_${element.index}`, ...element }, '')
      }
    }
    if (!output.json) output.result({}, table(['ID', 'STATE', 'EXIT', 'NODES', 'REASON'], rows))
  })
}
