/**
 * One word of POSIX sh, whatever the value holds: single quotes keep all but themselves (POSIX.1-2024, XCU 2.2.2).
 * Throws RangeError for a NUL, which no argument can hold.
 */
export function shQuote(value: string): string {
  if (value.includes('\0')) throw new RangeError('an argument cannot hold a NUL')
  return `'${value.replaceAll("'", `'\\''`)}'`
}

/**
 * A whole script as one line for `eval`: `printf %b` gives its line ends and backslashes back, so a loop that reads lines can run it.
 * Line ends at its very end are lost, as command substitution drops them.
 */
export function asOneLine(script: string): string {
  const escaped = script.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
  return `eval "$(printf %b ${shQuote(escaped)})"`
}

/** A path that reads the same quoted or not is left bare: such a command line means the same to sh, csh and fish. */
export function pathWord(path: string): string {
  return /^[\w/.,:@%+=-]+$/.test(path) ? path : shQuote(path)
}
