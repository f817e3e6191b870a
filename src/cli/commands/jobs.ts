import { table, type Output } from '../output.ts'
import { chooseSite, whileReachable, withSession } from '../session.ts'
import { first } from '../streams.ts'

/** `headway jobs`: own jobs, newest first. */
export async function jobs(options: { site?: string; state?: string }, output: Output): Promise<void> {
  await withSession(async ({ rpc }) => {
    const site = await chooseSite(rpc, options.site)
    const { items } = await whileReachable(rpc, site, first(rpc, 'jobs', 'all', { site: site.id }))
    const shown = options.state === undefined ? items : items.filter((job) => job.state === options.state)
    const rows = shown.map((job) => [
      job.id,
      job.state,
      job.name,
      job.templateId ?? '',
      job.submittedAt.replace('T', ' ').slice(0, 16),
      job.reason ?? '',
    ])
    output.result({ jobs: shown }, table(['ID', 'STATE', 'NAME', 'TEMPLATE', 'SUBMITTED', 'REASON'], rows))
  })
}
