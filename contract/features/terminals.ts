import { Type } from 'typebox'
import { change, collection, nothing, object, site, stream } from '../feature.ts'
import { Terminal, TerminalSize } from '../terminals.ts'
import { Id } from '../text.ts'

/** Shells on the head node of an SSH site. */
export const terminals = {
  methods: {
    open: change(object({ ...site, size: TerminalSize }), Terminal),
    /** Keys as the shell gets them, UTF-8. */
    write: change(object({ id: Id, data: Type.String({ maxLength: 1_000_000 }) }), nothing),
    resize: change(object({ id: Id, size: TerminalSize }), nothing),
    /** Ends the shell and forgets it. */
    close: change(object({ id: Id }), nothing),
  },
  streams: {
    all: collection(Terminal, nothing),
    /** The last part of what was printed, then what comes; a reader that is slow gets the last part anew. */
    output: stream(object({ id: Id }), object({ data: Type.String() }), object({ data: Type.String() })),
  },
}
