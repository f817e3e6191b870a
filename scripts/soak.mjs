// `npm run test:soak -- PART…`: the long forms of the tests that have one (those that import test/helpers/long.ts), one file
// after the other; those whose path contains a part, without parts all of them. Takes from minutes to hours.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ensureNode24 } from './node24.mjs'

await ensureNode24()
const root = fileURLToPath(new URL('..', import.meta.url))
const parts = process.argv.slice(2)
const files = readdirSync(`${root}test`, { recursive: true })
  .map((path) => `test/${path.replaceAll('\\', '/')}`)
  .filter((path) => path.endsWith('.test.ts') && readFileSync(root + path, 'utf8').includes('/helpers/long.ts'))
  .filter((path) => parts.length === 0 || parts.some((part) => path.includes(part)))
if (files.length === 0) {
  console.error(`No test with a long form has ${parts.join(' or ')} in its path.`)
  process.exit(2)
}
console.log(`Long forms of:\n${files.map((path) => `  ${path}`).join('\n')}`)
const { status } = spawnSync(
  process.execPath,
  [`${root}node_modules/vitest/vitest.mjs`, 'run', '--no-file-parallelism', ...files],
  { cwd: root, stdio: 'inherit', env: { ...process.env, HEADWAY_LONG: '1' } },
)
process.exit(status ?? 1)
