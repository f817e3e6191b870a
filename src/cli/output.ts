import { stripVTControlCharacters } from 'node:util'

/** Where a command writes: people read a terminal, scripts read `--json` (one object a line) and the exit code. */
export interface Output {
  json: boolean
  /** A result: the object as JSON, or the text for people. */
  result(value: unknown, text: string): void
  /** A piece of a log as it comes: hostile text, which must not drive the reader's terminal. */
  text(piece: string): void
  /** A line that changes in place on a terminal; nothing elsewhere, `{"progress":…}` never clutters a script. */
  progress(text: string): void
  /** Ends the changing line. */
  endProgress(): void
  note(text: string): void
}

export function createOutput(
  json: boolean,
  stdout: NodeJS.WriteStream = process.stdout,
  stderr: NodeJS.WriteStream = process.stderr,
): Output {
  let shown = false
  const clear = (): void => {
    if (shown) stderr.write('\r\u001B[2K')
    shown = false
  }
  return {
    json,
    result(value, text) {
      clear()
      stdout.write(json ? `${JSON.stringify(value)}\n` : text === '' ? '' : `${text}\n`)
    },
    text(piece) {
      clear()
      stdout.write(json ? `${JSON.stringify({ text: piece })}\n` : printable(piece))
    },
    progress(text) {
      if (json || !stderr.isTTY) return
      stderr.write(`\r\u001B[2K${text.slice(0, Math.max(20, (stderr.columns ?? 80) - 1))}`)
      shown = true
    },
    endProgress: clear,
    note(text) {
      clear()
      if (!json) stderr.write(`${text}\n`)
    },
  }
}

/** Text that came from a cluster, safe to print: no control sequence reaches the terminal. */
export const printable = (text: string): string => stripVTControlCharacters(text).replaceAll(/[^\P{Cc}\t\n]/gu, '')

/** Rows under a header, columns as wide as they need. */
export function table(header: string[], rows: string[][]): string {
  const all = [header, ...rows]
  const widths = header.map((_, column) => Math.max(...all.map((row) => printable(row[column] ?? '').length)))
  return all
    .map((row) =>
      row
        .map((cell, column) => printable(cell).padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

const units = ['B', 'kB', 'MB', 'GB', 'TB']
/** 3.2 GB, decimal as on the box of a disk. */
export function bytes(count: number): string {
  let value = count
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}
