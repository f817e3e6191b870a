import { createHash, X509Certificate } from 'node:crypto'
import { checkServerIdentity, type PeerCertificate } from 'node:tls'
import { tlsFailed } from './failure.ts'

/** `SHA256:…` of a certificate's public key (its SPKI, as RFC 7469 pins it), base64 without padding as ssh prints. */
export function pinOf(certificate: Buffer): string {
  const key = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' })
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=$/, '')}`
}

/**
 * Whether a certificate whose chain is good already is this server's: its name, and its key where one is pinned. Gives the
 * error, as Node wants it of `checkServerIdentity`.
 */
export function checkIdentity(host: string, pin: string | undefined) {
  return (name: string, certificate: PeerCertificate): Error | undefined => {
    if (checkServerIdentity(name, certificate) !== undefined) {
      const names = certificate.subjectaltname ?? 'no name at all'
      return tlsFailed(host, 'wrong-name', `the certificate is for ${names.slice(0, 300)}, not for ${name}`)
    }
    if (pin === undefined) return undefined
    const found = pinOf(certificate.raw)
    if (found === pin.replace(/=$/, '')) return undefined
    return tlsFailed(host, 'pin', `its key is ${found}, not the pinned ${pin}`)
  }
}
