import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const folder = join(root, 'test/.artifacts/bench')

/** The programs of both sides. */
export interface Built {
  core: string
  agent: string
}

async function make(): Promise<Built> {
  await promisify(execFile)(process.execPath, [join(root, 'scripts/build.mjs'), '--only', 'agent'], { cwd: root })
  await build({
    absWorkingDir: root,
    entryPoints: {
      'core-process': 'test/bench/upload/core-process.ts',
      'upload-worker': 'src/core/uploads/workers/worker.ts',
    },
    outdir: folder,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    packages: 'external',
  })
  return { core: join(folder, 'core-process.js'), agent: join(root, 'dist/agent/agent.js') }
}

let made: Promise<Built> | undefined

/** Bundled as users have them: what Node needs to read TypeScript would be in the memory of every process and thread. */
export const built = (): Promise<Built> => (made ??= make())
