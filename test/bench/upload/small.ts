import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { lackedForLink, loopback, openLink, type Ends } from './ends.ts'
import { manyFiles, temporaryFolder } from './files.ts'
import { startPeers } from './peers.ts'
import { compare, inTurns, leftOut } from './print.ts'
import { startSite, type Site } from './site.ts'
import { sizes } from './sizes.ts'

/** Thousands of files of 1–16 KiB in a folder. */
export async function small(): Promise<void> {
  await folderTo(loopback, 'small', sizes.files, { 'scp-r': sizes.files, 'tar-ssh': sizes.files })
  const lacked = lackedForLink()
  if (lacked !== undefined) return leftOut('small-link', lacked)
  using ends = openLink({ delayMs: 25, mbit: 200, loss: 0.1 })
  // It waits for an answer to each file several times: with as many as the others it would take minutes.
  const few = Math.ceil(sizes.linkFiles / 15)
  await folderTo(ends, 'small-link', sizes.linkFiles, { 'scp-r': few, 'tar-ssh': sizes.linkFiles })
}

/** @param theirs How many files each peer gets. */
async function folderTo(ends: Ends, name: string, count: number, theirs: Record<string, number>): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const { path: folder } = stack.use(temporaryFolder())
  const peers = stack.use(await startPeers(name, ends, join(folder, 'peers')))
  const site = stack.use(await startSite(ends, join(folder, 'site')))
  const measured = await inTurns(sizes.slowRuns, (run) => {
    const [label, source] = [`small-${run}`, join(folder, `case-${run}`)]
    manyFiles(source, count)
    const ours = async (): Promise<number> => {
      const { seconds } = await site.upload(label, source)
      checkFiles(site, label, source, count)
      return count / seconds
    }
    const others = Object.entries(theirs).flatMap(([peer, files]) => {
      const send = peers.folder[peer]
      if (send === undefined) return []
      const own = files === count ? source : join(folder, `${peer}-${run}`)
      if (own !== source) manyFiles(own, files)
      return [[peer, async () => files / (await send(own))] as const]
    })
    return { ours, ...Object.fromEntries(others) }
  })
  compare(name, measured, 'files/s')
}

const lastTwo = (path: string): string => path.split('/').slice(-2).join('/')

/** Throws unless all are stored as they are here; no two of them have one name. */
function checkFiles(site: Site, label: string, source: string, count: number): void {
  const stored = site.stored(label)
  const same = stored.filter((path) => readFileSync(path).equals(readFileSync(join(source, lastTwo(path)))))
  if (stored.length !== count || same.length !== count) {
    throw new Error(`${same.length} of ${count} files of ${basename(source)} are stored as they are`)
  }
}
