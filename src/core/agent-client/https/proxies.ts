import type { HttpsOptions } from '../../../../contract/sites.ts'
import { appError } from '../../kit/app-error.ts'
import type { Platform } from '../../platform.ts'
import { proxyFailed } from './failure.ts'
import { isExcepted, isLoopback } from './no-proxy.ts'

/** An HTTP proxy that is asked for a tunnel by CONNECT. */
export interface Proxy {
  /** `http://host:port` as errors name it: never a name or password. */
  url: string
  /** The way to the proxy itself is encrypted. */
  secure: boolean
  host: string
  port: number
  /** Value of `Proxy-Authorization`. */
  authorization?: string
}
/** A way to a site: through a proxy, or straight. */
export type Way = Proxy | 'straight'

/** What the host knows of proxies. */
export type HostProxy = NonNullable<Platform['proxy']>

/** Longest that the host may take to run a PAC file, in milliseconds. */
const resolveMs = 10_000

/**
 * The ways to an address, to be tried in this order: one, except where a PAC file names several. Rejects with PROXY_FAILED
 * where that cannot be found out, BAD_INPUT for a proxy that is none.
 */
export async function waysTo(url: URL, proxy: string | undefined, host: HostProxy | undefined): Promise<Way[]> {
  const wanted = wantedProxy(proxy)
  if (wanted.kind === 'none') return ['straight']
  if (wanted.kind === 'proxy') return [wanted.proxy]
  if (wanted.kind === 'pac') return resolved(url, host, wanted.url)
  if (isLoopback(url.hostname)) return ['straight']
  const said = ofEnvironment(url, host?.environment ?? {})
  if (said !== undefined) return [said]
  return host?.resolve === undefined ? ['straight'] : resolved(url, host)
}

/** Throws BAD_INPUT where the options cannot be meant; whether they lead anywhere shows when connecting. */
export function checkHttpsOptions(options: HttpsOptions): void {
  wantedProxy(options.proxy)
}

type Wanted = { kind: 'system' | 'none' } | { kind: 'proxy'; proxy: Proxy } | { kind: 'pac'; url: string }

function wantedProxy(text = 'system'): Wanted {
  const given = text.trim()
  if (given === '' || given === 'system') return { kind: 'system' }
  if (given === 'none') return { kind: 'none' }
  const url = parsed(given)
  if (url === undefined) throw refuse('must be an address such as http://proxy.example.com:3128')
  // It would stand in a file in plain text. The environment's may have them: those are kept by the user.
  if (url.username !== '' || url.password !== '') throw refuse('must not carry a name or password')
  if (url.pathname !== '/' || url.search !== '') return { kind: 'pac', url: url.href }
  return { kind: 'proxy', proxy: proxyAt(url) }
}
const refuse = (reason: string) =>
  appError('BAD_INPUT', { path: '/https/proxy', reason }, `The address of the proxy ${reason}.`)

/** As curl has it: lower case first, NO_PROXY before all, ALL_PROXY last. Undefined: the environment says nothing. */
function ofEnvironment(url: URL, environment: HostProxy['environment']): Way | undefined {
  const value = (name: string): string => environment[name] || environment[name.toUpperCase()] || ''
  const text = value(url.protocol === 'https:' ? 'https_proxy' : 'http_proxy') || value('all_proxy')
  if (isExcepted(value('no_proxy'), url.hostname, portOf(url))) return 'straight'
  if (text === '') return undefined
  const proxy = parsed(text)
  if (proxy === undefined) {
    const shown = text.replace(/^.*@/, '')
    throw proxyFailed(shown, 'unreachable', 'what the environment says is no address of an HTTP proxy')
  }
  return proxyAt(proxy)
}

/** Asks the host; its answer is as PAC's FindProxyForURL: `PROXY host:port; HTTPS host:port; DIRECT`. */
async function resolved(url: URL, host: HostProxy | undefined, pac?: string): Promise<Way[]> {
  const asked = pac ?? 'system'
  if (host?.resolve === undefined) throw proxyFailed(asked, 'pac', 'PAC files work in the desktop app alone')
  let answer: string
  let timer: NodeJS.Timeout | undefined
  try {
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('it took too long')), resolveMs)
    })
    // The address alone: a path or query may be nobody else's business.
    answer = await Promise.race([host.resolve(`${url.origin}/`, pac), late])
  } catch (error) {
    throw proxyFailed(asked, 'pac', error instanceof Error ? error.message : 'it could not be run')
  } finally {
    clearTimeout(timer)
  }
  const ways = answer.split(';').flatMap((item) => wayOfPac(item.trim()))
  if (ways.length === 0) throw proxyFailed(asked, 'pac', `no way is named that Headway can go: ${answer.slice(0, 200)}`)
  return ways
}

function wayOfPac(item: string): Way[] {
  const [kind = '', address = ''] = item.split(/\s+/)
  if (kind.toUpperCase() === 'DIRECT') return ['straight']
  const scheme = { PROXY: 'http', HTTP: 'http', HTTPS: 'https' }[kind.toUpperCase()]
  const url = scheme === undefined ? undefined : parsed(`${scheme}://${address}`)
  return url === undefined ? [] : [proxyAt(url)]
}

function parsed(text: string): URL | undefined {
  const address = text.includes('://') ? text : `http://${text}`
  if (!URL.canParse(address)) return undefined
  const url = new URL(address)
  return /^https?:$/.test(url.protocol) && url.hostname !== '' ? url : undefined
}

function proxyAt(url: URL): Proxy {
  const secure = url.protocol === 'https:'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = portOf(url)
  const credentials = `${decoded(url.username)}:${decoded(url.password)}`
  return {
    url: `${url.protocol}//${url.hostname}:${port}`,
    secure,
    host,
    port,
    ...(credentials === ':' ? {} : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }),
  }
}

/** A percent sign that escapes nothing stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

export const portOf = (url: URL): number => Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
