import type { OutboxEntry } from '../../../../contract/outbox.ts'
import type { Upload } from '../../../../contract/uploads.ts'
import { contentsOf, idsOf, shortIds, stateOfBatch, type Batch, type Contents } from '../../outbox/contents.ts'
import { withOutbox } from '../../outbox/session.ts'
import { age, batchTitle, batchWhy, stateText, whyText } from '../../outbox/words.ts'
import { table, type Output } from '../../output.ts'
import { first } from '../../streams.ts'

/** `headway outbox`: what is kept, in the order in which it goes out. */
export async function list(output: Output): Promise<void> {
  const { held, uploads, names } = await withOutbox(async ({ rpc }) => {
    const { items } = await first(rpc, 'sites', 'all', {})
    const uploads = (await first(rpc, 'uploads', 'all', {})).items
    return { held: await contentsOf(rpc), uploads, names: new Map(items.map(({ id, name }) => [id, name])) }
  })
  const loose = held.batches.flatMap((batch) => batch.uploads)
  output.result({ entries: held.entries, uploads: loose }, textOf(held, uploads, names))
}

function textOf(held: Contents, uploads: readonly Upload[], names: ReadonlyMap<string, string>): string {
  const ids = idsOf(held)
  if (ids.length === 0) return 'The outbox is empty.'
  const short = shortIds(ids)
  const shown = (id: string): string => short.get(id) ?? id
  const entryRow = (entry: OutboxEntry): string[] => [
    shown(entry.id),
    stateText(entry.state),
    whyText(entry, { nameOf: shown, uploads, atRest: true }),
    entry.title,
    entry.siteName,
    age(entry.createdAt),
  ]
  const batchRow = (batch: Batch): string[] => [
    batch.id,
    stateText(stateOfBatch(batch)),
    batchWhy(batch),
    batchTitle(batch),
    names.get(batch.site) ?? '',
    age(batch.uploads[0]?.createdAt ?? ''),
  ]
  const rows = [...held.entries.map(entryRow), ...held.batches.map(batchRow)]
  return table(['ID', 'STATE', 'WHY', 'TITLE', 'SITE', 'AGE'], rows)
}
