import type { ChildProcessByStdio } from 'node:child_process'
import { Duplex, type Readable, type Writable } from 'node:stream'
import type { RemoteProcess } from './types.ts'

export type Child = ChildProcessByStdio<Writable, Readable, Readable>

/** Of ssh(1): its own failure or a lost connection, not the command's. */
const ownFailure = 255
/** Milliseconds that a program whose input and output are over may take to end with its exit code. */
const endMs = 2000

/**
 * A program of this machine as the command it stands for. Everything it printed is read before the stream is over, also where it
 * ended without reading its input (`Duplex.from` would drop that). `end` is the end of its input; destroying ends it, unless it
 * is `kept`: then it goes on, heard by nobody.
 */
export function childStream(child: Child, { kept = false } = {}): RemoteProcess {
  const { stdin, stdout, stderr } = child
  let ended = false
  const stream = new Duplex({
    highWaterMark: 256 * 1024,
    read: () => void stdout.resume(),
    // One that reads no more may still have something to say: what it ended for is told by its output and its exit code.
    write: (chunk: Buffer, _encoding, done) => void stdin.write(chunk, () => done()),
    final: (done) => void stdin.end(() => done()),
    destroy(error, done) {
      if (kept) {
        stdout.resume()
        return done(error)
      }
      if (ended && stream.writableFinished) setTimeout(() => child.kill(), endMs).unref()
      else child.kill()
      stdin.destroy()
      stdout.destroy()
      done(error)
    },
  })
  const end = (): void => {
    if (ended || stream.destroyed) return
    ended = true
    stream.push(null)
  }
  stdin.on('error', () => undefined)
  stdout.on('error', () => undefined)
  stdout.on('data', (chunk: Buffer) => void (stream.destroyed || stream.push(chunk) || stdout.pause()))
  stdout.once('end', end).once('close', end)
  // Whoever uses it listens for themselves.
  stream.on('error', () => undefined)
  const exited = new Promise<{ code: number | undefined }>((resolve) => {
    child.once('exit', (code) => resolve({ code: code === null || code === ownFailure ? undefined : code }))
    child.once('error', () => resolve({ code: undefined }))
  })
  // Nobody takes what would still be written.
  const over = (): unknown => (stream.readableEnded ? stream.destroy() : stream.once('end', () => stream.destroy()))
  void exited.then(over)
  return Object.assign(stream, { stderr, exited })
}
