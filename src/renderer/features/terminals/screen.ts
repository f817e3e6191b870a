import { FitAddon } from '@xterm/addon-fit'
import { SearchAddon } from '@xterm/addon-search'
import { Unicode11Addon } from '@xterm/addon-unicode11'
import { WebLinksAddon } from '@xterm/addon-web-links'
import { Terminal } from '@xterm/xterm'
import '@xterm/xterm/css/xterm.css'
import type { TerminalSize } from '../../../../contract/terminals.ts'
import { searchMarks, terminalThemes } from './colours.ts'
import type { Output } from './output.ts'
import { pasted, webAddress } from './paste.ts'
import { allowSpanStyles, withStyleNonce } from './style-policy.ts'

export interface ScreenEvents {
  /** Keys and answers for the shell. */
  onData(data: string): void
  onSize(size: TerminalSize): void
  /** An address of the web under the pointer; undefined: no more. */
  onHover(url: string | undefined): void
  onOpen(url: string): void
  /** Keys that are the window's: Ctrl/⌘ with Shift and one of these letters. */
  onShortcut(letter: 'c' | 'f' | 'l'): void
}

/** One terminal as it is drawn. */
export interface Screen extends Output {
  paste(text: string): void
  fit(): void
  readonly size: TerminalSize
  focus(): void
  selection(): string
  clear(): void
  find(text: string, direction: 'next' | 'previous', typing?: boolean): boolean
  endFind(): void
  setScheme(scheme: 'light' | 'dark'): void
  setScreenReader(on: boolean): void
  setClosed(closed: boolean): void
  dispose(): void
}

/** DECTCEM: what has ended waits for no key. */
const hideCursor = '\u001b[?25l'

/** Lines above the screen that can be scrolled back to. */
const scrollback = 10_000

const monospace = (): string => {
  const known = getComputedStyle(document.documentElement).getPropertyValue('--hw-mono').trim()
  // Hangul of a face that is about two cells wide.
  return known.replace(/,?\s*monospace$/, '') + `, 'Noto Sans Mono CJK KR', 'Noto Sans CJK KR', monospace`
}

/**
 * Makes a terminal inside `element`. What a host prints reaches the screen alone: titles, clipboard writes and window
 * operations are not acted on, and links lead to the web by a click with Ctrl or ⌘.
 */
export function createScreen(
  element: HTMLElement,
  start: { scheme: 'light' | 'dark'; screenReader: boolean; label: string },
  events: ScreenEvents,
): Screen {
  let { scheme } = start
  let replaying = 0
  let pending = 0
  let closed = false
  const drawn: (() => void)[] = []
  const activate = (event: MouseEvent, text: string): void => {
    const url = webAddress(text)
    if (url !== undefined && (event.ctrlKey || event.metaKey)) events.onOpen(url)
  }
  const hover = (_: MouseEvent, text: string): void => events.onHover(webAddress(text))
  const leave = (): void => events.onHover(undefined)
  const term = new Terminal({
    // Of the proposed interface only the tables of character widths are used.
    allowProposedApi: true,
    fontFamily: monospace(),
    fontSize: 13,
    lineHeight: 1.25,
    cursorStyle: 'block',
    cursorInactiveStyle: 'outline',
    scrollback,
    minimumContrastRatio: 4.5,
    screenReaderMode: start.screenReader,
    theme: terminalThemes[scheme],
    windowOptions: {},
    linkHandler: { activate, hover, leave, allowNonHttpProtocols: false },
    macOptionIsMeta: false,
    logLevel: 'off',
  })
  const fit = new FitAddon()
  const search = new SearchAddon()
  term.loadAddon(fit)
  term.loadAddon(search)
  term.loadAddon(new Unicode11Addon())
  term.unicode.activeVersion = '11'
  term.loadAddon(new WebLinksAddon(activate, { hover, leave }))
  // The clipboard is the user's: nothing handles this sequence, and nothing that is added later may.
  term.parser.registerOscHandler(52, () => true)
  term.attachCustomKeyEventHandler((event) => {
    if (event.type !== 'keydown' || !event.shiftKey || event.altKey || !(event.ctrlKey || event.metaKey)) return true
    // By its place: with Hangul on, the letter is another.
    const letter = /^Key([CFLV])$/.exec(event.code)?.[1]?.toLowerCase()
    if (letter === undefined) return true
    if (letter === 'v') return false
    event.preventDefault()
    events.onShortcut(letter as 'c' | 'f' | 'l')
    return false
  })
  term.onData((data) => {
    if (replaying === 0) events.onData(data)
  })
  term.onResize(({ cols, rows }) => events.onSize({ columns: cols, rows }))
  allowSpanStyles()
  withStyleNonce(() => term.open(element))
  term.textarea?.setAttribute('aria-label', start.label)

  const put = (data: string, after?: () => void): void => {
    pending += data.length
    term.write(data, () => {
      pending -= data.length
      after?.()
      for (const listener of drawn) listener()
    })
  }
  const marks = () => ({ decorations: searchMarks[scheme] })
  return {
    restart(data, replay) {
      if (replay) replaying += 1
      // As part of the output, so that what is still to be drawn of the last one does not come after it.
      put(`\u001bc${data}${closed ? hideCursor : ''}`, () => {
        if (replay) replaying -= 1
      })
    },
    write: (data) => put(data),
    get pending() {
      return pending
    },
    onDrawn: (listener) => void drawn.push(listener),
    paste: (text) => term.paste(pasted(text)),
    fit() {
      const size = fit.proposeDimensions()
      // Where it is hidden there is no size to take.
      if (size !== undefined && size.cols > 1 && size.rows > 1) fit.fit()
    },
    get size() {
      return { columns: term.cols, rows: term.rows }
    },
    focus: () => term.focus(),
    selection: () => term.getSelection(),
    clear: () => term.clear(),
    find: (text, direction, typing = false) =>
      direction === 'next'
        ? search.findNext(text, { ...marks(), incremental: typing })
        : search.findPrevious(text, marks()),
    endFind: () => search.clearDecorations(),
    setScheme(next) {
      scheme = next
      term.options.theme = terminalThemes[next]
    },
    setScreenReader: (on) => void (term.options.screenReaderMode = on),
    setClosed(next) {
      closed = next
      term.options.disableStdin = closed
      if (closed) put(hideCursor)
    },
    dispose: () => term.dispose(),
  }
}
