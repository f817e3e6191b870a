/**
 * A TCP connection through an SSH session of Headway's, and through the bridge on one of its channels, against `ssh -L` with
 * AES-GCM to the same sshd on the same machine: throughput both ways and the round trip, in turns, medians. Ratios are to
 * `ssh -L`, for round trips of what is added to a straight connection. `BENCH_MIB` and `BENCH_RUNS` change size and number.
 */
import { fork, spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Logger } from '../../../src/core/platform.ts'
import { createSsh, type SshConnection } from '../../../src/core/ssh/index.ts'
import { hasPart } from '../../helpers/parts.ts'
import { knowServer, makeHome } from '../../helpers/ssh-core.ts'
import { canRunSshd, startSshd, type TestSshd } from '../../helpers/sshd.ts'
import { measureDown, measureRoundTrip, measureUp, median, type Open } from './measure.ts'

const bytes = Number(process.env['BENCH_MIB'] ?? 256) * 2 ** 20
const runs = Number(process.env['BENCH_RUNS'] ?? 5)
const ROUND_TRIPS = 500
const agent = fileURLToPath(new URL('../../../agent/src/server.ts', import.meta.url))

const figure = (name: string, value: number, unit: string, ratio?: number) =>
  console.log(`${name} ${value.toFixed(unit === 'ms' ? 3 : 0)} ${unit} ${ratio?.toFixed(2) ?? '-'}`)

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function startSink(): Promise<{ port: number; child: ChildProcess }> {
  const child = fork(fileURLToPath(new URL('sink.ts', import.meta.url)), {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  const port = await new Promise<number>((resolve) =>
    child.stdout?.once('data', (line: Buffer) => resolve(Number(line))),
  )
  return { port, child }
}

function straight(port: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
    socket.once('connect', () => resolve(socket)).once('error', reject)
  })
}

async function untilListening(port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 200 && child.exitCode === null; tries++) {
    const probe = await straight(port).catch(() => undefined)
    if (probe !== undefined) return void probe.destroy()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('ssh -L does not listen')
}

/** The peer: what a user would type. */
async function startForward(sshd: TestSshd, sink: number): Promise<{ open: Open; child: ChildProcess }> {
  const port = await freePort()
  const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'IdentitiesOnly=yes', 'BatchMode=yes']
  const how = ['-q', '-F', 'none', '-N', '-c', 'aes128-gcm@openssh.com', '-p', String(sshd.port), '-i', sshd.userKey]
  for (const option of options) how.push('-o', option)
  how.push('-L', `127.0.0.1:${port}:127.0.0.1:${sink}`, `${sshd.user}@127.0.0.1`)
  const child = spawn('ssh', how, { stdio: 'inherit' })
  await untilListening(port, child)
  return { open: () => straight(port), child }
}

const nothing = (): void => undefined

/** Headway's own client, as the core connects to a site. */
async function startOwn(sshd: TestSshd, home: string, folder: string): Promise<() => Promise<SshConnection>> {
  await knowServer({ home }, sshd)
  const log: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing }
  const secrets = {
    persistent: false,
    get: () => Promise.resolve(undefined),
    set: () => Promise.resolve(),
    delete: () => Promise.resolve(),
  }
  const ssh = createSsh({
    platform: { home, environment: { HOME: home }, secrets },
    folder,
    log,
    backOff: { baseMs: 100, maxMs: 1000 },
  })
  const site = { id: 'bench', url: `ssh://${sshd.user}@127.0.0.1:${sshd.port}`, options: {} }
  const opened = await ssh.open(site)
  return () => opened.connect(undefined, AbortSignal.timeout(20_000))
}

type Way = 'ssh-L' | 'own' | 'bridge'

async function compare(ways: Record<Way, Open>, direct: Open): Promise<void> {
  const up: Record<Way, number[]> = { 'ssh-L': [], own: [], bridge: [] }
  const down: Record<Way, number[]> = { 'ssh-L': [], own: [], bridge: [] }
  const added: Record<Way, number[]> = { 'ssh-L': [], own: [], bridge: [] }
  for (let run = 0; run < runs; run++) {
    for (const way of ['ssh-L', 'own', 'bridge'] as const) {
      const open = ways[way]
      up[way].push(await measureUp(open, bytes))
      down[way].push(await measureDown(open, bytes))
      added[way].push((await measureRoundTrip(open, ROUND_TRIPS)) - (await measureRoundTrip(direct, ROUND_TRIPS)))
    }
  }
  const kinds = [
    ['up', up, 'MB/s'],
    ['down', down, 'MB/s'],
    ['round-trip-added', added, 'ms'],
  ] as const
  for (const [kind, values, unit] of kinds) {
    const peer = median(values['ssh-L'])
    figure(`ssh-L-${kind}`, peer, unit)
    figure(`tunnel-${kind}`, median(values.own), unit, median(values.own) / peer)
    figure(`bridge-${kind}`, median(values.bridge), unit, median(values.bridge) / peer)
  }
}

async function main(): Promise<void> {
  if (!canRunSshd || !hasPart('ssh'))
    return console.log('sshd and ssh are not here, or we are not root: nothing measured')
  const folder = mkdtempSync(join(tmpdir(), 'headway-bench-'))
  const home = makeHome()
  const endings: (() => unknown)[] = [
    () => rmSync(folder, { recursive: true }),
    () => rmSync(home, { recursive: true }),
  ]
  try {
    const sshd = await startSshd()
    endings.push(() => sshd.close())
    const sink = await startSink()
    endings.push(() => sink.child.kill())
    const peer = await startForward(sshd, sink.port)
    endings.push(() => peer.child.kill())
    const connectOwn = await startOwn(sshd, home, folder)
    const [own, bridged] = [await connectOwn(), await connectOwn()]
    bridged.useBridge(`exec '${process.execPath}' '${agent}' bridge`)
    endings.push(
      () => own.close(),
      () => bridged.close(),
    )
    const target = { host: '127.0.0.1', port: sink.port }
    const ways = { 'ssh-L': peer.open, own: () => own.stream(target), bridge: () => bridged.stream(target) }
    await compare(ways, () => straight(sink.port))
  } finally {
    for (const end of endings.toReversed()) await end()
  }
}

await main()
