import { join } from 'node:path'
import { loopback as ends } from './ends.ts'
import { freshFile, temporaryFolder } from './files.ts'
import { startPeers } from './peers.ts'
import { compare, inTurns } from './print.ts'
import { checkStored, startSite } from './site.ts'
import { MIB, sizes } from './sizes.ts'

/** A large file from one process to another on this machine, proven at both ends, over plain HTTP. */
export async function loopback(): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const { path: folder } = stack.use(temporaryFolder())
  const peers = stack.use(await startPeers('loopback', ends, join(folder, 'peers')))
  const site = stack.use(await startSite(ends, join(folder, 'site')))

  const measured = await inTurns(sizes.runs, async (run) => {
    const label = `loopback-${run}`
    const file = await freshFile(join(folder, 'fresh'), run, sizes.loopbackMib * MIB)
    const rate = (seconds: number): number => file.bytes / 1e6 / seconds
    const ours = async (): Promise<number> => {
      const { seconds } = await site.upload(label, file.path)
      if (run === 0) await checkStored(site, label, file.path)
      site.clear(label)
      return rate(seconds)
    }
    const others = Object.entries(peers.file).map(
      ([name, send]) => [name, async () => rate(await send(file.path))] as const,
    )
    return { ours, ...Object.fromEntries(others) }
  })
  compare('loopback', measured, 'MB/s')
}
