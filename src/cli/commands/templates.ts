import { lastTemplates, listTemplates } from '../outbox/catalogue.ts'
import { age } from '../outbox/words.ts'
import { table, type Output } from '../output.ts'
import { chooseSite, findSite, withSession } from '../session.ts'

/** `headway templates`: the catalogue, with what each needs; `--offline` as it was listed last. */
export async function templates(options: { site?: string; offline?: boolean }, output: Output): Promise<void> {
  const offline = options.offline === true
  await withSession(async ({ rpc }) => {
    const { catalogue, at } = offline
      ? await lastTemplates(await findSite(rpc, options.site))
      : await listTemplates(rpc, await chooseSite(rpc, options.site))
    const { items, broken } = catalogue
    const rows = items.map((item) => [
      item.id,
      item.name.en,
      item.files.map((slot) => `${slot.key}${slot.min === 0 ? '?' : ''}`).join(' '),
      item.parameters.map((parameter) => parameter.key).join(' '),
      item.missingCommands.length === 0 ? '' : `needs ${item.missingCommands.join(', ')}`,
    ])
    output.result(
      { templates: items, broken, ...(offline ? { as_of: at } : {}) },
      table(['ID', 'NAME', 'FILES', 'PARAMETERS', ''], rows),
    )
    if (offline) output.note(`As listed ${age(at)} ago.`)
    for (const file of broken) output.note(`${file.file}:${file.line}: ${file.reason}`)
  })
}
