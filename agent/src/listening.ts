import { chmodSync, lstatSync, rmSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { dirname } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { type Config, SettingError } from './config.ts'
import { ownFolder } from './kit/runtime-folder.ts'

/** A socket left by an agent that died is in the way; one that somebody listens on is not ours to remove, nor is a file. */
async function clearSocket(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return
  if (!found.isSocket()) throw new SettingError('HEADWAY_SOCKET', `there is something else at ${path}`)
  const isAlive = await new Promise<boolean>((resolve) => {
    const probe = connect(path)
    probe.once('connect', () => {
      probe.destroy()
      resolve(true)
    })
    probe.once('error', () => resolve(false))
  })
  if (isAlive) throw new SettingError('HEADWAY_SOCKET', `another process listens on ${path}`)
  rmSync(path, { force: true })
}

/** Listens where the settings say, and gives the address. Throws SettingError where that cannot be. */
export async function listen(app: FastifyInstance, config: Config): Promise<string> {
  const { socket, host, port } = config
  try {
    if (socket === undefined) return await app.listen({ host, port })
    await clearSocket(socket)
    await app.listen({ path: socket })
    chmodSync(socket, 0o600)
    return `unix:${socket}`
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error && error.syscall === 'listen')) throw error
    const key = socket === undefined ? 'HEADWAY_HOST, HEADWAY_PORT' : 'HEADWAY_SOCKET'
    throw new SettingError(key, `the agent cannot listen there: ${error.message}`)
  }
}

/** A further listener on `path` for the same server: its connections are the server's own. */
async function listenAgain(app: FastifyInstance, path: string): Promise<Server> {
  await clearSocket(path)
  const door = createServer((connection) => app.server.emit('connection', connection))
  await new Promise<void>((resolve, reject) => {
    door.once('error', reject)
    door.listen(path, resolve)
  })
  door.on('error', (error) => app.log.error({ err: error }, 'a connection could not be taken'))
  chmodSync(path, 0o600)
  return door
}

const inodeOf = (path: string) => lstatSync(path, { throwIfNoEntry: false })?.ino

/**
 * Looks from time to time whether the socket still has its name: cleaners of /tmp take it away, and a logout takes the whole of
 * `$XDG_RUNTIME_DIR`. Where it has not, listens anew, at the place that `choose` then gives, and tells `onMoved`; connections
 * that are open go on. Gives the function that ends it.
 */
export function keepSocket(
  app: FastifyInstance,
  {
    path,
    choose,
    onMoved,
    everyMs,
  }: {
    path: string
    choose: () => string
    onMoved: (path: string) => void
    everyMs: number
  },
): () => void {
  let inode = inodeOf(path)
  let at = path
  let door: Server | undefined
  let isOver = false
  const look = async () => {
    if (inode !== undefined && inodeOf(at) === inode) return
    // Closed first: with its listener Node removes whatever has that name by then.
    await new Promise<void>((resolve) => (door === undefined ? resolve() : closeDoor(door, resolve)))
    door = undefined
    const next = choose()
    ownFolder(dirname(next))
    const fresh = await listenAgain(app, next)
    if (isOver) {
      fresh.close()
      return
    }
    door = fresh
    at = next
    inode = inodeOf(next)
    onMoved(next)
    app.log.warn({ socket: next }, 'the socket was gone; the agent listens anew')
  }
  let timer: NodeJS.Timeout
  const again = () => {
    timer = setTimeout(() => {
      look()
        .catch((error: unknown) => app.log.error({ err: error }, 'the socket is gone and could not be made anew'))
        .finally(() => {
          if (!isOver) again()
        })
    }, everyMs)
    timer.unref()
  }
  again()
  return () => {
    isOver = true
    clearTimeout(timer)
    door?.close()
  }
}

/** Its open connections stay with the server; waiting for them to end would be waiting for the users. */
function closeDoor(door: Server, then: () => void): void {
  door.close()
  setImmediate(then)
}
