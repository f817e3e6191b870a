import { join } from 'node:path'
import { loopback as ends } from './ends.ts'
import { sparseFile, temporaryFolder } from './files.ts'
import { figure } from './print.ts'
import { startSite } from './site.ts'
import { sizes } from './sizes.ts'

const GIB = 2 ** 30
const sides = ['core', 'agent'] as const

/** How much more memory each side has at its peak while a very large file goes up than before it. */
export async function memory(): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const { path: folder } = stack.use(temporaryFolder())
  const site = stack.use(await startSite(ends, join(folder, 'site')))
  const file = sparseFile(join(folder, 'sparse.dat'), Math.round(sizes.sparseGib * GIB))
  const before = sides.map((side) => site.memory(side, 'now'))
  site.resetPeaks()
  const { seconds, bytes } = await site.upload('sparse', file)
  for (const [at, side] of sides.entries()) {
    figure(`memory-${side}-growth`, site.memory(side, 'peak') - (before[at] ?? Number.NaN), 'MiB')
  }
  figure('memory-rate', bytes / 1e6 / seconds, 'MB/s')
}
