import { randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { loopback as ends } from './ends.ts'
import { randomFile, temporaryFolder } from './files.ts'
import { startPeers } from './peers.ts'
import { figure } from './print.ts'
import { checkStored, startSite } from './site.ts'
import { MIB, sizes } from './sizes.ts'

const INSERTED = 1024

/** A file sent again after something was put in at its front: the share of its bytes that crosses. */
export async function edited(): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const { path: folder } = stack.use(temporaryFolder())
  const peers = stack.use(await startPeers('edited', ends, join(folder, 'peers')))
  const site = stack.use(await startSite(ends, join(folder, 'site')))
  const size = sizes.editedMib * MIB
  await mkdir(join(folder, 'later'))
  const before = await randomFile(join(folder, 'mesh.dat'), size)
  const after = join(folder, 'later', 'mesh.dat')
  const output = createWriteStream(after)
  output.write(randomBytes(INSERTED))
  await pipeline(createReadStream(before), output)

  await site.upload('before', before)
  const { crossed, seconds } = await site.upload('after', after)
  await checkStored(site, 'after', after)
  const share = (bytes: number): number => (bytes / (size + INSERTED)) * 100
  const peer = await peers.rsyncAgain?.(before, after)
  if (peer !== undefined) figure('edited-rsync', share(peer), '%')
  // How many times fewer bytes than the peer.
  figure(
    peer === undefined ? 'edited' : 'edited:rsync',
    share(crossed),
    '%',
    peer === undefined ? undefined : peer / crossed,
  )
  figure('edited-seconds', seconds, 's')
}
