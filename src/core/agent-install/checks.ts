import type { AppError } from '../kit/app-error.ts'
import { installFailed } from './failure.ts'
import { nodeMachine, type HeadNodeFacts } from './facts.ts'
import type { AgentPackage, PackageFile } from './package.ts'

/** What is to be copied, and where. */
export interface InstallPlan {
  base: string
  /** Absent: the system's own is used. */
  node?: PackageFile & { folder: string }
  /** A Node of the system's, absolute path. */
  systemNode?: string
  /** Bytes that cross. */
  bytes: number
}

/** The oldest C library that Node 24's binaries run with. */
const oldestGlibc = [2, 28] as const
/** Files of the bundle with what lies beside them, and some that are temporary. */
const fileCount = 300

/** What is to be done on a head node as it was found. Throws INSTALL_FAILED where it cannot be, before anything is written. */
export function planInstall(host: string, facts: HeadNodeFacts, agent: AgentPackage): InstallPlan {
  const { base, system, machine: named } = facts
  const machine = nodeMachine(facts)
  const refuse = (...reason: [Parameters<typeof installFailed>[1], string]): AppError => installFailed(host, ...reason)
  if (machine === undefined) throw refuse('platform', `${system} ${named}`.trim() || 'uname says nothing')
  if (facts.missing.length > 0) throw refuse('tools', facts.missing.join(' '))
  if (base === undefined) throw refuse('read-only', 'the account has no home folder')
  if (!base.startsWith('/') || base.length > 1024) throw refuse('read-only', `${base} is no folder to use`)
  if (facts.node === undefined) {
    const libc = libcTrouble(facts.libc)
    if (libc !== undefined) throw refuse('glibc', libc)
  }
  const packaged = facts.node === undefined ? agent.node[machine] : undefined
  if (facts.node === undefined && packaged === undefined) {
    const fetched = 'node scripts/build.mjs --only agent-package --all-platforms fetches it'
    throw refuse('not-packaged', `no Node for ${machine} is packaged and none ≥ 24 is installed there; ${fetched}`)
  }
  const folder = `v${packaged?.version}-${machine}`
  const files = packaged === undefined || facts.nodes.includes(folder) ? [agent.bundle] : [agent.bundle, packaged]
  const bytes = files.reduce((sum, file) => sum + file.size, 0)
  const unpacked = files.reduce((sum, file) => sum + file.unpacked, 0)
  const needed = Math.max(unpacked, bytes + unpacked - facts.partKb * 1024)
  if (facts.freeKb !== undefined && facts.freeKb * 1024 < needed) {
    throw refuse('no-space', `${megabytes(needed)} are needed, ${megabytes(facts.freeKb * 1024)} are free`)
  }
  const quota = quotaTrouble(facts, needed)
  if (quota !== undefined) throw refuse('quota', quota)
  return {
    base,
    bytes,
    ...(packaged === undefined ? {} : { node: { ...packaged, folder } }),
    ...(facts.node === undefined ? {} : { systemNode: facts.node }),
  }
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1_000_000)} MB`

function libcTrouble(libc: string): string | undefined {
  if (/musl/i.test(libc)) return 'musl instead of glibc'
  const found = /(\d+)\.(\d+)/.exec(libc)
  if (found === null) return libc === '' ? 'neither getconf nor ldd says which' : libc
  const [major, minor] = [Number(found[1]), Number(found[2])]
  const [least, leastMinor] = oldestGlibc
  const isOld = major < least || (major === least && minor < leastMinor)
  return isOld ? `glibc ${major}.${minor}, ${least}.${leastMinor} is needed` : undefined
}

/**
 * Of `quota -w`: `device blocks[*] quota limit [grace] files[*] quota limit [grace]`, blocks of 1 KiB; a grace is no plain number. Only
 * the line of the home's device counts.
 */
export function quotaTrouble(
  { quota, device }: Pick<HeadNodeFacts, 'quota' | 'device'>,
  needed: number,
): string | undefined {
  for (const line of quota.split('\n')) {
    const [name, ...words] = line.trim().split(/\s+/)
    if (name !== device || device === undefined) continue
    const [used, , limit, ...rest] = words
    // A grace stands before the count of files where the soft limit is passed: `6days`, `none`.
    const counts = rest[0] !== undefined && /^\d+\*?$/.test(rest[0]) && rest.length !== 4 ? rest : rest.slice(1)
    const [files, , fileLimit] = counts
    const left = leftOf(used, limit)
    if (left !== undefined && left * 1024 < needed) {
      return `${megabytes(needed)} are needed, ${megabytes(Math.max(0, left) * 1024)} are left on ${name}`
    }
    const filesLeft = leftOf(files, fileLimit)
    if (filesLeft !== undefined && filesLeft < fileCount) return `${Math.max(0, filesLeft)} files are left on ${name}`
  }
  return undefined
}

/** Undefined: no limit. */
function leftOf(used: string | undefined, limit: string | undefined): number | undefined {
  const [has, may] = [Number.parseInt(used ?? '', 10), Number.parseInt(limit ?? '', 10)]
  return Number.isNaN(has) || Number.isNaN(may) || may === 0 ? undefined : may - has
}
