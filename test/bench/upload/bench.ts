/**
 * Uploads beside what a user would take instead, each figure in turns with its peers: `npm run bench -- upload [FIGURE…]`.
 * How much is sent: `sizes.ts`; what the figures mean: docs/performance.md.
 */
import { edited } from './edited.ts'
import { limit } from './limit.ts'
import { link } from './link.ts'
import { loopback } from './loopback.ts'
import { memory } from './memory.ts'
import { small } from './small.ts'
import { text } from './text.ts'

const figures: Record<string, () => Promise<void>> = { loopback, link, small, edited, text, limit, memory }
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !(name in figures))
if (unknown.length > 0) {
  console.error(`There is no figure ${unknown.join(', ')} of uploads; there are: ${Object.keys(figures).join(', ')}.`)
  process.exit(2)
}
// What a broken-off run has put up is taken down by its `exit` listeners.
process.once('SIGINT', () => process.exit(130))
for (const [name, measure] of Object.entries(figures)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  const started = performance.now()
  await measure()
  console.log(`# ${name} took ${((performance.now() - started) / 1000).toFixed(0)} s`)
}
