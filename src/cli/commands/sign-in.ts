import { userInfo } from 'node:os'
import type { Output } from '../output.ts'
import { readPassword } from '../password.ts'
import { findSite, withSession } from '../session.ts'
import { connectSsh } from '../ssh.ts'

export interface SignInOptions {
  user?: string
  passwordStdin?: boolean
}

/** `headway sign-in WHERE`: remembers the site, signs in, and makes it the active one. */
export async function signIn(url: string, options: SignInOptions, output: Output): Promise<void> {
  await withSession(async ({ rpc }) => {
    const site = await rpc.call('sites', 'add', { url })
    if (site.url.startsWith('ssh://')) {
      output.note(`Connecting to ${site.url}`)
      const connected = await connectSsh(rpc, site)
      await rpc.call('settings', 'update', { activeSite: site.id })
      const user = connected.user?.username
      return output.result(
        { site: site.id, url: site.url, user },
        `Connected to ${site.name} as ${user ?? 'nobody yet'}.`,
      )
    }
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
    const site = await findSite(rpc, wanted)
    // There is nothing to revoke on an SSH site: what it remembers is forgotten.
    await rpc.call('sites', site.url.startsWith('ssh://') ? 'disconnect' : 'signOut', { site: site.id })
    output.result({ site: site.id }, `Signed out of ${site.name}.`)
  })
}
