import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'

const stepSeconds = 30

export interface Totp {
  /** For pam_oath's `usersfile`. */
  file: string
  /** A code that is good now and was not given before: a server takes each only once. */
  code(): string
}

/** Codes by time (RFC 6238) for one user. */
export function createTotp(file: string, user: string): Totp {
  const secret = randomBytes(20).toString('hex')
  writeFileSync(file, `HOTP/T${stepSeconds} ${user} - ${secret}\n`, { mode: 0o600 })
  let last = 0
  return {
    file,
    code() {
      last = Math.max(last + 1, Math.floor(Date.now() / 1000 / stepSeconds))
      // Only the last code is remembered by pam_oath; two of a row alike are one in a million.
      const now = new Date(last * stepSeconds * 1000).toISOString().replace('T', ' ').replace(/\..*/, ' UTC')
      return execFileSync('oathtool', ['--totp', '--now', now, '-'], { input: `${secret}\n`, encoding: 'utf8' }).trim()
    },
  }
}
