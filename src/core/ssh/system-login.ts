import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { reasonOf, wait } from '../kit/wait.ts'
import type { Askpass } from './askpass.ts'
import { childStream, type Child } from './child-stream.ts'
import { sshFailure } from './failure.ts'
import { lastWords, reasonOfWords } from './system-command.ts'
import type { RemoteProcess } from './types.ts'

const stderrKept = 8192
/** Milliseconds that ssh's last words may take after its end: a process of its own (a ProxyCommand) may keep them open. */
const lastWordsMs = 500

/**
 * Waits until the shell that ssh was started with answers: from then on the user is signed in. What it prints afterwards is the
 * stream's; to destroy that does not end the connection. Rejects with SSH_FAILED or the signal's reason; the process is ended then.
 */
export function untilSignedIn(
  child: Child,
  { label, askpass, signal }: { label: string; askpass: Askpass | undefined; signal: AbortSignal },
): Promise<RemoteProcess> {
  const { stdin, stdout, stderr } = child
  let said = ''
  const listen = (chunk: Buffer): void => void (said = (said + chunk.toString('utf8')).slice(-stderrKept))
  stderr.on('data', listen)
  stdin.on('error', () => undefined)
  const id = randomUUID()
  // In two parts: a shell that shows what it reads is not taken for one that answers.
  const mark = Buffer.from(`headway-${id}\n`)
  stdin.write(`printf '%s-%s\\n' headway ${id}\n`)

  return new Promise((resolve, reject) => {
    let read: Buffer = Buffer.alloc(0)
    const done = (): void => {
      signal.removeEventListener('abort', abort)
      child.off('error', onError).off('exit', onExit)
      stdout.off('data', onData)
    }
    const abort = (): void => {
      done()
      child.on('error', () => undefined).kill()
      reject(reasonOf(signal))
    }
    const onError = (error: NodeJS.ErrnoException): void => {
      done()
      reject(sshFailure(label, error.code === 'ENOENT' ? 'no-program' : 'closed', error.message))
    }
    const onExit = (): void => {
      done()
      void Promise.race([once(child, 'close'), wait(lastWordsMs)]).finally(() => {
        const reason = askpass?.refused === true ? 'authentication' : reasonOfWords(said)
        reject(sshFailure(label, reason, lastWords(said)))
      })
    }
    const onData = (chunk: Buffer): void => {
      read = Buffer.concat([read, chunk])
      const at = read.indexOf(mark)
      if (at < 0) {
        read = read.subarray(-mark.length)
        return
      }
      done()
      stdout.pause()
      stderr.off('data', listen)
      const rest = read.subarray(at + mark.length)
      if (rest.length > 0) stdout.unshift(rest)
      resolve(childStream(child, { kept: true }))
    }
    child.on('error', onError).on('exit', onExit)
    stdout.on('data', onData)
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
  })
}
