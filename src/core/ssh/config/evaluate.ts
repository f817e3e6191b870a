import { isIP } from 'node:net'
import { asciiLowerCase, matchesPattern } from '../known-hosts/patterns.ts'
import { evaluateMatch } from './criteria.ts'
import { expandTokens } from './expand.ts'
import { configFailure } from './failure.ts'
import type { ConfigNode } from './read.ts'

/** What the configuration says of one host: the first value of each keyword, as it is written. */
export interface Settings {
  /** The name to connect to, tokens expanded, in lower case. */
  host: string
  values: Map<string, { args: string[]; rest: string; user: boolean }>
  identityFiles: string[]
  certificateFiles: string[]
  proxyJump?: string
  proxyCommand?: string
  /** Criteria that were not evaluated, as `Match exec`. */
  notEvaluated: Set<string>
  /** `Host` lines that were for this host. */
  matched: Set<ConfigNode>
}

export interface Subject {
  alias: string
  user?: string | undefined
  localUser: string
}

/** Reads the files for one host, twice where `Match final` or canonical names ask for it, as ssh does. */
export function evaluate(files: readonly ConfigNode[][], subject: Subject): Settings {
  const settings: Settings = {
    host: subject.alias,
    values: new Map(),
    identityFiles: [],
    certificateFiles: [],
    notEvaluated: new Set(),
    matched: new Set(),
  }
  const nameNow = (): string => {
    const name = settings.values.get('hostname')?.args[0]
    return name === undefined ? subject.alias : expandTokens(name, { h: subject.alias }, subject.alias)
  }
  const first = pass(files, settings, subject, { patternHost: subject.alias, nameNow, final: false })
  const name = nameNow()
  settings.host = isIP(name) === 0 ? asciiLowerCase(name) : name
  const canonical = settings.values.get('canonicalizehostname')?.args[0]?.toLowerCase()
  if (first.wantsFinalPass || canonical === 'yes' || canonical === 'true' || canonical === 'always') {
    // A name that was not replaced is settled by now: no later block may replace it.
    const known = settings.values.get('hostname')
    settings.values.set('hostname', { rest: '', user: true, ...known, args: [settings.host] })
    pass(files, settings, subject, { patternHost: settings.host, nameNow: () => settings.host, final: true })
  }
  return settings
}

interface Pass {
  /** What `Host` patterns are compared with. */
  patternHost: string
  nameNow: () => string
  final: boolean
}

function pass(
  files: readonly ConfigNode[][],
  settings: Settings,
  subject: Subject,
  how: Pass,
): { wantsFinalPass: boolean } {
  let wantsFinalPass = false

  /** `never`: included from a block that is not for this host, so nothing in it is. */
  function walk(nodes: readonly ConfigNode[], start: boolean, never: boolean): void {
    let active = start
    for (const node of nodes) {
      if (node.keyword === 'host') {
        active = !never && hostMatches(node.args, how.patternHost)
        if (active) settings.matched.add(node)
      } else if (node.keyword === 'match') {
        const found = evaluateMatch(node.args, {
          host: how.nameNow(),
          originalHost: subject.alias,
          user: subject.user ?? settings.values.get('user')?.args[0] ?? subject.localUser,
          localUser: subject.localUser,
          tag: settings.values.get('tag')?.args[0] ?? '',
          finalPass: how.final,
        })
        if (found.problem !== undefined)
          throw configFailure(subject.alias, `Match, line ${node.line}: ${found.problem}`)
        wantsFinalPass ||= found.wantsFinalPass
        active = !never && found.matches
        if (!never) for (const criterion of found.notEvaluated) settings.notEvaluated.add(criterion)
      } else if (node.keyword === 'include') {
        for (const file of node.included ?? []) walk(file, active, never || !active)
      } else if (active) {
        apply(node, settings)
      }
    }
  }
  for (const file of files) walk(file, true, false)
  return { wantsFinalPass }
}

/** Patterns of a `Host` line: one must match, none that begins with `!` may. Case matters, as it does to ssh. */
function hostMatches(patterns: readonly string[], host: string): boolean {
  if (patterns.some((pattern) => pattern.startsWith('!') && matchesPattern(host, pattern.slice(1)))) return false
  return patterns.some((pattern) => !pattern.startsWith('!') && matchesPattern(host, pattern))
}

function apply({ keyword, args, rest, user }: ConfigNode, settings: Settings): void {
  const [value = ''] = args
  switch (keyword) {
    case 'identityfile':
      if (!settings.identityFiles.includes(value)) settings.identityFiles.push(value)
      return
    case 'certificatefile':
      if (!settings.certificateFiles.includes(value)) settings.certificateFiles.push(value)
      return
    case 'proxycommand':
      settings.proxyCommand ??= rest.replace(/^[ \t=]+/, '')
      return
    case 'proxyjump': {
      const jump = rest
        .replace(/^[ \t=]+/, '')
        .replace(/#.*$/s, '')
        .trim()
      // The first of the two wins; only `ProxyJump none` leaves room for a later ProxyCommand.
      if (settings.proxyCommand !== undefined || settings.proxyJump !== undefined) return
      settings.proxyJump = jump
      if (jump.toLowerCase() !== 'none') settings.proxyCommand = 'none'
      return
    }
    default:
      if (!settings.values.has(keyword)) settings.values.set(keyword, { args, rest, user })
  }
}
