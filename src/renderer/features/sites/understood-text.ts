import type { Say } from '../../ui/text.ts'
import type { Understood } from './address.ts'
import type { siteFormMessages } from './form-messages.ts'

/** How what was typed was understood, as a sentence; empty where there is nothing yet. */
export function understoodText(is: Understood, jump: string, say: Say<typeof siteFormMessages.entries>): string {
  if (is.kind === 'empty') return ''
  if (is.kind === 'wrong') return say(`wrong.${is.reason}`)
  if (is.kind === 'https') return say(is.secure ? 'is.https' : 'is.http', { host: is.host })
  const { configured } = is
  const host =
    configured === undefined || configured.hostname === is.host ? is.host : `${is.host} (${configured.hostname})`
  const user = is.user ?? configured?.user
  const port = is.port ?? configured?.port ?? 22
  const through = jump.trim() === '' ? configured?.proxyJump : jump.trim()
  return [
    user === undefined ? say('is.ssh', { host, port }) : say('is.sshUser', { host, user, port }),
    ...(through === undefined || through === 'none' ? [] : [say('is.through', { jump: through })]),
    ...(configured === undefined ? [] : [say('is.configured')]),
  ].join(', ')
}
