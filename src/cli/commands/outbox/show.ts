import type { OutboxEntry } from '../../../../contract/outbox.ts'
import type { Upload } from '../../../../contract/uploads.ts'
import { contentsOf, idsOf, named, shortIds, stateOfBatch, type Batch } from '../../outbox/contents.ts'
import { withOutbox } from '../../outbox/session.ts'
import { batchWhy, clock, momentText, placeOf, questionText, stateAndWhy, whyText } from '../../outbox/words.ts'
import { bytes, printable, type Output } from '../../output.ts'
import { first } from '../../streams.ts'

/** `headway outbox show ID`: what became of an entry so far, and what it needs. */
export async function show(id: string, output: Output): Promise<void> {
  const { found, uploads, short } = await withOutbox(async ({ rpc }) => {
    const held = await contentsOf(rpc)
    const { items: uploads } = await first(rpc, 'uploads', 'all', {})
    const found = named<OutboxEntry | Batch>([...held.entries, ...held.batches], id)
    return { found, uploads, short: shortIds(idsOf(held)) }
  })
  const shown = (other: string): string => short.get(other) ?? other
  const lines =
    'action' in found
      ? entryLines(found, uploads, shown)
      : [`${found.id}  ${stateAndWhy(stateOfBatch(found), batchWhy(found))}`, ...fileLines(found.uploads)]
  output.result(found, printable(lines.join('\n')))
}

function entryLines(entry: OutboxEntry, uploads: readonly Upload[], shown: (id: string) => string): string[] {
  const { id, title, siteName, state, action, question, story } = entry
  const why = whyText(entry, { nameOf: shown, uploads, atRest: true })
  const bound = action.kind === 'submit' ? action.uploads.map((upload) => upload.id) : []
  return [
    `${shown(id)}  ${title}  for ${siteName}`,
    stateAndWhy(state, question === undefined ? why : ''),
    ...fileLines(uploads.filter((upload) => bound.includes(upload.id))),
    ...story.map((moment) => `${clock(moment.at)}  ${momentText(moment)}`),
    ...(question === undefined ? [] : questionText(question, shown(id))),
    ...(state === 'failed' ? [`\`headway outbox retry ${shown(id)}\` sends it again as it is.`] : []),
  ]
}

const fileLines = (uploads: readonly Upload[]): string[] =>
  uploads.map(({ state, wait, error, size, ...file }) => {
    const why = error === undefined ? (wait === undefined ? '' : ` for ${wait}`) : `: ${error.message}`
    return `  ${placeOf(file)}  ${bytes(size)}  ${state}${why}`
  })
