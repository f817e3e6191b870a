import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { AppErrorValue } from '../../contract/errors.ts'
import type { Settings } from '../../contract/settings.ts'
import type { Site } from '../../contract/sites.ts'
import { userDataFolder } from '../core/host-kit/index.ts'
import { createCore, type Core } from '../core/index.ts'
import { memoryPortPair } from '../rpc/memory-port.ts'
import { createClient } from '../rpc/client.ts'
import { RpcError, type RpcClient } from '../rpc/types.ts'
import { nodePlatform } from '../web/platform.ts'
import { CommandFailure } from './failure.ts'
import { exitCode } from './exit-codes.ts'
import { connectSsh } from './ssh.ts'
import { first, until } from './streams.ts'

/** A core in this process, spoken to as a window would: same contract, same errors. */
export interface Session {
  rpc: RpcClient
  close(): Promise<void>
}

/** What all commands share: settings, sites, secrets; the outbox is in a folder of its own below it. */
export const terminalFolder = (): string => join(userDataFolder(process.env), 'terminal')

/** What a core in a terminal can do. */
export const terminalCapabilities = { localPaths: true, browserDownloads: false }

/** @param settings What is otherwise for this command alone. */
export async function openSession(settings: Partial<Settings> = {}): Promise<Session> {
  // Sign-ins are shared by all commands; what one command has under way is its own, so that any number can run at once.
  const data = terminalFolder()
  await mkdir(data, { recursive: true, mode: 0o700 })
  const journals = await mkdtemp(join(data, 'run-'))
  const platform = await nodePlatform({ data, journals, capabilities: terminalCapabilities })
  // A command speaks to one site: the others are left alone. A renewal whose answer comes too late would cost their sign-in.
  const core = await createCore(platform, { connectAtStart: false, settings })
  const rpc = speakTo(core)
  return {
    rpc,
    async close() {
      rpc.close()
      await core.close()
      await rm(journals, { recursive: true, force: true })
    },
  }
}

/** A client of a core in this process. */
export function speakTo(core: Pick<Core, 'serve'>): RpcClient {
  return createClient(() => {
    const [ours, theirs] = memoryPortPair()
    core.serve(theirs)
    return ours
  })
}

/** Runs a command with a session that is closed whatever happens. */
export async function withSession<T>(run: (session: Session) => Promise<T>, settings?: Partial<Settings>): Promise<T> {
  const session = await openSession(settings)
  try {
    return await run(session)
  } finally {
    await session.close()
  }
}

/** The site a command works on, signed in: the one named (id, name or address), else the active or only one. */
export async function chooseSite(rpc: RpcClient, wanted?: string): Promise<Site> {
  const found = await findSite(rpc, wanted)
  if (found.url.startsWith('ssh://')) return connectSsh(rpc, found)
  await rpc.call('sites', 'reconnect', { site: found.id })
  const site = await findSite(rpc, found.id)
  if (site.user !== undefined) return site
  const sentence = `You are signed out of ${site.name}. Sign in with \`headway sign-in ${site.url}\`.`
  throw new CommandFailure(sentence, exitCode.signedOut)
}

/** The same as it is now, signed in or not. */
export async function findSite(rpc: RpcClient, wanted?: string): Promise<Site> {
  const { items } = await first(rpc, 'sites', 'all', {})
  if (items.length === 0) {
    throw new CommandFailure('No site yet. Sign in with `headway sign-in WHERE`.', exitCode.signedOut)
  }
  const { activeSite } = await first(rpc, 'settings', 'current', {})
  const names = items.map((item) => item.name).join(', ')
  const site =
    wanted === undefined
      ? (items.find((item) => item.id === activeSite) ?? (items.length === 1 ? items[0] : undefined))
      : items.find((item) => [item.id, item.name, item.url].includes(wanted))
  if (site !== undefined) return site
  const sentence = wanted === undefined ? 'Which site? Add --site.' : `No site "${wanted}".`
  throw new CommandFailure(`${sentence} Known: ${names}.`, exitCode.usage)
}

/**
 * A list that nothing is known of yet stays silent while its site cannot be asked; a command says so instead of waiting.
 * `waitOffline`: a command with work under way sits out a lost network, but not the end of its sign-in.
 */
export async function whileReachable<T>(rpc: RpcClient, site: Site, work: Promise<T>, waitOffline = false): Promise<T> {
  const over = new AbortController()
  const ended = (items: Site[]): AppErrorValue | undefined => {
    const state = items.find((item) => item.id === site.id)?.connection.state
    const data = { site: site.name }
    if (state === 'signed-out') return { code: 'SIGNED_OUT', data, message: `You are signed out of ${site.name}.` }
    if (waitOffline || (state !== 'offline' && state !== 'reconnecting')) return undefined
    return { code: 'OFFLINE', data, message: `${site.name} does not answer.` }
  }
  const handle = {
    snapshot: ({ items }: { items: Site[] }) => ended(items),
    event: ({ put }: { put: Site[] }) => ended(put),
  }
  const watch = until(rpc, 'sites', 'all', {}, handle, over.signal).then((value) => Promise.reject(new RpcError(value)))
  watch.catch(() => undefined)
  try {
    return await Promise.race([work, watch])
  } finally {
    over.abort()
  }
}
