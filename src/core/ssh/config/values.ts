import type { Settings } from './evaluate.ts'

/** A time as TIME FORMATS of sshd_config(5), `90` or `1m30s`, in seconds; undefined for `none` and what is no time. */
export function secondsOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^(\d{1,7}[smhdw]?)+$/i.test(text)) return undefined
  const units: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }
  const parts = text.toLowerCase().matchAll(/(\d+)([smhdw]?)/g)
  const seconds = [...parts].reduce((sum, [, number, unit = '']) => sum + Number(number) * (units[unit] ?? 1), 0)
  return seconds > 0 ? seconds : undefined
}

const isNo = (text: string | undefined) => /^(no|false)$/i.test(text ?? '')

/** The methods of signing in that are wanted: PreferredAuthentications without those that are switched off. */
export function signInMethods(values: Settings['values']): string[] | undefined {
  const value = (keyword: string) => values.get(keyword)?.args[0]
  const listed = value('preferredauthentications')?.split(',')
  const off = new Set<string>()
  if (isNo(value('pubkeyauthentication'))) off.add('publickey')
  if (isNo(value('passwordauthentication'))) off.add('password')
  if (isNo(value('kbdinteractiveauthentication') ?? value('challengeresponseauthentication')))
    off.add('keyboard-interactive')
  if (listed === undefined && off.size === 0) return undefined
  const methods = listed ?? ['gssapi-with-mic', 'hostbased', 'publickey', 'keyboard-interactive', 'password']
  return methods.filter((method) => method !== '' && !off.has(method))
}

/** What decides how a host is reached or signed in to, and needs the system's own ssh. Kept: whether a value asks for it. */
const needsSystem: Record<string, [name: string, asked: (value: string) => boolean]> = {
  pkcs11provider: ['PKCS11Provider', (value) => value.toLowerCase() !== 'none'],
  securitykeyprovider: ['SecurityKeyProvider', (value) => value.toLowerCase() !== 'internal'],
  knownhostscommand: ['KnownHostsCommand', (value) => value.toLowerCase() !== 'none'],
  gssapiauthentication: ['GSSAPIAuthentication', (value) => /^(yes|true)$/i.test(value)],
  hostbasedauthentication: ['HostbasedAuthentication', (value) => /^(yes|true)$/i.test(value)],
  canonicalizehostname: ['CanonicalizeHostname', (value) => /^(yes|true|always)$/i.test(value)],
  verifyhostkeydns: ['VerifyHostKeyDNS', (value) => /^(yes|true|ask)$/i.test(value)],
  addressfamily: ['AddressFamily', (value) => value.toLowerCase() !== 'any'],
  bindaddress: ['BindAddress', () => true],
  bindinterface: ['BindInterface', () => true],
  kexalgorithms: ['KexAlgorithms', () => true],
  ciphers: ['Ciphers', () => true],
  macs: ['MACs', () => true],
  hostkeyalgorithms: ['HostKeyAlgorithms', () => true],
  pubkeyacceptedalgorithms: ['PubkeyAcceptedAlgorithms', () => true],
  pubkeyacceptedkeytypes: ['PubkeyAcceptedAlgorithms', () => true],
}

/**
 * Keywords that the built-in client cannot honour. What the system's administrator set for everyone is no wish of the user's:
 * Debian's own file says `GSSAPIAuthentication yes`.
 */
export function unsupportedOf({ values, proxyCommand, certificateFiles, notEvaluated }: Settings): string[] {
  const found = new Set<string>()
  if (proxyCommand !== undefined && proxyCommand.toLowerCase() !== 'none') found.add('ProxyCommand')
  if (certificateFiles.some((file) => file.toLowerCase() !== 'none')) found.add('CertificateFile')
  for (const [keyword, [name, asked]] of Object.entries(needsSystem)) {
    const set = values.get(keyword)
    if (set?.user === true && asked(set.args[0] ?? '')) found.add(name)
  }
  return [...found, ...notEvaluated]
}
