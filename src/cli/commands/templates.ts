import { table, type Output } from '../output.ts'
import { chooseSite, whileReachable, withSession } from '../session.ts'
import { first } from '../streams.ts'

/** `headway templates`: the catalogue, with what each needs. */
export async function templates(wanted: string | undefined, output: Output): Promise<void> {
  await withSession(async ({ rpc }) => {
    const site = await chooseSite(rpc, wanted)
    const { items, broken } = await whileReachable(rpc, site, first(rpc, 'templates', 'all', { site: site.id }))
    const rows = items.map((item) => [
      item.id,
      item.name.en,
      item.files.map((slot) => `${slot.key}${slot.min === 0 ? '?' : ''}`).join(' '),
      item.parameters.map((parameter) => parameter.key).join(' '),
      item.missingCommands.length === 0 ? '' : `needs ${item.missingCommands.join(', ')}`,
    ])
    output.result({ templates: items, broken }, table(['ID', 'NAME', 'FILES', 'PARAMETERS', ''], rows))
    for (const file of broken) output.note(`${file.file}:${file.line}: ${file.reason}`)
  })
}
