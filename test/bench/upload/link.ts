import { join } from 'node:path'
import { hasPart } from '../../helpers/parts.ts'
import { lackedForLink, openLink, type Ends } from './ends.ts'
import { freshFile, temporaryFolder } from './files.ts'
import { startIperf } from './iperf.ts'
import { startPeers } from './peers.ts'
import { compare, figure, inTurns, leftOut, type Ways } from './print.ts'
import { checkStored, startSite } from './site.ts'
import { MIB, sizes } from './sizes.ts'

/** Percent, each way, and how much of the usual size is sent over it: what has one stream is slow there. */
const LOSSES = [
  { loss: 0.1, ours: 1, peers: 1 / 24 },
  { loss: 1, ours: 1 / 3, peers: 1 / 96 },
] as const

/** A large file over a long link: 50 ms there and back, 200 Mbit/s, and packets that are lost. */
export async function link(): Promise<void> {
  const lacked = lackedForLink()
  if (lacked !== undefined) return leftOut('link', lacked)
  for (const { loss, ours, peers } of LOSSES) {
    using ends = openLink({ delayMs: 25, mbit: 200, loss })
    await onLink(`link-${loss}%`, ends, { ours: sizes.linkMib * MIB * ours, peers: sizes.linkMib * MIB * peers })
  }
}

/** Mbit/s. */
const rate = (bytes: number, seconds: number): number => (bytes * 8) / 1e6 / seconds

async function onLink(name: string, ends: Ends, bytes: { ours: number; peers: number }): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const { path: folder } = stack.use(temporaryFolder())
  const peers = stack.use(await startPeers(name, ends, join(folder, 'peers')))
  const site = stack.use(await startSite(ends, join(folder, 'site')))
  const iperf = hasPart('iperf3') ? stack.use(await startIperf(ends)) : undefined
  if (iperf === undefined) leftOut(`${name}-iperf3`, 'iperf3 (package iperf3)')

  const measured = await inTurns(sizes.linkRuns, async (run) => {
    const label = `link-${run}`
    const file = await freshFile(join(folder, 'fresh'), run, Math.round(bytes.ours))
    const ours = async (): Promise<number> => {
      const { seconds } = await site.upload(label, file.path)
      if (run === 0) await checkStored(site, label, file.path)
      site.clear(label)
      return rate(file.bytes, seconds)
    }
    const ways: Ways = { ours }
    if (iperf !== undefined) ways['iperf3-16'] = () => iperf.measure(sizes.iperfSeconds)
    return ways
  })
  const file = await freshFile(join(folder, 'fresh'), 0, Math.round(bytes.peers))
  for (const [peer, send] of Object.entries(peers.file)) measured[peer] = [rate(file.bytes, await send(file.path))]
  compare(name, measured, 'Mbit/s')
  // Before anything is known of the link.
  const [first = Number.NaN] = measured['ours'] ?? []
  figure(`${name}-first`, first, 'Mbit/s')
}
