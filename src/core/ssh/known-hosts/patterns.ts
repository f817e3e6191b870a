/**
 * Whether a text fits a pattern with `*` (any run of characters) and `?` (any one), PATTERNS of ssh_config(5). Takes time
 * proportional to both lengths at worst, however many stars a hostile file holds.
 */
export function matchesPattern(text: string, pattern: string): boolean {
  let at = 0
  let p = 0
  let star = -1
  let starAt = 0
  while (at < text.length) {
    if (pattern[p] === '*') {
      star = p++
      starAt = at
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[at])) {
      p++
      at++
    } else if (star >= 0) {
      p = star + 1
      at = ++starAt
    } else {
      return false
    }
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}

/** Whether a text fits a comma-separated list: at least one pattern does, and none of those that begin with `!`. */
export function matchesList(text: string, list: string): boolean {
  let found = false
  for (const pattern of list.split(',')) {
    const negated = pattern.startsWith('!')
    if (!matchesPattern(text, negated ? pattern.slice(1) : pattern)) continue
    if (negated) return false
    found = true
  }
  return found
}

/** Lower case as OpenSSH makes it: ASCII letters only, whatever the language of the system. */
export function asciiLowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
