import { spawnSync } from 'node:child_process'
import { createRequire, registerHooks } from 'node:module'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compileFunction } from 'node:vm'
import type * as Fake from './fake-electron.ts'
import type * as Native from './native.ts'

type FakeElectron = typeof Fake

const root = join(import.meta.dirname, '../../..')
const fake = new URL('fake-electron.ts', import.meta.url).href
const require = createRequire(import.meta.url)
const native = require('./native.ts') as typeof Native

let boots = 0

// Whoever imports `electron` gets the fake, a fresh one for each boot.
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron'
      ? { url: `${fake}?boot=${boots}`, shortCircuit: true, format: 'module-typescript' }
      : next(specifier, context),
})

/** Builds the bundles that are booted, where they are stale. */
export function buildHost(): void {
  const args = [join(root, 'scripts/build.mjs'), '--only', 'main', '--only', 'preload']
  const run = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (run.status !== 0) throw new Error(run.stderr)
}

/** A fresh fake and a data folder; `load` imports a file of the repository in it. */
export async function newElectron(): Promise<{
  electron: FakeElectron
  data: string
  load(path: string): Promise<unknown>
  cleanUp(): void
}> {
  boots += 1
  const query = `?boot=${boots}`
  const electron = (await native.load(`${fake}${query}`)) as FakeElectron
  const data = mkdtempSync(join(tmpdir(), 'headway-main-'))
  return {
    electron,
    data,
    load: (path) => native.load(`file://${join(root, path)}${query}`),
    cleanUp: () => rmSync(data, { recursive: true, force: true }),
  }
}

/** Boots the built dist/main/main.js until its window is there (or until it gave up the lock). */
export async function bootMain(prepare: (state: FakeElectron['state'], data: string) => void = () => undefined) {
  const app = await newElectron()
  prepare(app.electron.state, app.data)
  process.env['HEADWAY_APP_DATA'] = app.data
  process.env['HEADWAY_LOCAL_SITE'] = JSON.stringify({ url: 'http://127.0.0.1:5010', username: 'admin' })
  const listeners = process.listeners('disconnect')
  await app.load('dist/main/main.js')
  // The runner has a channel of its own; its end is none of ours.
  for (const listener of process.listeners('disconnect')) {
    if (!listeners.includes(listener)) process.off('disconnect', listener)
  }
  return app
}

/** Runs the built preload as a sandboxed renderer does: with a page, and a `require` that knows a part of electron alone. */
export function loadPreload(
  { contextBridge, ipcRenderer, webUtils }: FakeElectron,
  page: EventTarget,
  origin: string,
): void {
  const text = readFileSync(join(root, 'dist/preload/preload.cjs'), 'utf8')
  const sandboxRequire = (name: string): unknown => {
    if (name !== 'electron') throw new Error(`module not found: ${name}`)
    return { contextBridge, ipcRenderer, webUtils }
  }
  const run = compileFunction(text, ['require', 'window', 'location']) as (...input: unknown[]) => void
  run(sandboxRequire, page, { origin })
}
