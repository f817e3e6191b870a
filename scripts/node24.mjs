// Runs on any Node ≥ 20. `npm ci` brings Node 24 along as a package; npm scripts find it by themselves, a direct
// `node scripts/…` may not.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const major = (version) => Number(version.split('.')[0])

/** Returns under Node ≥ 24; otherwise runs the same command under the Node of node_modules and ends as it ends. */
export async function ensureNode24() {
  if (major(process.versions.node) >= 24) return
  const suffix = process.platform === 'win32' ? '.cmd' : ''
  const node = fileURLToPath(new URL(`../node_modules/.bin/node${suffix}`, import.meta.url))
  if (!existsSync(node) || process.env.HEADWAY_NODE24_TRIED === '1') {
    console.error(
      'Headway needs Node 24, which comes with its packages, and it is not here.\nRun `npm ci` (without --omit=optional), then try again.',
    )
    process.exit(1)
  }
  const child = spawn(node, process.argv.slice(1), {
    stdio: 'inherit',
    env: { ...process.env, HEADWAY_NODE24_TRIED: '1' },
    shell: process.platform === 'win32',
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  const code = await new Promise((resolve) => {
    child.once('error', () => resolve(1))
    child.once('exit', (status, signal) => resolve(status ?? (signal === 'SIGINT' ? 130 : 143)))
  })
  process.exit(code)
}
