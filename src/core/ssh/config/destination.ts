import { isIPv6 } from 'node:net'
import { appError } from '../../kit/app-error.ts'

/** A user's way of naming a host: `user@host:port`. What is absent is as the configuration says. */
export interface Destination {
  user?: string
  /** A name, an alias of ssh_config, or an address; IPv6 without brackets. */
  host: string
  port?: number
}

/** Control and formatting characters, also those that change what a line looks like, and every kind of space. */
const unprintable = /[\p{Cc}\p{Cf}\p{Z}]/u
/** What the shell or a pattern could take for something else; as ssh_valid_hostname of OpenSSH and some more. */
const notInHost = /['"`$\\;&<>|(){}[\],/@*?!#%:]/
const notInUser = /['"`;&<>|(){}]/

/** Why this cannot be a host's name or address; undefined where it can. */
export function faultOfHost(host: string): string | undefined {
  if (host === '') return 'the host is missing'
  if (host.length > 255) return 'the host is too long'
  if (unprintable.test(host)) return 'a space or a control character in the host'
  if (host.startsWith('-')) return 'a host cannot begin with a hyphen'
  if (!isIPv6(host) && notInHost.test(host)) return 'a character that a host cannot have'
  return undefined
}

/** Why this cannot be a user's name; undefined where it can. */
export function faultOfUser(user: string): string | undefined {
  if (user === '') return 'the user is missing'
  if (user.length > 255) return 'the user is too long'
  if (unprintable.test(user)) return 'a space or a control character in the user'
  if (user.startsWith('-')) return 'a user cannot begin with a hyphen'
  if (notInUser.test(user) || user.endsWith('\\')) return 'a character that a user cannot have'
  return undefined
}

/** Whole numbers from 1 to 65535; undefined for all else. */
export function portOf(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  return port >= 1 && port <= 65535 ? port : undefined
}

function parse(text: string): Destination | string {
  const uri = /^ssh:\/\//i.test(text)
  if (!uri && text.includes('://')) return 'only addresses that begin with ssh:// are meant'
  const rest = uri ? text.slice(6).replace(/\/$/, '') : text
  const at = rest.lastIndexOf('@')
  let user = at < 0 ? undefined : rest.slice(0, at)
  const place = rest.slice(at + 1)
  if (uri && user !== undefined) {
    try {
      user = decodeURIComponent(user)
    } catch {
      return 'the user is not written as in an address'
    }
  }
  if (!place.startsWith('[') && !isIPv6(place) && place.split(':').length > 2) return 'an IPv6 address needs brackets'
  // Without brackets the last colon begins the port, unless all of it is an IPv6 address.
  const found = isIPv6(place) ? [place, place] : /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(.*))?$/s.exec(place)
  if (found === null) return 'a bracket without its other'
  const host = found[1] ?? found[2] ?? ''
  if (place.startsWith('[') && !isIPv6(host) && faultOfHost(host) === undefined && host.includes(':')) {
    return 'what is in brackets is no IPv6 address'
  }
  const port = found[3] === undefined ? undefined : portOf(found[3])
  if (found[3] !== undefined && port === undefined) return 'the port is no number from 1 to 65535'
  const fault = (user === undefined ? undefined : faultOfUser(user)) ?? faultOfHost(host)
  if (fault !== undefined) return fault
  return { host, ...(user === undefined ? {} : { user }), ...(port === undefined ? {} : { port }) }
}

function badInput(path: string, reason: string): Error {
  return appError('BAD_INPUT', { path, reason }, `This names no host for ssh: ${reason}.`)
}

/**
 * Reads `user@host`, `user@host:port`, `ssh://user@host:port`; the last @ ends the user, IPv6 stands in brackets where a port
 * follows. Nothing that passes can be taken for an option by a program it is given to. Throws BAD_INPUT with `path`.
 */
export function parseDestination(text: string, path = ''): Destination {
  const parsed = text.length > 1000 ? 'too long' : parse(text)
  if (typeof parsed === 'string') throw badInput(path, parsed)
  return parsed
}

/** Reads a list as of ProxyJump, from the first hop to the last; `none` is empty. Throws BAD_INPUT with `path`. */
export function parseProxyJump(text: string, path = ''): Destination[] {
  if (text.toLowerCase() === 'none') return []
  const hops = text.split(',')
  if (hops.length > 16) throw badInput(path, 'too many hops')
  return hops.map((hop) => parseDestination(hop.trim(), path))
}

/** As `parseDestination` reads it. */
export function destinationText({ user, host, port }: Destination): string {
  const place = host.includes(':') && port !== undefined ? `[${host}]` : host
  return `${user === undefined ? '' : `${user}@`}${place}${port === undefined ? '' : `:${port}`}`
}
