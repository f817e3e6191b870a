import { readdir, readFile, stat } from 'node:fs/promises'
import { posix, win32 } from 'node:path'
import { matchesPattern } from '../known-hosts/patterns.ts'
import { configFailure } from './failure.ts'
import { readLines, type ConfigLine, type ConfigProblem } from './text.ts'

/** READCONF_MAX_DEPTH of OpenSSH. */
const deepest = 16
/** Files that all together may be read: includes of includes could multiply without end. */
const mostFiles = 1000
/** Bytes of one file. */
const largest = 1024 * 1024

/** A line with what it includes: for each file that `Include` names, its lines. */
export interface ConfigNode extends ConfigLine {
  /** Whether it comes from the user's own configuration or from what that includes. */
  user: boolean
  included?: ConfigNode[][]
}

export interface ReadOptions {
  home: string
  platform: NodeJS.Platform
  /** The user's numeric id; -1 where there is none (Windows). */
  uid: number
}

/**
 * A file's text; what is missing or no regular file is empty. `own`: refused where others could have written it, as ssh does.
 * Debian lets a group write, for groups of one, and so does this.
 */
async function textOf(path: string, own: boolean, { platform, uid }: ReadOptions): Promise<string> {
  try {
    const found = await stat(path)
    if (!found.isFile()) return ''
    const isForeign = platform !== 'win32' && ((found.uid !== 0 && found.uid !== uid) || (found.mode & 0o002) !== 0)
    if (own && isForeign) throw configFailure('', `${path}: bad owner or permissions`)
    if (found.size > largest) throw configFailure('', `${path}: too large`)
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
    if (code === 'ENOENT') return ''
    throw code === undefined ? error : configFailure('', `${path}: ${code}`)
  }
}

/** The files that a path with `*`, `?` names, sorted; those that begin with a dot only where the pattern does. */
async function expandPath(pattern: string, platform: NodeJS.Platform): Promise<string[]> {
  const paths = platform === 'win32' ? win32 : posix
  const { root } = paths.parse(pattern)
  let found = [root]
  const parts = pattern.slice(root.length).split(platform === 'win32' ? /[\\/]+/ : /\/+/)
  for (const part of parts) {
    if (!/[*?]/.test(part)) {
      found = found.map((folder) => paths.join(folder, part))
      continue
    }
    const names = await Promise.all(
      found.map(async (folder) =>
        (await readdir(folder).catch((): string[] => [])).map((name) => [folder, name] as const),
      ),
    )
    found = names
      .flat()
      .filter(([, name]) => matchesPattern(name, part) && (!name.startsWith('.') || part.startsWith('.')))
      .map(([folder, name]) => paths.join(folder, name))
      .slice(0, mostFiles)
  }
  return found.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

/** Reads one configuration with everything it includes. A missing file is empty; problems are kept, not thrown. */
export async function readConfigFile(
  file: string,
  user: boolean,
  options: ReadOptions,
  problems: ConfigProblem[],
): Promise<ConfigNode[]> {
  const { home, platform } = options
  const paths = platform === 'win32' ? win32 : posix
  let files = 0

  async function read(path: string, depth: number): Promise<ConfigNode[]> {
    if (depth > deepest || ++files > mostFiles) throw configFailure('', `${file}: too many includes`)
    const text = await textOf(path, user || depth > 0, options)
    const lines = readLines(text, (line, reason) => problems.push({ file: path, line, reason }))
    const nodes: ConfigNode[] = []
    for (const line of lines) {
      if (line.keyword !== 'include') {
        nodes.push({ ...line, user })
        continue
      }
      const included: ConfigNode[][] = []
      for (const name of line.args) {
        const homely = /^~(?=[\\/]|$)/.test(name) && user ? paths.join(home, name.slice(1)) : name
        const anchored = paths.isAbsolute(homely)
          ? homely
          : paths.join(user ? paths.join(home, '.ssh') : paths.join(file, '..'), homely)
        for (const next of await expandPath(anchored, platform)) included.push(await read(next, depth + 1))
      }
      nodes.push({ ...line, user, included })
    }
    return nodes
  }
  return await read(file, 0)
}
