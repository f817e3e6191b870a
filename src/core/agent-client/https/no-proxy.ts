import { BlockList, isIP } from 'node:net'

/**
 * Whether NO_PROXY excepts an address from the proxy. It has no standard; entries mean what curl and Go take them for: `*`, a
 * name (itself and all below it, with or without a dot before it), an address, a network (`10.0.0.0/8`), each but a network
 * with `:port` where only that port is meant. Names are not resolved. `host` is as in a URL, IPv6 in brackets or not.
 */
export function isExcepted(noProxy: string, host: string, port: number): boolean {
  const name = bare(host)
  return noProxy
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => matches(entry.toLowerCase(), name, port))
}

/** This machine itself: a proxy would look for it in the wrong place. */
export function isLoopback(host: string): boolean {
  const name = bare(host)
  return name === 'localhost' || name.endsWith('.localhost') || covers('127.0.0.0', 8, name) || covers('::1', 128, name)
}

function matches(entry: string, name: string, port: number): boolean {
  if (entry === '*') return true
  const [, network, bits] = /^(.+)\/(\d{1,3})$/.exec(entry) ?? []
  if (network !== undefined) return covers(bare(network), Number(bits), name)
  // A colon alone does not begin a port: IPv6 addresses have them too.
  const [, before, only] = /^(\[[^\]]+\]|[^:]+):(\d{1,5})$/.exec(entry) ?? []
  if (only !== undefined && Number(only) !== port) return false
  const wanted = bare(before ?? entry)
  if (isIP(wanted) !== 0) return covers(wanted, isIP(wanted) === 6 ? 128 : 32, name)
  const domain = wanted.replace(/^\*?\./, '')
  return domain !== '' && (name === domain || name.endsWith(`.${domain}`))
}

function covers(network: string, bits: number, address: string): boolean {
  const kind = isIP(network)
  if (kind === 0 || isIP(address) !== kind || bits > (kind === 6 ? 128 : 32)) return false
  const family = kind === 6 ? 'ipv6' : 'ipv4'
  const list = new BlockList()
  list.addSubnet(network, bits, family)
  return list.check(address, family)
}

const bare = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
