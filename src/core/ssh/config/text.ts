/** One line of an ssh_config file. */
export interface ConfigLine {
  /** In lower case. */
  keyword: string
  /** Arguments without their quotes. */
  args: string[]
  /** What follows the keyword as it is, for commands. */
  rest: string
  /** Counted from 1. */
  line: number
}

/** A line that ssh would refuse. */
export interface ConfigProblem {
  file: string
  line: number
  reason: string
}

/**
 * Splits arguments as argv_split of OpenSSH does: by blanks; both kinds of quotes; a backslash only before a quote, another one
 * or a blank, so that paths of Windows stay; `#` at the start of an argument begins a comment. Undefined for an open quote.
 */
export function splitArguments(text: string): string[] | undefined {
  const args: string[] = []
  let current: string | undefined
  let quote = ''
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i)
    const next = text.charAt(i + 1)
    const blank = char === ' ' || char === '\t'
    if (current === undefined) {
      if (blank) continue
      if (char === '#') break
      current = ''
    }
    if (char === '\\' && next !== '' && (`'"\\`.includes(next) || (quote === '' && next === ' '))) {
      current += next
      i++
    } else if (quote === '' && blank) {
      args.push(current)
      current = undefined
    } else if (quote === '' && (char === '"' || char === "'")) {
      quote = char
    } else if (char === quote) {
      quote = ''
    } else {
      current += char
    }
  }
  if (quote !== '') return undefined
  return current === undefined ? args : [...args, current]
}

/** The lines of a file that say something; the damaged ones go to `problem`. */
export function readLines(text: string, problem: (line: number, reason: string) => void): ConfigLine[] {
  return text
    .replace(/^\ufeff/, '')
    .split('\n')
    .flatMap((raw, index) => {
      const found = /^[ \t\r]*(?:"([^"]*)"|([^ \t\r"=]+))[ \t\r]*=?[ \t\r]*(.*)$/s.exec(raw.replace(/[ \t\r\f]+$/, ''))
      if (/^[ \t\r\f]*(#|$)/.test(raw)) return []
      const rest = found?.[3] ?? ''
      const args = splitArguments(rest)
      if (found === null) problem(index + 1, 'a keyword is missing')
      else if (args === undefined) problem(index + 1, 'a quote is not closed')
      else if (args.length === 0 || args[0] === '') problem(index + 1, 'an argument is missing')
      else return [{ keyword: (found[1] ?? found[2] ?? '').toLowerCase(), args, rest, line: index + 1 }]
      return []
    })
}
