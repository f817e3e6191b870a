// `npm run bench -- NAME…`: the benchmarks of test/bench by name, without names all of them. They compare with what a
// user would take instead, in the same run, and print one line per figure: name, value, unit, ratio to the peer.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ensureNode24 } from './node24.mjs'

await ensureNode24()
const root = fileURLToPath(new URL('..', import.meta.url))
const known = readdirSync(`${root}test/bench`, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
const names = process.argv.length > 2 ? process.argv.slice(2) : known
const unknown = names.filter((name) => !known.includes(name))
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}; there are: ${known.join(', ')}.`)
  process.exit(2)
}
let failed = 0
for (const name of names) {
  const { status } = spawnSync(process.execPath, [`${root}test/bench/${name}/bench.ts`], {
    cwd: root,
    stdio: 'inherit',
  })
  if (status !== 0) failed += 1
}
process.exit(failed === 0 ? 0 : 1)
