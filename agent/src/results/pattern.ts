/**
 * Whether `text` fits a pattern of `*` (any run of characters) and `?` (any one), ignoring case. Two pointers and one
 * remembered star: no input makes it slow, as a regular expression made of user's text could be.
 */
function fits(pattern: string, text: string): boolean {
  let at = 0
  let from = 0
  let star = -1
  let retry = 0
  while (at < text.length) {
    if (from < pattern.length && (pattern[from] === '?' || (pattern[from] !== '*' && pattern[from] === text[at]))) {
      at += 1
      from += 1
    } else if (from < pattern.length && pattern[from] === '*') {
      star = from
      retry = at
      from += 1
    } else if (star >= 0) {
      from = star + 1
      retry += 1
      at = retry
    } else return false
  }
  while (pattern[from] === '*') from += 1
  return from === pattern.length
}

const plain = (text: string) => text.normalize('NFC').toLowerCase()

/**
 * What a user types to find files, as a test of paths: with `*` or `?` a pattern for the name, or for the whole path where
 * it holds a `/`; else a part of the path. NFC on both sides, for Hangul that macOS decomposed.
 */
export function pathFilter(typed: string): (path: string) => boolean {
  const wanted = plain(typed)
  if (!/[*?]/.test(wanted)) return (path) => plain(path).includes(wanted)
  if (wanted.includes('/')) return (path) => fits(wanted, plain(path))
  return (path) => fits(wanted, plain(path.slice(path.lastIndexOf('/') + 1)))
}
