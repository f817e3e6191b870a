import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import { installFailed } from './failure.ts'

const Packaged = {
  /** Beside the manifest. */
  file: Type.String({ pattern: '^[\\w.-]+$' }),
  /** Of the file, hexadecimal. */
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  /** Bytes of the file, and of what is in it. */
  size: Type.Integer({ minimum: 0 }),
  unpacked: Type.Integer({ minimum: 0 }),
}
const PackagedNode = Type.Object({ ...Packaged, version: Type.String({ pattern: '^\\d+\\.\\d+\\.\\d+$' }) })

/** `manifest.json` of an agent package, as scripts/package-agent.mjs writes it. */
const Manifest = Type.Object({
  version: Type.String({ pattern: '^[\\w.+-]+$' }),
  protocol: Type.Integer(),
  /** `.tgz` of the agent, to be unpacked into a folder of its own. */
  bundle: Type.Object(Packaged),
  /** `.gz` of the program Node, by machine. */
  node: Type.Object({ 'linux-x64': Type.Optional(PackagedNode), 'linux-arm64': Type.Optional(PackagedNode) }),
})

export type NodeMachine = keyof Static<typeof Manifest>['node']

/** A file to copy to a head node; sizes in bytes. */
export interface PackageFile {
  path: string
  sha256: string
  size: number
  unpacked: number
}

/** The agent as this Headway brings it. */
export interface AgentPackage {
  version: string
  protocol: number
  bundle: PackageFile
  node: Partial<Record<NodeMachine, PackageFile & { version: string }>>
}

/** Reads a package. Rejects with INSTALL_FAILED: `not-packaged` where there is none, `damaged` where files are not as it says. */
export async function openAgentPackage(folder: string | undefined, host = ''): Promise<AgentPackage> {
  if (folder === undefined) throw installFailed(host, 'not-packaged', 'this program brings no agent')
  const text = await readFile(join(folder, 'manifest.json'), 'utf8').catch(() => {
    throw installFailed(
      host,
      'not-packaged',
      `nothing is in ${folder}; node scripts/build.mjs --only agent-package makes it`,
    )
  })
  const manifest = parse(text)
  if (manifest === undefined) throw installFailed(host, 'damaged', `${join(folder, 'manifest.json')} is not understood`)
  const { version, protocol, bundle, node } = manifest
  const placed = async (file: Static<typeof PackagedNode> | typeof bundle): Promise<PackageFile> => {
    const path = join(folder, file.file)
    const size = await stat(path).then(
      (found) => found.size,
      () => undefined,
    )
    if (size !== file.size) throw installFailed(host, 'damaged', `${path} is not the file that was packaged`)
    return { path, sha256: file.sha256, size, unpacked: file.unpacked }
  }
  const nodes: AgentPackage['node'] = {}
  for (const machine of ['linux-x64', 'linux-arm64'] as const) {
    const found = node[machine]
    if (found !== undefined) nodes[machine] = { ...(await placed(found)), version: found.version }
  }
  return { version, protocol, bundle: await placed(bundle), node: nodes }
}

function parse(text: string): Static<typeof Manifest> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return Value.Check(Manifest, value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Whether version `a` (`1.2.3`, of which a suffix is ignored) came before `b`. What is no version came before all. */
export function isOlder(a: string, b: string): boolean {
  const [x, y] = [numbers(a), numbers(b)]
  for (const index of [0, 1, 2]) {
    const difference = (x[index] ?? 0) - (y[index] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}

const numbers = (version: string): number[] => {
  const found = /^(\d+)\.(\d+)\.(\d+)/.exec(version)
  return found === null ? [] : found.slice(1).map(Number)
}
