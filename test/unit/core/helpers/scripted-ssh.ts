import { duplexPair, PassThrough, type Duplex } from 'node:stream'
import type { TerminalSize } from '../../../../contract/terminals.ts'
import type { RemoteShell, SshAccess, StreamTarget } from '../../../../src/core/ssh/types.ts'

/** The head node's end of a shell. */
export interface FarShell {
  /** What the user types arrives here; what is written is printed. */
  far: Duplex
  sizes: TerminalSize[]
  /** The shell ends by itself with this status; undefined: the connection is lost. */
  exit(code: number | undefined): void
  ended: boolean
}

export interface ScriptedSsh {
  access: SshAccess
  shells: FarShell[]
  targets: StreamTarget[]
  /** What the next calls wait for, or fail with. */
  before: (signal: AbortSignal | undefined) => Promise<void>
  /** Makes the stream to a target. */
  connect: (target: StreamTarget) => Duplex
}

/** An SSH session out of real streams, whose far ends the test holds. */
export function scriptedSsh(): ScriptedSsh {
  const ssh: ScriptedSsh = {
    shells: [],
    targets: [],
    before: () => Promise.resolve(),
    connect: () => {
      throw new Error('no stream is expected')
    },
    access: {
      async stream(target, signal) {
        ssh.targets.push(target)
        await ssh.before(signal)
        return ssh.connect(target)
      },
      exec: () => Promise.reject(new Error('no command is expected')),
      async shell(size, signal) {
        await ssh.before(signal)
        const [near, far] = duplexPair()
        const sizes = [size]
        const { promise: exited, resolve: tellExit } = Promise.withResolvers<{ code: number | undefined }>()
        const shell: FarShell = {
          far,
          sizes,
          ended: false,
          exit(code) {
            tellExit({ code })
            if (code === undefined) near.destroy()
            else far.resume().end()
          },
        }
        near.once('close', () => {
          shell.ended = true
          tellExit({ code: undefined })
          far.destroy()
        })
        ssh.shells.push(shell)
        const parts = { stderr: new PassThrough(), exited, resize: (to: TerminalSize) => void sizes.push(to) }
        return Object.assign(near, parts) satisfies RemoteShell
      },
    },
  }
  return ssh
}

/** The list of sites as the core has it, changed by the test. */
export function siteList(...names: string[]) {
  const listeners = new Set<(sites: string[]) => void>()
  return {
    onSites(listener: (sites: string[]) => void) {
      listener(names)
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    set(...sites: string[]) {
      for (const listener of listeners) listener(sites)
    },
  }
}
