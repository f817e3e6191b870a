import { createHmac, randomBytes } from 'node:crypto'
import { appError } from '../../kit/app-error.ts'
import { asciiLowerCase, matchesList } from './patterns.ts'

/**
 * The name under which known_hosts keeps a host: `host`, or `[host]:port` where the port is not 22. As latin1 text of its
 * UTF-8 bytes, which is how lines are read here: foreign bytes in them survive.
 */
export function hostName(host: string, port: number): string {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
  const bytes = asciiLowerCase(Buffer.from(bare, 'utf8').toString('latin1'))
  return port === 22 ? bytes : `[${bytes}]:${port}`
}

/** Refuses a name that would be read as something else once it stands in the file: a pattern, a marker, several lines. */
export function assertWritable(name: string): void {
  if (name === '' || /[\p{Cc} ,*?!|#@\\]/u.test(name)) {
    throw appError(
      'BAD_INPUT',
      { path: '/host', reason: 'a character that a host name cannot have' },
      'This name cannot stand in known_hosts.',
    )
  }
}

/** `|1|salt|hash`: base64 of 20 random bytes and of the name's HMAC-SHA1 under them (HashKnownHosts of ssh_config(5)). */
export function hashedName(name: string, salt: Buffer = randomBytes(20)): string {
  const hash = createHmac('sha1', salt).update(name, 'latin1').digest('base64')
  return `|1|${salt.toString('base64')}|${hash}`
}

/** Whether the first field of a line, hashed or a list of patterns, means this name. */
export function namesMatch(field: string, name: string): boolean {
  if (!field.startsWith('|')) return matchesList(name, asciiLowerCase(field))
  const salt = Buffer.from(/^\|1\|([A-Za-z0-9+/]+=*)\|/.exec(field)?.[1] ?? '', 'base64')
  return salt.length === 20 && hashedName(name, salt) === field
}

/** The field without exactly this name, patterns kept; undefined where nothing is left that could ever match. */
export function withoutName(field: string, name: string): string | undefined {
  if (field.startsWith('|')) return namesMatch(field, name) ? undefined : field
  const rest = field.split(',').filter((pattern) => asciiLowerCase(pattern) !== name)
  return rest.some((pattern) => pattern !== '' && !pattern.startsWith('!')) ? rest.join(',') : undefined
}
