import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs'
import { join, sep } from 'node:path'

/**
 * What Headway installs for a user, below `~/.local/share/headway`: `versions/<version>-<hash>/agent.js …`,
 * `node/<node>-<platform>/node`, `bin/headway-agent`.
 */
const DAY_MS = 86_400_000

/** Names in a folder; none where it is missing. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** All that says which version and which Node are in use: start scripts, and what processes of this host were started with. */
function inUse(base: string): string {
  const texts = [process.execPath, import.meta.dirname, process.argv[1] ?? '']
  for (const name of namesIn(join(base, 'bin'))) {
    const path = join(base, 'bin', name)
    try {
      texts.push(lstatSync(path).isSymbolicLink() ? readlinkSync(path) : readFileSync(path, 'utf8'))
    } catch {
      // Removed meanwhile.
    }
  }
  for (const pid of namesIn('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    try {
      texts.push(readFileSync(join('/proc', pid, 'cmdline'), 'utf8'))
    } catch {
      // Ended meanwhile, or another account's.
    }
  }
  return texts.join('\0')
}

/**
 * Removes other versions of the agent, and Nodes, that nothing here refers to and that have lain for a day: another workstation
 * may be putting one there now. Does nothing where the agent does not run from such a folder. Gives the paths removed.
 */
export function removeOldVersions(base: string, own: string = import.meta.dirname, now = Date.now()): string[] {
  // Node gives its own paths without links; a home is often reached by one.
  const real = existsSync(base) ? realpathSync(base) : base
  if (!own.startsWith(join(real, 'versions') + sep)) return []
  const used = inUse(real)
  const removed: string[] = []
  for (const kind of ['versions', 'node']) {
    for (const name of namesIn(join(real, kind))) {
      const path = join(real, kind, name)
      // With the separator behind it: one version's name may begin with another's. Without the home before it: see above.
      if (`${own}${sep}`.startsWith(path + sep) || used.includes(`${sep}${kind}${sep}${name}${sep}`)) continue
      try {
        // Of its inode: an archive that is unpacked sets the other times.
        if (now - lstatSync(path).ctimeMs < DAY_MS) continue
        rmSync(path, { recursive: true, force: true })
        removed.push(path)
      } catch {
        // Not worth a failed start.
      }
    }
  }
  return removed
}
