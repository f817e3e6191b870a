import { existsSync } from 'node:fs'

/** Where ssh-agent of Windows listens. */
const windowsPipe = String.raw`\\.\pipe\openssh-ssh-agent`

interface AgentOptions {
  /** IdentityAgent of the host: `none`, or a socket. */
  identityAgent?: string | undefined
  /** SSH_AUTH_SOCK of the environment. */
  authSock?: string | undefined
  platform?: NodeJS.Platform
  exists?: (path: string) => boolean
}

/**
 * Where the user's agent is found, as ssh2 takes it: a socket's path, a pipe, or `pageant`; undefined for none. On Windows
 * SSH_AUTH_SOCK counts where it names a pipe (as to its own ssh), then ssh-agent where it runs, else Pageant.
 */
export function agentPath({
  identityAgent,
  authSock,
  platform = process.platform,
  exists = existsSync,
}: AgentOptions): string | undefined {
  if (identityAgent === 'none') return undefined
  if (identityAgent !== undefined) return identityAgent
  if (platform !== 'win32') return authSock === '' ? undefined : authSock
  if (authSock?.startsWith('\\\\.\\pipe\\') === true) return authSock
  return exists(windowsPipe) ? windowsPipe : 'pageant'
}
