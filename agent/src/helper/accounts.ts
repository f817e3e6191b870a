import { execFile } from 'node:child_process'
import { Failure } from '../kit/failure.ts'
import { accountRefused } from './refusal.ts'

/** What the system says of an account. */
export interface Account {
  uid: number
  home: string
}

/** Accounts below are the system's own, on every Linux that people sign in to. */
const FIRST_PERSON = 1000
const NOBODY = 65_534
const KEPT_MS = 5 * 60_000
const UNKNOWN_KEPT_MS = 10_000
const TIMEOUT_MS = 20_000
/** No number alone, which `getent` would take for a uid, and nothing that `sudo -u` would read as anything but a name. */
const ACCOUNT_NAME = /^[A-Za-z_][A-Za-z0-9._@-]{0,63}$/

/** Whether an account is a person's. Root and the system's own are never acted for. */
export const isPerson = (uid: number): boolean => uid >= FIRST_PERSON && uid !== NOBODY

/** One line of `getent passwd`; undefined where it is another name's. Throws ACCOUNT_REFUSED for accounts of the system. */
export function parseAccount(line: string, user: string): Account | undefined {
  const [name, , uid, , , home] = line.trim().split(':')
  if (name !== user || uid === undefined || home === undefined) return undefined
  if (!isPerson(Number(uid))) {
    throw accountRefused('system')
  }
  return { uid: Number(uid), home }
}

/** Asks the system: names may come from LDAP or SSSD, which Node cannot ask itself. */
const getent = (user: string): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile(
      'getent',
      ['passwd', '--', user],
      { timeout: TIMEOUT_MS, env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' } },
      // 2: there is no such name.
      (error, stdout) => (error === null || error.code === 2 ? resolve(stdout) : reject(error)),
    )
  })

/** The Unix accounts of Headway's users, which have the same names. */
export class Accounts {
  readonly #known = new Map<string, { until: number; account: Promise<Account> }>()

  /** Throws ACCOUNT_REFUSED where there is none, or one that is never acted for. */
  of(user: string): Promise<Account> {
    const now = Date.now()
    const known = this.#known.get(user)
    if (known !== undefined && known.until > now) return known.account
    const account = this.#ask(user)
    this.#known.set(user, { until: now + KEPT_MS, account })
    account.catch((error: unknown) => {
      if (error instanceof Failure) this.#known.set(user, { until: Date.now() + UNKNOWN_KEPT_MS, account })
      else this.#known.delete(user)
    })
    return account
  }

  async #ask(user: string): Promise<Account> {
    if (!ACCOUNT_NAME.test(user)) throw accountRefused('no-account')
    const account = parseAccount(await getent(user), user)
    if (account === undefined) throw accountRefused('no-account')
    return account
  }
}
