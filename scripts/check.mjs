// Static checks, each loud and separate: format, types per layer, lint with types, layers, unused code.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const node = process.execPath
const bin = (path) => `${root}node_modules/${path}`
const layers = [
  'contract',
  'mesh',
  'src/rpc',
  'src/core',
  'src/main',
  'src/preload',
  'src/web',
  'src/cli',
  'src/renderer',
  'agent',
  'test',
]

/** TypeScript 7 (native) checks; TypeScript 6 stays installed for the tools that need its JavaScript API. */
/** @type {[string, string[]][]} */
const steps = [
  ['format', [bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.']],
  ...layers.map((layer) => [`types ${layer}`, [bin('typescript-native/bin/tsc'), '-p', layer]]),
  ['lint', [bin('oxlint/bin/oxlint'), '--type-aware', '--deny-warnings', '.']],
  [
    'layers',
    [
      bin('dependency-cruiser/bin/dependency-cruiser.mjs'),
      '-c',
      'dependency-cruiser.config.cjs',
      'contract',
      'mesh',
      'src',
      'agent',
      'test',
    ],
  ],
  ['unused code', [bin('knip/bin/knip.js')]],
]

let failed = 0
for (const [name, args] of steps) {
  const started = Date.now()
  const run = spawnSync(node, args, { cwd: root, encoding: 'utf8', env: { ...process.env, FORCE_COLOR: '0' } })
  const ok = run.status === 0
  if (!ok) failed += 1
  const seconds = Math.round((Date.now() - started) / 100) / 10
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`)
  if (!ok) console.log(`${run.stdout}${run.stderr}`)
}
console.log(`checks: ${steps.length - failed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
