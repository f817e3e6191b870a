// `npm run bench -- NAME… [FIGURE…]`: the benchmarks of test/bench by name, without names all of them. They compare with what
// a user would take instead, in the same run, and print one line per figure: name, value, unit, ratio to the peer. What follows
// a name and is none itself is given to that benchmark: `upload loopback link` measures these two figures of uploads.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ensureNode24 } from './node24.mjs'

await ensureNode24()
const root = fileURLToPath(new URL('..', import.meta.url))
const known = readdirSync(`${root}test/bench`, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
const [first, ...others] = process.argv.slice(2)
if (first !== undefined && !known.includes(first)) {
  console.error(`There is no benchmark ${first}; there are: ${known.join(', ')}.`)
  process.exit(2)
}
/** @type {[string, string[]][]} */
const runs = first === undefined ? known.map((name) => [name, []]) : [[first, []]]
for (const word of others) {
  if (known.includes(word)) runs.push([word, []])
  else runs.at(-1)?.[1].push(word)
}
let failed = 0
for (const [name, figures] of runs) {
  const { status } = spawnSync(process.execPath, [`${root}test/bench/${name}/bench.ts`, ...figures], {
    cwd: root,
    stdio: 'inherit',
  })
  if (status !== 0) failed += 1
}
process.exit(failed === 0 ? 0 : 1)
