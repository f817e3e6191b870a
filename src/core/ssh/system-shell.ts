import type { TerminalSize } from '../../../contract/terminals.ts'
import { childStream, type Child } from './child-stream.ts'
import type { RemoteShell } from './types.ts'

/** Bytes in which a shell says on which terminal it is, behind what a login prints. */
const searched = 64 * 1024
/** A private control sequence (ECMA-48, OSC) that terminals show nothing for. */
const [escape, bell] = [String.fromCharCode(27), String.fromCharCode(7)]
const place = new RegExp(`${escape}\\]7777;(/dev/[\\w/.-]+)${bell}`)

/**
 * Through a connection that is there already ssh makes a terminal with all its settings off (a process without a terminal has
 * none to hand over).
 */
const settle = 'stty sane 2>/dev/null; stty iutf8 2>/dev/null'

/**
 * The command line of a login shell on a terminal of this size, for any login shell (csh and fish have quotes of their own, and
 * no `${…}`). ssh takes the size from a terminal of its own, and has none here.
 */
export const shellCommand = ({ columns, rows }: TerminalSize): string =>
  `exec /bin/sh -c '${settle}; stty cols ${columns} rows ${rows} 2>/dev/null; printf "\\033]7777;%s\\007" "$(tty)"; exec "\${SHELL:-/bin/sh}" -l'`

const resizeCommand = (tty: string, { columns, rows }: TerminalSize): string =>
  `exec /bin/sh -c 'exec stty cols ${columns} rows ${rows} <${tty}'`

/** `run` carries a command line out beside the shell, and resolves when it is over; absent: the size stays. */
export function systemShell(child: Child, run: ((command: string) => Promise<void>) | undefined): RemoteShell {
  let tty: string | undefined
  let wanted: TerminalSize | undefined
  let running = false
  let head = ''

  async function apply(): Promise<void> {
    if (running || tty === undefined || run === undefined) return
    running = true
    // Sizes come by the dozen while an edge is dragged: the last one counts.
    while (wanted !== undefined && !stream.destroyed) {
      const size = wanted
      wanted = undefined
      await run(resizeCommand(tty, size))
    }
    running = false
  }
  const stream = childStream(child)
  const listen = (chunk: Buffer): void => {
    head += chunk.toString('latin1')
    tty = place.exec(head)?.[1]
    if (tty === undefined && head.length < searched) return
    head = ''
    child.stdout.off('data', listen)
    void apply()
  }
  child.stdout.on('data', listen)
  return Object.assign(stream, {
    resize(size: TerminalSize) {
      wanted = size
      void apply()
    },
  })
}
