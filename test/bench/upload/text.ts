import { statSync } from 'node:fs'
import { join } from 'node:path'
import { lackedForLink, loopback, openLink } from './ends.ts'
import { randomFile, temporaryFolder } from './files.ts'
import { meshFile } from './mesh.ts'
import { startPeers } from './peers.ts'
import { compare, figure, inTurns, leftOut } from './print.ts'
import { checkStored, startSite } from './site.ts'
import { sizes } from './sizes.ts'

/** A mesh as text: over a slow link, where compressing pays, and over a fast one, where it must not cost anything. */
export async function text(): Promise<void> {
  const { path, by } = await meshFile(sizes.meshMb * 1e6)
  const { size } = statSync(path)
  const real = by === 'gmsh' ? '' : ' (package gmsh: a real mesh)'
  console.log(`# text: ${(size / 1e6).toFixed(0)} MB, made by ${by}${real}`)
  const lacked = lackedForLink()
  if (lacked === undefined) await overSlowLink(path, size)
  else leftOut('text', lacked)
  await overFastLink(path, size)
}

/** 50 ms there and back, 20 Mbit/s, nothing lost. */
async function overSlowLink(mesh: string, size: number): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const { path: folder } = stack.use(temporaryFolder())
  const ends = stack.use(openLink({ delayMs: 25, mbit: 20, loss: 0 }))
  const peers = stack.use(await startPeers('text', ends, join(folder, 'peers')))
  const site = stack.use(await startSite(ends, join(folder, 'site')))
  const rate = (seconds: number): number => size / 1e6 / seconds
  let share = Number.NaN
  const ours = async (): Promise<number> => {
    const { seconds, crossed } = await site.upload('text', mesh)
    await checkStored(site, 'text', mesh)
    share = (crossed / size) * 100
    return rate(seconds)
  }
  const { scp } = peers.file
  const others = scp === undefined ? {} : { scp: async () => rate(await scp(mesh)) }
  compare('text', await inTurns(1, () => ({ ours, ...others })), 'MB/s')
  figure('text-crossed', share, '%')
}

/** Beside as many random bytes, each time to an agent that knows neither. */
async function overFastLink(mesh: string, size: number): Promise<void> {
  using folder = temporaryFolder()
  const random = await randomFile(join(folder.path, 'random.dat'), size)
  const measured = await inTurns(sizes.runs, () => {
    const site = join(folder.path, 'site')
    return {
      ours: async () => size / 1e6 / (await sendFresh(mesh, site)),
      random: async () => size / 1e6 / (await sendFresh(random, site)),
    }
  })
  compare('text-loopback', measured, 'MB/s')
}

/** Seconds to an agent that knows nothing. */
async function sendFresh(path: string, data: string): Promise<number> {
  await using site = await startSite(loopback, data)
  return (await site.upload('fast', path)).seconds
}
