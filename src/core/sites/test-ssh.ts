import { lookup } from 'node:dns/promises'
import { connect } from 'node:net'
import { once } from 'node:events'
import type { SiteTestStep, SshOptions } from '../../../contract/sites.ts'
import { runSteps, type StepWork } from '../agent-client/index.ts'
import { openRemoteShell, REMOTE_SHELL_COMMAND } from '../agent-install/index.ts'
import type { Logger } from '../platform.ts'
import { socketFailure, type Ssh, type SshConnection } from '../ssh/index.ts'

/** Longest that a step may take, and one at which the user may have to find a phone, in milliseconds. */
const stepMs = 20_000
const askedMs = 300_000

/** The site's agent, the user's own as it says itself, or none; nothing is started. */
const look = `if [ -r /etc/headway/agent.json ]; then cat /etc/headway/agent.json
elif [ -x "\${XDG_DATA_HOME:-$HOME/.local/share}/headway/bin/headway-agent" ]; then
  "\${XDG_DATA_HOME:-$HOME/.local/share}/headway/bin/headway-agent" status
else echo none; fi`

/**
 * Tries the way to an SSH site step by step, on a connection of its own that ends with it; what must be asked is asked, nothing
 * is installed. Every hop's key and sign-in is told. Rejects with the signal's reason alone.
 */
export async function testSsh(parts: {
  ssh: Ssh
  url: string
  options: SshOptions
  signal: AbortSignal
  log: Logger
  tell: (steps: SiteTestStep[]) => void
}): Promise<void> {
  const { ssh, url, options, signal, tell } = parts
  const opened = await ssh.open({ id: 'test', url, options })
  const isSystem = options.client === 'system'
  const keys: string[] = []
  const ways: string[] = []
  let connecting: Promise<SshConnection> | undefined
  let keyed: (() => void) | undefined
  let user = ''

  /** The first hop, which alone this machine looks up and connects to. */
  const first = async () => (isSystem ? undefined : (await opened.route())[0])
  const dns: StepWork = async () => {
    const hop = await first()
    if (hop === undefined) return undefined
    const found = await lookup(hop.host, { all: true }).catch((error: unknown) => {
      throw socketFailure(hop.label, error)
    })
    return { detail: `${hop.host} → ${found.map(({ address }) => address).join(', ')}` }
  }
  const tcp: StepWork = async (limit) => {
    const hop = await first()
    if (hop === undefined) return undefined
    const socket = connect({ host: hop.host, port: hop.port })
    try {
      await once(socket, 'connect', { signal: limit })
      return { detail: `${socket.remoteAddress ?? hop.host}, ${hop.port}` }
    } catch (error) {
      throw socketFailure(hop.label, error)
    } finally {
      socket.destroy()
    }
  }
  const hostKey: StepWork = async () => {
    const accepted = new Promise<void>((resolve) => (keyed = resolve))
    connecting = opened.connect(opened.ask, signal, (stage) => {
      if (stage.kind === 'host-key') {
        keys.push(`${stage.host} ${stage.key}`)
        keyed?.()
      } else ways.push(`${stage.host} ${stage.by}`)
    })
    // The system's ssh tells of no key: it checks for itself.
    await (isSystem ? connecting : Promise.race([accepted, connecting]))
    return isSystem ? undefined : { detail: keys.join('; ') }
  }
  const auth: StepWork = async () => {
    await connecting
    return ways.length === 0 ? {} : { detail: ways.join('; ') }
  }
  const agent: StepWork = async (limit) => {
    const connection = await connecting
    if (connection === undefined) return undefined
    const { label: host } = opened
    const shell = await openRemoteShell(await connection.exec(REMOTE_SHELL_COMMAND, limit), { host, signal: limit })
    try {
      user = (await shell.run('id -un && hostname')).stdout.trim().split('\n').join(' @ ')
      return { detail: (await shell.run(look)).stdout.trim().slice(0, 500) }
    } finally {
      shell.end()
    }
  }
  const permissions: StepWork = () => Promise.resolve(user === '' ? undefined : { detail: user })

  try {
    await runSteps(
      [
        { step: 'dns', run: dns },
        { step: 'tcp', run: tcp },
        { step: 'host-key', run: hostKey, stepMs: askedMs },
        { step: 'auth', run: auth, stepMs: askedMs },
        { step: 'agent', run: agent, stepMs: 60_000 },
        { step: 'permissions', run: permissions },
      ],
      { signal, stepMs, otherwise: (error) => socketFailure(opened.label, error) },
      tell,
    )
  } finally {
    void connecting?.then(
      (connection) => connection.close(),
      () => undefined,
    )
    await opened.secrets.clear()
  }
}
