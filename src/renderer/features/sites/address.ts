import type { ConfiguredHost } from '../../../../contract/sites.ts'

/** What the one field "Where?" was understood as. `url` is what the core gets. */
export type Understood =
  | { kind: 'empty' }
  | { kind: 'https'; url: string; host: string; secure: boolean }
  | { kind: 'ssh'; url: string; host: string; user?: string; port?: number; configured?: ConfiguredHost }
  | { kind: 'wrong'; reason: 'scheme' | 'address' | 'host' | 'port' }

const scheme = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i
/** A host name, an alias of the SSH configuration, an IPv4 address, or an IPv6 address in or without brackets. */
const hostName = /^[\p{L}\p{N}_](?:[\p{L}\p{N}._-]{0,252})$/u
const ipv6 = /^[0-9a-f:.]*:[0-9a-f:.]*(?:%[\w.-]+)?$/i
/** What an `ssh` command line begins with, where somebody pastes one; its port is kept. */
const command = /^ssh\s+(?:-p\s*(\d+)\s+)?(\S+)(?:\s+-p\s*(\d+))?$/

/**
 * Reads what was typed: `https://…` is a Headway server; `ssh://[user@]host[:port]`, `[user@]host[:port]`, an alias of
 * `~/.ssh/config` and a pasted `ssh user@host -p 2222` are SSH. A user's name may hold `@`, as with ssh the last one counts.
 */
export function understandAddress(typed: string, hosts: readonly ConfiguredHost[] = []): Understood {
  const text = typed.trim()
  if (text === '') return { kind: 'empty' }
  const [, name, rest] = scheme.exec(text) ?? []
  if (name === undefined) {
    const [, before, target, after] = command.exec(text) ?? []
    const port = before ?? after
    if (target === undefined || port === undefined) return sshOf(target ?? text, hosts)
    return sshOf(`${target}:${port}`, hosts)
  }
  if (/^https?$/i.test(name)) return webOf(text)
  if (name.toLowerCase() === 'ssh') return sshOf((rest ?? '').replace(/\/+$/, ''), hosts, true)
  return { kind: 'wrong', reason: 'scheme' }
}

function webOf(text: string): Understood {
  if (!URL.canParse(text) || /\s/.test(text)) return { kind: 'wrong', reason: 'address' }
  const { protocol, host, username, password } = new URL(text)
  // Names and passwords in an address end up in logs and histories.
  if (host === '' || username !== '' || password !== '') return { kind: 'wrong', reason: 'address' }
  return { kind: 'https', url: text.replace(/\/+$/, ''), host, secure: protocol === 'https:' }
}

function sshOf(text: string, hosts: readonly ConfiguredHost[], encoded = false): Understood {
  const at = text.lastIndexOf('@')
  const user = at === -1 ? '' : encoded ? decoded(text.slice(0, at)) : text.slice(0, at)
  const place = placeOf(text.slice(at + 1))
  if (place === undefined || at === 0 || /[\s:/\p{Cc}]/u.test(user)) return { kind: 'wrong', reason: 'host' }
  const { host, port } = place
  if (port !== undefined && (port < 1 || port > 65_535)) return { kind: 'wrong', reason: 'port' }
  const configured = hosts.find(({ alias }) => alias === host)
  const inUrl = host.includes(':') ? `[${host}]` : host
  return {
    kind: 'ssh',
    url: `ssh://${user === '' ? '' : `${encodeURIComponent(user)}@`}${inUrl}${port === undefined ? '' : `:${port}`}`,
    host,
    ...(user === '' ? {} : { user }),
    ...(port === undefined ? {} : { port }),
    ...(configured === undefined ? {} : { configured }),
  }
}

/** `host`, `host:port`, `[v6]:port` or a bare IPv6 address, which has more than one colon. */
function placeOf(text: string): { host: string; port?: number } | undefined {
  const [, inBrackets, port6] = /^\[([^\]]+)\](?::(\d{1,6}))?$/.exec(text) ?? []
  if (inBrackets !== undefined)
    return ipv6.test(inBrackets)
      ? { host: inBrackets, ...(port6 === undefined ? {} : { port: Number(port6) }) }
      : undefined
  if (text.split(':').length > 2) return ipv6.test(text) ? { host: text } : undefined
  const [host = '', port] = text.split(':')
  if (!hostName.test(host) || (port !== undefined && !/^\d{1,6}$/.test(port))) return undefined
  return { host, ...(port === undefined ? {} : { port: Number(port) }) }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

export const isSsh = (url: string): boolean => url.startsWith('ssh://')

/** How an address is shown and typed again: `alice@head`, not `ssh://alice@head`. */
export function shownAddress(url: string): string {
  return isSsh(url) ? decoded(url.slice('ssh://'.length)) : url
}

/** The machine's own name of a hop such as `alice@head.example:2222`. */
export function machineOf(hop: string): string {
  return placeOf(hop.slice(hop.lastIndexOf('@') + 1))?.host ?? hop
}

/** Hosts of the SSH configuration that hold every typed word in their alias, name or user; before `@` there is a user's name. */
export function matchingHosts(hosts: readonly ConfiguredHost[], typed: string): readonly ConfiguredHost[] {
  const place = typed
    .trim()
    .toLowerCase()
    .replace(/^ssh:\/\//, '')
    .replace(/^.*@/, '')
  const words = place.split(/\s+/).filter((word) => word !== '')
  return hosts.filter(({ alias, hostname, user }) => {
    const all = `${alias} ${hostname} ${user ?? ''}`.toLowerCase()
    return words.every((word) => all.includes(word))
  })
}
