import { spawn, type ChildProcess } from 'node:child_process'
import { Duplex } from 'node:stream'
import type { ShellProcess } from '../../src/core/agent-install/index.ts'

export interface LocalShell extends ShellProcess {
  child: ChildProcess
}

/** A program of this machine in place of a head node's exec channel: the same pipes, no ssh. */
export function shellProcess(command: string, args: readonly string[], env = process.env): LocalShell {
  const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'], detached: true })
  const { stdin, stdout, stderr } = child
  // As in a channel of ssh, a program that reads no more ends nothing: what it printed still arrives.
  stdin.on('error', () => undefined)
  const duplex = new Duplex({
    write: (chunk: Buffer, _encoding, done) => void stdin.write(chunk, () => done()),
    final: (done) => void stdin.end(done),
    read: () => void stdout.resume(),
    destroy(error, done) {
      try {
        // What it started ends as well: a group of its own.
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // It has ended by itself.
      }
      done(error)
    },
  })
  stdout.on('data', (chunk) => void (duplex.push(chunk) || stdout.pause()))
  stdout.on('end', () => void duplex.push(null))
  const exited = new Promise<{ code: number | undefined }>((resolve) => {
    child.once('error', () => resolve({ code: undefined }))
    child.once('close', (code) => resolve({ code: code ?? undefined }))
  })
  return Object.assign(duplex, { stderr, exited, child })
}
