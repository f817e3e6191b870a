import { asciiLowerCase, matchesList } from '../known-hosts/patterns.ts'

/** What `Match` compares with. */
export interface MatchSubject {
  /** The name to connect to as far as it is known by now. */
  host: string
  originalHost: string
  user: string
  localUser: string
  tag: string
  /** The second reading, which `final` asks for. */
  finalPass: boolean
}

export interface MatchResult {
  matches: boolean
  /** Criteria that are not evaluated here and alone kept it from matching, as `Match exec`. */
  notEvaluated: string[]
  wantsFinalPass: boolean
  problem?: string
}

/** As `version`, these depend on the ssh program or run another one, which reading a configuration must not. */
const notEvaluated = new Set(['exec', 'localnetwork', 'version', 'command', 'sessiontype'])

/** Evaluates the criteria of a `Match` line. `exec` is never run: its block counts as not matching. */
export function evaluateMatch(args: readonly string[], subject: MatchSubject): MatchResult {
  const result: MatchResult = { matches: true, notEvaluated: [], wantsFinalPass: false }
  const bad = (problem: string): MatchResult => ({ ...result, matches: false, notEvaluated: [], problem })
  const words = args.flatMap((arg) => {
    const joined = /^(!?[a-z]+)=(.*)$/is.exec(arg)
    return joined === null ? [arg] : [joined[1] ?? '', joined[2] ?? '']
  })
  const lists: Record<string, (list: string) => boolean> = {
    host: (list) => matchesList(asciiLowerCase(subject.host), asciiLowerCase(list)),
    originalhost: (list) => matchesList(asciiLowerCase(subject.originalHost), asciiLowerCase(list)),
    user: (list) => matchesList(subject.user, list),
    localuser: (list) => matchesList(subject.localUser, list),
    tagged: (list) => matchesList(subject.tag, list),
  }
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? ''
    const negated = word.startsWith('!')
    const name = word.slice(negated ? 1 : 0).toLowerCase()
    let found: boolean
    if (name === 'all') {
      if (i > 1 || i < words.length - 1) return bad('"all" stands with other criteria')
      found = true
    } else if (name === 'final' || name === 'canonical') {
      if (name === 'final') result.wantsFinalPass = true
      found = subject.finalPass
    } else {
      const list = words[++i]
      if (list === undefined) return bad(`"${name}" needs an argument`)
      if (notEvaluated.has(name)) {
        result.notEvaluated.push(`Match ${name}`)
        continue
      }
      const compare = lists[name]
      if (compare === undefined) return bad(`unknown criterion "${name}"`)
      found = compare(list)
    }
    if (found === negated) result.matches = false
  }
  if (!result.matches) result.notEvaluated = []
  if (result.notEvaluated.length > 0) result.matches = false
  return result
}
