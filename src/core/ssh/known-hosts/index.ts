import type { HostKey } from '../../../../contract/sites.ts'
import type { Logger } from '../../platform.ts'
import { appendKey, removeName } from './change.ts'
import { changeable, readBytes } from './files.ts'
import { fingerprint } from './key.ts'
import { readLine, type KnownHostLine } from './lines.ts'
import { assertWritable, hostName, namesMatch } from './names.ts'

export { fingerprint } from './key.ts'

export interface KnownHostsOptions {
  /** Read in this order; a missing one is empty. */
  files: readonly string[]
  /** Where accepted keys go; read as well. */
  write: string
  /** Of `files`, those of the system: never changed. */
  readOnly?: readonly string[]
  /** HashKnownHosts of the user's configuration: new names are written as hashes. */
  hash?: boolean
  log: Logger
}

/** A key that is known for a host; `line` counts from 1. */
export interface KnownKey {
  key: HostKey
  file: string
  line: number
}

export type HostKeyVerdict =
  | { verdict: 'known' }
  | { verdict: 'unknown' }
  /** Other keys are known for the host, of the same or of another type: ssh makes no difference. */
  | { verdict: 'changed'; known: KnownKey[] }
  | { verdict: 'revoked'; file: string; line: number }
  /** A `@cert-authority` line is all that is known of the host, and host certificates are not verified here. */
  | { verdict: 'certificate-authority'; file: string; line: number }

/**
 * What is known of hosts' keys, as `ssh` finds it (hostfile.c of OpenSSH). Files are read at each call: ssh changes them too.
 * A host of a HostKeyAlias is asked for by the alias with port 22. Rejects with SSH_FAILED `config` where a file cannot be
 * read or written.
 */
export interface KnownHosts {
  /** `key`: the public key as the server sent it (RFC 4253 section 6.6). */
  check(host: string, port: number, key: Buffer): Promise<HostKeyVerdict>
  /** Types of the keys known for the host, in the order of the files; see `preferKnown`. */
  algorithms(host: string, port: number): Promise<string[]>
  /** Adds a key beside those known. */
  add(host: string, port: number, key: Buffer): Promise<void>
  /** Takes the host's own name out of every line of the files that may be changed (`.old` keeps what was), then adds. */
  replace(host: string, port: number, key: Buffer): Promise<void>
}

type Entry = KnownHostLine & { file: string; line: number }

/** Writes of all instances follow one another: two sites may accept keys into the same file at once. */
let writes: Promise<unknown> = Promise.resolve()

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const next = writes.then(work)
  writes = next.catch(() => undefined)
  return next
}

export function openKnownHosts({ files, write, readOnly = [], hash = false, log }: KnownHostsOptions): KnownHosts {
  const all = [...new Set([...files, write])]

  async function entriesOf(host: string): Promise<Entry[]> {
    const entries: Entry[] = []
    for (const file of all) {
      const lines = (await readBytes(file, host)).split('\n')
      for (const [index, text] of lines.entries()) {
        const line = readLine(text)
        if (line !== undefined) entries.push({ ...line, file, line: index + 1 })
      }
    }
    return entries
  }

  return {
    async check(host, port, key) {
      const entries = await entriesOf(host)
      const verdict = judge(entries, hostName(host, port), key)
      if (port === 22 || (verdict.verdict !== 'unknown' && verdict.verdict !== 'certificate-authority')) return verdict
      // As ssh does: a key known for the host without a port is good at any of its ports, another one proves nothing.
      const atAnyPort = judge(entries, hostName(host, 22), key)
      return atAnyPort.verdict === 'changed' || atAnyPort.verdict === 'unknown' ? verdict : atAnyPort
    },

    async algorithms(host, port) {
      const plain = (await entriesOf(host)).filter((entry) => entry.marker === 'none')
      const typesFor = (name: string) => plain.filter((entry) => namesMatch(entry.names, name)).map(({ type }) => type)
      const types = typesFor(hostName(host, port))
      return [...new Set(types.length > 0 ? types : typesFor(hostName(host, 22)))]
    },

    async add(host, port, key) {
      const name = hostName(host, port)
      assertWritable(name)
      await inTurn(() => appendKey(write, { host, name, key, hash }))
    },

    async replace(host, port, key) {
      const name = hostName(host, port)
      assertWritable(name)
      fingerprint(key)
      await inTurn(async () => {
        for (const file of all) {
          if (!readOnly.includes(file) && (await changeable(file))) await removeName(file, { host, name, key })
        }
        await appendKey(write, { host, name, key, hash })
        const left = (await entriesOf(host)).filter(
          (entry) => entry.marker === 'none' && !entry.key.equals(key) && namesMatch(entry.names, name),
        )
        for (const { file, line } of left) log.warn('another key stays known for the host', { host, file, line })
      })
    },
  }
}

function judge(entries: Entry[], name: string, key: Buffer): HostKeyVerdict {
  const matching = entries.filter((entry) => namesMatch(entry.names, name))
  const revoked = matching.find((entry) => entry.marker === 'revoked' && entry.key.equals(key))
  if (revoked !== undefined) return { verdict: 'revoked', file: revoked.file, line: revoked.line }
  const plain = matching.filter((entry) => entry.marker === 'none')
  if (plain.some((entry) => entry.key.equals(key))) return { verdict: 'known' }
  if (plain.length > 0) {
    const known = plain.map((entry) => ({ key: fingerprint(entry.key), file: entry.file, line: entry.line }))
    return { verdict: 'changed', known }
  }
  const authority = matching.find((entry) => entry.marker === 'cert-authority')
  if (authority === undefined) return { verdict: 'unknown' }
  return { verdict: 'certificate-authority', file: authority.file, line: authority.line }
}

/**
 * Host key algorithms in the order of OpenSSH, without SHA-1 signatures (`ssh-rsa`, off there since 8.8). To ssh2 they must be
 * given whole: its `prepend` leaves what is in its own list where it is.
 */
export const hostKeyAlgorithms = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
] as const

/** The key type that a host key algorithm works with: RSA has several algorithms for one type (RFC 8332). */
const typeOfAlgorithm: Record<string, string> = { 'rsa-sha2-256': 'ssh-rsa', 'rsa-sha2-512': 'ssh-rsa' }

/**
 * Host key algorithms with those first whose keys are known, else in their order: a server that has an ed25519 key we know and
 * an ecdsa key we do not must not look like another one. As order_hostkeyalgs of OpenSSH.
 */
export function preferKnown<A extends string>(algorithms: readonly A[], known: readonly string[]): A[] {
  const isKnown = (algorithm: A) => known.includes(typeOfAlgorithm[algorithm] ?? algorithm)
  return [...algorithms.filter(isKnown), ...algorithms.filter((algorithm) => !isKnown(algorithm))]
}
