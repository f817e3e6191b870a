// The agent as Headway copies it to a head node (src/core/agent-install): one archive of the built agent, Node for it, and a
// manifest that says what they are.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
} from 'node:fs'
import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip, gzipSync } from 'node:zlib'

const machines = ['linux-x64', 'linux-arm64']

/**
 * Writes `folder`: the manifest last, so that a package that is begun is none. Node is taken from node_modules where npm put it for
 * this machine; with `allPlatforms` the others of the same pinned versions come from npm.
 */
export async function packageAgent({ root, folder, version, protocol, allPlatforms, say }) {
  mkdirSync(folder, { recursive: true })
  const manifest = join(folder, 'manifest.json')
  const earlier = existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')) : { node: {} }
  const bundle = await packBundle(join(root, 'dist/agent'), folder)
  const node = {}
  for (const machine of machines) {
    const packed = await packNode(machine, { root, folder, allPlatforms, earlier: earlier.node[machine], say })
    if (packed !== undefined) node[machine] = packed
  }
  const kept = new Set(['manifest.json', bundle.file, ...Object.values(node).map(({ file }) => file)])
  const text = `${JSON.stringify({ version, protocol, bundle, node }, null, 2)}\n`
  writeFileSync(`${manifest}.tmp`, text)
  renameSync(`${manifest}.tmp`, manifest)
  for (const name of readdirSync(folder)) if (!kept.has(name)) rmSync(join(folder, name), { recursive: true })
}

/** The same bytes for the same agent, whenever and wherever it is packed: Headway tells versions apart by their checksum. */
async function packBundle(agent, folder) {
  const { pack } = await import('tar-stream')
  const archive = pack()
  const pieces = []
  const collected = (async () => {
    for await (const piece of archive) pieces.push(piece)
  })()
  const owner = { mtime: new Date(0), uid: 0, gid: 0, uname: '', gname: '' }
  for (const { path, isFolder } of walk(agent)) {
    const name = relative(agent, path).split(sep).join('/')
    if (isFolder) archive.entry({ ...owner, name, type: 'directory', mode: 0o700 })
    else archive.entry({ ...owner, name, mode: 0o600 }, readFileSync(path))
  }
  archive.finalize()
  await collected
  const tar = Buffer.concat(pieces)
  const bytes = gzipSync(tar, { level: 9 })
  // Its tenth byte names the system it was packed on (RFC 1952, section 2.3.1); 255 is "unknown".
  bytes[9] = 255
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const file = `headway-agent-${sha256.slice(0, 8)}.tgz`
  writeFileSync(join(folder, file), bytes)
  return { file, sha256, size: bytes.length, unpacked: tar.length }
}

/** All but source maps, in an order that no system decides. */
function* walk(folder) {
  const entries = readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      yield { path, isFolder: true }
      yield* walk(path)
    } else if (entry.isFile() && !entry.name.endsWith('.map')) yield { path, isFolder: false }
  }
}

/** Compressing takes seconds, and a version's program never changes: what was packed of it before is kept. */
async function packNode(machine, { root, folder, allPlatforms, earlier, say }) {
  const name = `node-${machine}`
  const { optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const version = optionalDependencies[name]
  if (version === undefined) return undefined
  const file = `node-v${version}-${machine}.gz`
  const path = join(folder, file)
  if (earlier?.file === file && existsSync(path) && statSync(path).size === earlier.size) return earlier
  const installed = join(root, 'node_modules', name, 'bin/node')
  const source = existsSync(installed)
    ? createReadStream(installed)
    : allPlatforms
      ? await fetchNode(name, version, say)
      : undefined
  if (source === undefined) return undefined
  const hash = createHash('sha256')
  let unpacked = 0
  const counted = async function* (bytes) {
    for await (const chunk of bytes) {
      unpacked += chunk.length
      yield chunk
    }
  }
  const hashed = async function* (bytes) {
    for await (const chunk of bytes) {
      hash.update(chunk)
      yield chunk
    }
  }
  await pipeline(source, counted, createGzip({ level: 6 }), hashed, createWriteStream(`${path}.tmp`))
  renameSync(`${path}.tmp`, path)
  return { file, sha256: hash.digest('hex'), size: statSync(path).size, unpacked, version }
}

/** The program out of npm's package, of which npm checks the integrity. */
async function fetchNode(name, version, say) {
  const { extract } = await import('tar-stream')
  const folder = mkdtempSync(join(tmpdir(), 'headway-node-'))
  try {
    say(`fetching ${name}@${version} from npm`)
    const windows = process.platform === 'win32'
    const args = ['pack', `${name}@${version}`, '--silent', '--pack-destination', folder]
    execFileSync(windows ? 'npm.cmd' : 'npm', args, { stdio: ['ignore', 'ignore', 'inherit'], shell: windows })
    const [packed = ''] = readdirSync(folder)
    const entries = createReadStream(join(folder, packed)).pipe(createGunzip()).pipe(extract())
    for await (const entry of entries) {
      if (entry.header.name !== 'package/bin/node') {
        entry.resume()
        continue
      }
      const pieces = []
      for await (const piece of entry) pieces.push(piece)
      return pieces
    }
    throw new Error(`${name}@${version} holds no bin/node`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
