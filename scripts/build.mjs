// Builds the parts that are stale. A part is stale when the content of its inputs (with package-lock.json and this script)
// is not what its stamp in dist/.stamps says.
// Arguments: --agent-into FOLDER builds the agent alone and elsewhere; --force builds all; --only NAME (repeatable) builds one of: agent
// agent-package web cli main preload renderer. --all-platforms: the agent package brings Node for every head node, fetched from npm.
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join, relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { ensureNode24 } from './node24.mjs'
import { packageAgent } from './package-agent.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const version = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version

const core = ['contract', 'mesh', 'src/rpc', 'src/core']
/** Runs in a thread, from its own file beside the bundle that starts it. */
const meshWorker = { 'mesh-worker': 'mesh/worker.ts' }
/** The threads of the core. */
const coreWorkers = { ...meshWorker, 'upload-worker': 'src/core/uploads/workers/worker.ts' }
const parts = {
  agent: { inputs: ['contract', 'mesh', 'agent', 'assets'], output: 'dist/agent/agent.js', build: buildAgent },
  // What is copied to a head node; made of the agent as it is built.
  'agent-package': {
    needs: ['agent'],
    inputs: ['contract', 'mesh', 'agent', 'assets', 'package.json', 'scripts/package-agent.mjs'],
    output: 'dist/agent-package/manifest.json',
    build: buildAgentPackage,
  },
  web: {
    inputs: [...core, 'src/web'],
    output: 'dist/web/headway-web.js',
    build: () => bundle({ 'headway-web': 'src/web/index.ts', ...coreWorkers }, 'dist/web', { packages: 'external' }),
  },
  cli: {
    inputs: [...core, 'src/web', 'src/cli'],
    output: 'dist/cli/headway.js',
    build: () => bundle({ headway: 'src/cli/index.ts', ...coreWorkers }, 'dist/cli', { packages: 'external' }),
  },
  main: {
    inputs: [...core, 'src/main', 'assets/icons'],
    output: 'dist/main/main.js',
    build: buildMain,
  },
  preload: {
    inputs: ['contract', 'src/preload'],
    output: 'dist/preload/preload.cjs',
    // A sandboxed preload must be CommonJS.
    build: () =>
      bundle({ preload: 'src/preload/preload.ts' }, 'dist/preload', {
        format: 'cjs',
        outExtension: { '.js': '.cjs' },
        external: ['electron'],
      }),
  },
  renderer: {
    inputs: ['contract', 'src/rpc', 'src/renderer', 'vite.config.ts'],
    output: 'dist/renderer/index.html',
    build: buildRenderer,
  },
}

async function bundle(entryPoints, outdir, extra = {}) {
  const { build } = await import('esbuild')
  const { isSecond, ...options } = extra
  if (isSecond !== true) rmSync(resolve(root, outdir), { recursive: true, force: true })
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints,
    outdir,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    sourcemap: true,
    define: { HEADWAY_VERSION: JSON.stringify(version) },
    logLevel: 'warning',
    metafile: true,
    ...options,
  })
  for (const [output, { inputs, imports }] of Object.entries(metafile.outputs)) {
    if (!(basename(output, '.js') in coreWorkers)) continue
    // Every thread has its own of what it loads: the schema library alone is 20 MB (measured).
    const packages = [
      ...Object.keys(inputs).filter((path) => path.includes('node_modules/')),
      ...imports.filter(({ path, external }) => external && !path.startsWith('node:')).map(({ path }) => path),
    ]
    if (packages.length > 0)
      throw new Error(`${output} is to run in threads without packages, and loads ${packages[0]}`)
  }
}

/** Electron's main process and the core's process beside it. */
async function buildMain() {
  const entries = { main: 'src/main/main.ts', core: 'src/main/core-process.ts', ...coreWorkers }
  await bundle(entries, 'dist/main', { packages: 'external' })
  cpSync(join(root, 'assets/icons/tray.png'), join(root, 'dist/main/tray.png'))
}

/**
 * The agent, in pieces, so that its short commands need not load the whole of it; and two files that run alone, the helper of its
 * site mode and the reader of meshes. CommonJS packages inside find what Node gives to CommonJS.
 */
async function buildAgent({ folder = 'dist/agent' } = {}) {
  const banner = [
    "import { createRequire as headwayRequire } from 'node:module'",
    "import { dirname as headwayDirname } from 'node:path'",
    'const require = headwayRequire(import.meta.url)',
    'const __filename = import.meta.filename',
    'const __dirname = headwayDirname(__filename)',
  ].join(';')
  const whole = { banner: { js: `${banner};` } }
  const pieces = { ...whole, splitting: true, chunkNames: 'agent-[hash]' }
  await bundle({ agent: 'agent/src/server.ts' }, folder, pieces)
  const alone = { helper: 'agent/src/helper/program.ts', ...meshWorker }
  await bundle(alone, folder, { ...whole, isSecond: true })
  const assets = resolve(root, folder, 'assets')
  for (const name of ['templates', 'examples', 'site-mode', 'desktop']) {
    cpSync(join(root, 'assets', name), join(assets, name), { recursive: true })
  }
  const swagger = join(root, 'node_modules/swagger-ui-dist')
  mkdirSync(join(assets, 'swagger-ui'), { recursive: true })
  for (const name of [
    'swagger-ui.css',
    'swagger-ui-bundle.js',
    'swagger-ui-standalone-preset.js',
    'favicon-32x32.png',
  ]) {
    cpSync(join(swagger, name), join(assets, 'swagger-ui', name))
  }
}

async function buildAgentPackage({ allPlatforms, say }) {
  const { PROTOCOL_VERSION: protocol } = await import('../contract/agent/version.ts')
  await packageAgent({ root, folder: join(root, 'dist/agent-package'), version, protocol, allPlatforms, say })
}

/** vite.config.ts fails the build where the first screen's script outgrows its limit. */
async function buildRenderer() {
  // Where a test or a shell has set another NODE_ENV, React's development build would be taken.
  process.env.NODE_ENV = 'production'
  const { build } = await import('vite')
  await build({ configFile: join(root, 'vite.config.ts'), root: join(root, 'src/renderer'), logLevel: 'warn' })
}

function inputHash(inputs) {
  const hash = createHash('sha256')
  const add = (path) => hash.update(relative(root, path)).update('\0').update(readFileSync(path)).update('\0')
  const walk = (path) => {
    const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
    for (const entry of entries) {
      const inner = join(path, entry.name)
      if (entry.isDirectory()) walk(inner)
      else if (entry.isFile()) add(inner)
    }
  }
  for (const input of [...inputs, 'package-lock.json', 'scripts/build.mjs']) {
    const path = join(root, input)
    if (!existsSync(path)) throw new Error(`${input} is missing`)
    if (/\.[a-z]+$/.test(input)) add(path)
    else walk(path)
  }
  return hash.digest('hex')
}

/** Builds the named parts where they are stale, one process at a time; `say` gets a line for each that was built. */
export async function buildParts(names, { force = false, allPlatforms = false, say = console.log } = {}) {
  const stamps = join(root, 'dist/.stamps')
  mkdirSync(stamps, { recursive: true })
  const lock = await onlyOne(stamps)
  try {
    const needed = names.flatMap((name) => [...(parts[name]?.needs ?? []), name])
    for (const name of new Set(needed)) {
      const part = parts[name]
      if (part === undefined) throw new Error(`no part "${name}"; there are: ${Object.keys(parts).join(' ')}`)
      const stamp = join(stamps, name)
      const hash = inputHash(part.inputs)
      const fresh = existsSync(join(root, part.output)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash
      const isWhole = !(allPlatforms && name === 'agent-package')
      if (fresh && isWhole && !force) continue
      const started = Date.now()
      rmSync(stamp, { force: true })
      await part.build({ allPlatforms, say })
      writeFileSync(stamp, hash)
      say(`built ${name} in ${((Date.now() - started) / 1000).toFixed(1)} s`)
    }
  } finally {
    lock.release()
  }
}

/** Waits until no other process builds. */
async function onlyOne(folder) {
  const { lockFolder } = await import('../src/core/host-kit/lock.ts')
  for (;;) {
    const lock = lockFolder(folder)
    if (lock !== undefined) return lock
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await ensureNode24()
  const args = process.argv.slice(2)
  const elsewhere = args[args.indexOf('--agent-into') + 1]
  const only = args.flatMap((arg, index) => (arg === '--only' ? [args[index + 1] ?? ''] : []))
  try {
    if (args.includes('--agent-into')) await buildAgent({ folder: elsewhere })
    else {
      const [force, allPlatforms] = ['--force', '--all-platforms'].map((flag) => args.includes(flag))
      await buildParts(only.length > 0 ? only : Object.keys(parts), { force, allPlatforms })
    }
  } catch (error) {
    console.error(`The build failed: ${error.message}`)
    process.exit(1)
  }
}
