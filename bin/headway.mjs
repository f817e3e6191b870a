#!/usr/bin/env node
// Starts the terminal host; in the repository it is built first where it is stale.
import { existsSync } from 'node:fs'
import { ensureNode24 } from '../scripts/node24.mjs'

await ensureNode24()
const builder = new URL('../scripts/build.mjs', import.meta.url)
if (existsSync(builder)) {
  const { buildParts } = await import(builder.href)
  await buildParts(process.argv[2] === 'web' ? ['cli', 'renderer', 'agent-package'] : ['cli', 'agent-package'], {
    say: console.error,
  })
}
await import('../dist/cli/headway.js')
