import type { SiteQuestion } from '../../../contract/sites.ts'

type Question = SiteQuestion['ask']

/** What ssh asks, as a question of ours. `host`: the hop, where the text names it. */
export interface AskpassQuestion {
  host: string | undefined
  ask: Question
  /** What an `accept` says to ssh. */
  yes: string
}

/** Types of known_hosts by their names in ssh's texts; the curve of an ECDSA key is not told. */
const keyTypes: Readonly<Record<string, string>> = {
  ED25519: 'ssh-ed25519',
  'ED25519-SK': 'sk-ssh-ed25519@openssh.com',
  ECDSA: 'ecdsa-sha2',
  RSA: 'ssh-rsa',
  DSA: 'ssh-dss',
}

/**
 * Understands the prompts of OpenSSH (sshconnect.c, sshconnect2.c), which are never translated; every other text is shown as it is.
 * `before`: texts that were asked already.
 */
export function questionOf(text: string, kind: string, before: readonly string[]): AskpassQuestion {
  const fingerprint = /^(\S+) key fingerprint is (SHA256:[A-Za-z0-9+/]+)/m.exec(text)
  const host = /authenticity of host '(\S+)/.exec(text)?.[1]
  if (fingerprint !== null && host !== undefined && /\(yes\/no/.test(text)) {
    const [, name = '', print = ''] = fingerprint
    const key = { type: keyTypes[name] ?? name.toLowerCase(), fingerprint: print }
    return { host: plainHost(host), ask: { kind: 'host-key', key }, yes: 'yes' }
  }
  if (kind === 'confirm' || /\(yes\/no/.test(text)) {
    const prompts = [{ text: 'yes / no', echo: true }]
    return { host: undefined, ask: { kind: 'prompts', name: 'ssh', instruction: text, prompts }, yes: 'yes' }
  }
  const again = before.includes(text)
  const password = /^(\S+@\S+)'s password: ?$/.exec(text)
  if (password !== null) return { host: password[1], ask: { kind: 'password', again, canKeep: false }, yes: '' }
  const key = /^(?:Enter passphrase for key '(.+)'|Bad passphrase, try again for (.+)): ?$/.exec(text)
  const file = key?.[1] ?? key?.[2]
  if (file !== undefined) {
    const isAgain = again || key?.[2] !== undefined
    return { host: undefined, ask: { kind: 'passphrase', file, again: isAgain, canKeep: false }, yes: '' }
  }
  // Since OpenSSH 8.9 a server's own prompt comes behind the name of the server.
  const named = /^\((\S+@\S+)\) ([^]+)$/.exec(text)
  const prompts = [{ text: named?.[2] ?? text, echo: false }]
  return { host: named?.[1], ask: { kind: 'prompts', name: '', instruction: '', prompts }, yes: '' }
}

/** `[host]:2222` as everywhere else. */
const plainHost = (host: string): string => host.replace(/^\[([^\]:]+)\]:/, '$1:')
