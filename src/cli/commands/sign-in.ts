import { userInfo } from 'node:os'
import type { Output } from '../output.ts'
import { readPassword } from '../password.ts'
import { chooseSite, withSession } from '../session.ts'

export interface SignInOptions {
  user?: string
  passwordStdin?: boolean
}

/** `headway sign-in URL`: remembers the site, signs in, and makes it the active one. */
export async function signIn(url: string, options: SignInOptions, output: Output): Promise<void> {
  await withSession(async ({ rpc }) => {
    const site = await rpc.call('sites', 'add', { url })
    const username = options.user ?? site.lastUsername ?? userInfo().username
    output.note(`Signing in to ${site.url} as ${username}`)
    const password = await readPassword(options.passwordStdin === true)
    const signed = await rpc.call('sites', 'signIn', { site: site.id, username, password })
    await rpc.call('settings', 'update', { activeSite: site.id })
    output.result(
      { site: signed.id, url: signed.url, user: signed.user?.username },
      `Signed in to ${signed.name} as ${signed.user?.username ?? username}.`,
    )
  })
}

/** `headway sign-out`: the refresh token is revoked at the agent and forgotten here. */
export async function signOut(wanted: string | undefined, output: Output): Promise<void> {
  await withSession(async ({ rpc }) => {
    const site = await chooseSite(rpc, wanted)
    await rpc.call('sites', 'signOut', { site: site.id })
    output.result({ site: site.id }, `Signed out of ${site.name}.`)
  })
}
