import type { Duplex } from 'node:stream'
import { reasonOf } from '../kit/wait.ts'
import type { Logger } from '../platform.ts'
import type { SshConnection } from './connection.ts'
import { sshFailure } from './failure.ts'
import { ClosedWhileAsking, NeedsUser } from './hop.ts'
import type { Ask } from './questions.ts'
import { withPasswordOf, type SshSecrets } from './secrets.ts'
import type { StreamTarget } from './types.ts'

/** What only the nodes behind a head node offer, reached by a further sign-in on each, through the connection at hand. */
export interface SshNodes {
  /**
   * A byte stream to a place as the node `host` sees it; the name is the head node's to look up. `within` bounds the waiting for
   * the session alone: a question may take its time. Rejects with SSH_FAILED (of the node, or of the way there), CANCELLED, or the
   * reason of either signal.
   */
  stream(host: string, target: StreamTarget, signals: { signal: AbortSignal; within: AbortSignal }): Promise<Duplex>
  close(): void
}

export interface SshNodesParts {
  /** The connection in use, awaited. */
  head: (signal: AbortSignal) => Promise<SshConnection>
  /** Signs in to a node; `secrets` in place of the site's own. */
  open: (
    host: string,
    how: { through: Through; ask: Ask | undefined; signal: AbortSignal; secrets: NodeSecrets },
  ) => Promise<SshConnection>
  ask: Ask
  secrets: SshSecrets
  log: Logger
  times?: Partial<NodeTimes>
}

type Through = Pick<SshConnection, 'stream' | 'repeatable'>

/** For a node called `node` behind one called `head`, as errors and questions name them. */
type NodeSecrets = (node: string, head: string | undefined) => SshSecrets

interface NodeTimes {
  /** For the head node's TCP connection to a node, of which it says nothing while a firewall swallows it. */
  connectMs: number
  /** Milliseconds that a connection without streams is kept. */
  keepMs: number
  /** Milliseconds after a question that led nowhere in which nothing is asked: viewers try again by themselves. */
  quietMs: number
}
const usual: NodeTimes = { connectMs: 10_000, keepMs: 60_000, quietMs: 30_000 }

/** A server that closes while the user looks for their phone: how often it is tried again in one go. */
const maxClosed = 3

/** One connection per node: opened once for all who want it, kept a little after the last stream, ended with the session. */
export function createNodes(parts: SshNodesParts): SshNodes {
  const times = { ...usual, ...parts.times }
  const nodes = new Map<string, Node>()
  return {
    async stream(host, target, { signal, within }) {
      const head = await parts.head(AbortSignal.any([signal, within]))
      const node = nodes.get(host) ?? createNode(host, parts, times)
      nodes.set(host, node)
      return node.stream(head, target, signal)
    },
    close() {
      for (const node of nodes.values()) node.close()
    },
  }
}

interface Node {
  stream(head: SshConnection, target: StreamTarget, signal: AbortSignal): Promise<Duplex>
  close(): void
}

function createNode(host: string, parts: SshNodesParts, times: NodeTimes): Node {
  const { ask, log } = parts
  let current: SshConnection | undefined
  let opening:
    { head: SshConnection; abort: AbortController; done: Promise<SshConnection>; waiting: number } | undefined
  let idle: NodeJS.Timeout | undefined
  let users = 0
  let quietUntil = 0
  /** What was tried in vain on this node is not tried again with every new connection. */
  const refused = new Set<string>()
  const secrets: NodeSecrets = (node, head) => withPasswordOf(parts.secrets, node, head, refused)

  const inTime = (through: SshConnection): Through => ({
    repeatable: through.repeatable,
    async stream(target, signal) {
      const late = AbortSignal.timeout(times.connectMs)
      try {
        return await through.stream(target, signal === undefined ? late : AbortSignal.any([signal, late]))
      } catch (error) {
        throw late.aborted && signal?.aborted !== true ? sshFailure(host, 'timed-out', 'no answer') : error
      }
    },
  })
  async function open(through: SshConnection, signal: AbortSignal): Promise<SshConnection> {
    let asked = false
    const asking: Ask = (...question) => {
      asked = true
      return ask(...question)
    }
    for (let closed = 0; ; closed += 1) {
      try {
        const mayAsk = Date.now() < quietUntil ? undefined : asking
        const connection = await parts.open(host, { through: inTime(through), ask: mayAsk, signal, secrets })
        // They end together.
        through.onClosed(() => connection.close())
        if (!through.closed && !signal.aborted) return connection
        connection.close()
        throw signal.aborted ? reasonOf(signal) : sshFailure(host, 'closed')
      } catch (error) {
        if (signal.aborted) throw reasonOf(signal)
        if (error instanceof ClosedWhileAsking && closed < maxClosed) continue
        if (asked) quietUntil = Date.now() + times.quietMs
        log.info('no SSH connection to a node', {
          host,
          reason: error instanceof Error ? error.message : String(error),
        })
        throw error instanceof NeedsUser ? error.why : error
      }
    }
  }
  /** One sign-in at a time; it is given up, and its question withdrawn, when nobody waits for it any more. */
  async function connected(head: SshConnection, signal: AbortSignal): Promise<SshConnection> {
    if (current?.closed === false) return current
    if (opening === undefined || opening.head !== head) {
      const abort = new AbortController()
      const gone = (): void => abort.abort(sshFailure(host, 'closed', 'the connection to the head node was lost'))
      head.onClosed(gone)
      if (head.closed) gone()
      const mine = { head, abort, waiting: 0, done: open(head, abort.signal) }
      opening = mine
      const over = (): void => {
        if (opening === mine) opening = undefined
      }
      mine.done.then((connection) => (current = connection)).then(over, over)
    }
    const wanted = opening
    wanted.waiting += 1
    let leave: (() => void) | undefined
    const left = new Promise<never>((_resolve, reject) => {
      leave = () => reject(reasonOf(signal))
    })
    left.catch(() => undefined)
    if (signal.aborted) leave?.()
    else if (leave !== undefined) signal.addEventListener('abort', leave, { once: true })
    try {
      return await Promise.race([wanted.done, left])
    } finally {
      if (leave !== undefined) signal.removeEventListener('abort', leave)
      wanted.waiting -= 1
      if (wanted.waiting === 0 && signal.aborted) wanted.abort.abort(reasonOf(signal))
    }
  }
  function release(): void {
    users -= 1
    if (users > 0) return
    clearTimeout(idle)
    idle = setTimeout(() => current?.close(), times.keepMs)
    idle.unref()
  }

  return {
    async stream(head, target, signal) {
      users += 1
      clearTimeout(idle)
      try {
        const connection = await connected(head, signal)
        const stream = await connection.stream(target, signal)
        stream.once('close', release)
        return stream
      } catch (error) {
        release()
        throw error
      }
    },
    close() {
      clearTimeout(idle)
      opening?.abort.abort(sshFailure(host, 'closed', 'the site was closed'))
      current?.close()
    },
  }
}
