/**
 * Where in a shell script a single-quoted word may stand. `'…'` is inert between words, and anything but inert inside double
 * quotes, here-documents, comments (a newline ends them), backticks and arithmetic. Templates that put a value there are
 * refused when they are loaded; shell variables (`name={{ x }}`, then "$name") are the way to use a value inside those.
 */
export type ShellContext =
  'word' | 'single quotes' | 'double quotes' | 'a here-document' | 'a comment' | 'backticks' | 'arithmetic'

type Frame = 'top' | 'substitution' | 'double quotes' | 'arithmetic' | 'expansion'

interface Heredoc {
  end: string
  stripTabs: boolean
}

/**
 * A small lexer of the shell's quoting, fed with the literal parts of a script in order; `context` says where the next value
 * would stand. It errs on the side of refusing.
 */
export class ShellQuoting {
  private readonly frames: Frame[] = ['top']
  /** Open parentheses inside the innermost substitution or arithmetic. */
  private readonly depths: number[] = [0]
  private inSingle = false
  /** `$'…'`, where a backslash escapes. */
  private inAnsi = false
  private inComment = false
  private inBackticks = false
  private escaped = false
  private previous = '\n'
  private readonly announced: Heredoc[] = []
  private heredoc: Heredoc | undefined
  private heredocLine = ''

  get context(): ShellContext {
    if (this.heredoc !== undefined) return 'a here-document'
    if (this.inComment) return 'a comment'
    if (this.inSingle) return 'single quotes'
    if (this.inBackticks) return 'backticks'
    if (this.frames.includes('arithmetic')) return 'arithmetic'
    const frame = this.frames.at(-1)
    // `${x:-…}` inside double quotes is still double-quoted.
    if (frame === 'expansion' && this.frames.at(-2) === 'double quotes') return 'double quotes'
    return frame === 'double quotes' ? 'double quotes' : 'word'
  }

  /** Equal where two places are quoted alike. */
  get state(): string {
    return JSON.stringify([this.context, this.frames, this.heredoc?.end, this.announced.length])
  }

  /** A value was put here: a word has begun. */
  value(): void {
    this.previous = 'v'
    this.escaped = false
    if (this.heredoc !== undefined) this.heredocLine += '\0'
  }

  text(text: string): void {
    for (let at = 0; at < text.length; at += this.step(text, at));
  }

  /** Consumes what begins at `at`; how many characters. */
  private step(text: string, at: number): number {
    const c = text.charAt(at)
    if (this.heredoc !== undefined) return this.inHeredoc(c)
    const before = this.previous
    this.previous = c
    if (this.inComment) {
      if (c === '\n') this.inComment = false
      return c === '\n' ? this.newline() : 1
    }
    if (this.inSingle) {
      if (c === '\\' && this.inAnsi) return 2
      if (c === "'") this.inSingle = this.inAnsi = false
      return 1
    }
    if (this.escaped) {
      this.escaped = false
      this.previous = 'v'
      return 1
    }
    if (c === '\\') {
      this.escaped = true
      return 1
    }
    if (c === '`') {
      this.inBackticks = !this.inBackticks
      return 1
    }
    if (c === '$' && text.startsWith('((', at + 1)) return this.push('arithmetic', 3)
    if (c === '$' && text.charAt(at + 1) === '(') return this.push('substitution', 2)
    if (c === '$' && text.charAt(at + 1) === '{') return this.push('expansion', 2)
    const frame = this.frames.at(-1)
    if (c === '"') return frame === 'double quotes' ? this.pop(1) : this.push('double quotes', 1)
    if (frame === 'double quotes') return 1
    if (frame === 'expansion') {
      if (c === '}') return this.pop(1)
      if (c === "'" && this.frames.at(-2) !== 'double quotes') this.inSingle = true
      return 1
    }
    if (c === "'") {
      this.inSingle = true
      this.inAnsi = before === '$'
      return 1
    }
    if (c === '(' || c === ')') return this.parenthesis(c, text, at)
    if (frame === 'arithmetic') return 1
    if (c === '#' && /[\s;&|()]/.test(before)) {
      this.inComment = true
      return 1
    }
    if (c === '<' && text.startsWith('<<', at)) return this.announce(text, at)
    return c === '\n' ? this.newline() : 1
  }

  private push(frame: Frame, length: number): number {
    this.frames.push(frame)
    this.depths.push(0)
    // A word or command begins anew inside.
    this.previous = frame === 'substitution' ? '(' : 'v'
    return length
  }

  private pop(length: number): number {
    this.frames.pop()
    this.depths.pop()
    this.previous = 'v'
    return length
  }

  private parenthesis(c: '(' | ')', text: string, at: number): number {
    // `((` at the start of a command is arithmetic too.
    if (c === '(' && text.charAt(at + 1) === '(') return this.push('arithmetic', 2)
    const last = this.depths.length - 1
    const depth = this.depths[last] ?? 0
    const frame = this.frames.at(-1)
    if (c === ')' && depth === 0 && frame === 'substitution') return this.pop(1)
    if (c === ')' && depth === 0 && frame === 'arithmetic') return this.pop(text.charAt(at + 1) === ')' ? 2 : 1)
    // `a)` of a `case` closes nothing.
    this.depths[last] = Math.max(0, depth + (c === '(' ? 1 : -1))
    return 1
  }

  private announce(text: string, at: number): number {
    if (text.startsWith('<<<', at)) return 3
    const match = /^<<(-?)[ \t]*(?:'([^'\n]+)'|"([^"\n]+)"|\\?([^\s;&|<>()'"]+))/.exec(text.slice(at))
    if (match === null) return 2
    const [whole, dash, single, double, bare] = match
    this.announced.push({ end: single ?? double ?? bare ?? '', stripTabs: dash === '-' })
    this.previous = 'v'
    return whole.length
  }

  /** A here-document begins on the line after the one that announces it. */
  private newline(): number {
    this.heredoc = this.announced.shift()
    this.heredocLine = ''
    return 1
  }

  private inHeredoc(c: string): number {
    if (c !== '\n') {
      this.heredocLine += c
      return 1
    }
    const line = this.heredoc?.stripTabs === true ? this.heredocLine.replace(/^\t+/, '') : this.heredocLine
    if (line === this.heredoc?.end) this.heredoc = this.announced.shift()
    this.heredocLine = ''
    this.previous = '\n'
    return 1
  }
}
