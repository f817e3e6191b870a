import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { connect, isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as tlsConnect, type TLSSocket } from 'node:tls'
import type { SiteTestStep } from '../../../../contract/sites.ts'
import { createHttp } from '../http.ts'
import { askHealth } from '../probe.ts'
import { directTransport } from '../transport.ts'
import { trustedAuthorities } from './authorities.ts'
import { detailOf, tlsFailed, wayFailure } from './failure.ts'
import { checkIdentity, pinOf } from './identity.ts'
import { checkHttpsOptions, portOf, waysTo, type Way } from './proxies.ts'
import { runSteps, silent, type Found, type StepName, type StepWork } from './test-steps.ts'
import { openTunnel } from './tunnel.ts'
import type { WayOptions } from './way.ts'

/** Longest that one step may take, in milliseconds. */
const stepMs = 15_000

/**
 * Tries the way to an `http(s)://` site step by step (name, connection, certificate, agent, permissions), on connections of its
 * own. Each change is told with all steps. With a proxy, `dns` and `tcp` are about the proxy and its tunnel. `permissions` are
 * asked of whoever is signed in; without it that step is skipped. Rejects with BAD_INPUT or the signal's reason alone.
 */
export async function testDirect(
  url: string,
  options: WayOptions,
  signal: AbortSignal,
  tell: (steps: SiteTestStep[]) => void,
  permissions?: (signal: AbortSignal) => Promise<readonly string[]>,
): Promise<void> {
  checkHttpsOptions(options)
  const address = new URL(url)
  const { host } = address
  const target = { host: bare(address.hostname), port: portOf(address) }
  const secure = address.protocol === 'https:'
  let way: Way = 'straight'
  let socket: Duplex | undefined
  /** Once they are needed; a file that is no good is the certificate's step to tell. */
  const authorities = () => trustedAuthorities(host, options.caFile)

  const dns: StepWork = async () => {
    // Of several that a PAC file names the first one is tried.
    way = (await waysTo(address, options.proxy, options.hostProxy))[0] ?? 'straight'
    const name = way === 'straight' ? target.host : way.host
    const through = way === 'straight' ? '' : `${way.url} `
    const found = isIP(name) === 0 ? await lookup(name, { all: true }) : [{ address: name }]
    return { detail: through + found.map((item) => item.address).join(', ') }
  }
  const tcp: StepWork = async (limit) => {
    if (way !== 'straight') {
      const context = way.secure ? await trustedAuthorities(host) : undefined
      socket = await openTunnel(way, target, { signal: limit, timeoutMs: stepMs, context })
      return { detail: `${way.url} → ${host}` }
    }
    const straight = connect(target)
    limit.addEventListener('abort', () => straight.destroy(), { once: true })
    straight.on('error', () => undefined)
    socket = straight
    await once(straight, 'connect', { signal: limit })
    return { detail: `${straight.remoteAddress ?? target.host}, ${straight.remotePort ?? target.port}` }
  }
  const tls: StepWork = async (limit) => {
    let wrong: Error | undefined
    const check = checkIdentity(host, options.pin)
    const encrypted = tlsConnect({
      ...(socket === undefined ? {} : { socket }),
      ...(isIP(target.host) === 0 ? { servername: target.host } : {}),
      host: target.host,
      secureContext: await authorities(),
      // Only looked at: nothing is sent on it, and what is found is told even where it is not accepted.
      rejectUnauthorized: false,
      checkServerIdentity: (name, certificate) => (wrong = check(name, certificate)),
    })
    encrypted.on('error', () => undefined)
    socket = encrypted
    await once(encrypted, 'secureConnect', { signal: limit })
    return looked(encrypted, host, wrong)
  }
  const agent: StepWork = async (limit) => {
    const transport = directTransport(url, options)
    try {
      const http = createHttp(transport, host, { connectMs: stepMs, answerMs: stepMs }, () => undefined)
      const health = await askHealth(http, url, limit)
      return { detail: `${health.version}, ${health.scheduler}` }
    } finally {
      transport.close()
    }
  }
  const allowed: StepWork = async (limit) =>
    permissions === undefined ? undefined : { detail: (await permissions(limit)).join(', ') }

  const work: { step: StepName; run: StepWork }[] = [
    { step: 'dns', run: dns },
    { step: 'tcp', run: tcp },
    ...(secure ? [{ step: 'tls' as const, run: tls }] : []),
    { step: 'agent', run: agent },
    { step: 'permissions', run: allowed },
  ]
  const otherwise = (error: unknown) =>
    wayFailure(error, host) ?? silent(host, error instanceof Error ? detailOf(error) : 'it failed')
  try {
    await runSteps(work, { signal, stepMs, otherwise }, tell)
  } finally {
    socket?.destroy()
  }
}

/** Who vouches for the certificate, until when, and its key as it may be pinned. */
function looked(socket: TLSSocket, host: string, wrong: Error | undefined): Found {
  const certificate = socket.getPeerCertificate()
  const { issuer, valid_to: until } = certificate
  const named = [issuer.O, issuer.CN].flat().filter((part) => part !== undefined)
  const detail = [
    [...new Set(named)].join(', ') || 'an issuer without a name',
    new Date(until).toISOString().slice(0, 10),
    socket.getProtocol() ?? '',
    pinOf(certificate.raw),
  ].join(' · ')
  if (socket.authorized) return { detail }
  const code = String(socket.authorizationError)
  const error = wrong ?? Object.assign(new Error(code), { code })
  return { detail, error: wayFailure(error, host) ?? tlsFailed(host, 'other', code) }
}

const bare = (host: string): string => host.replace(/^\[|\]$/g, '')
