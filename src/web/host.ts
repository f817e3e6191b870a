import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { WebSocket } from 'ws'
import { createCore } from '../core/index.ts'
import { heldText, lostText, ownFolder, ownTimes, waitingText } from '../core/host-kit/index.ts'
import { maxFrame } from '../rpc/frames.ts'
import type { Port } from '../rpc/port.ts'
import { portFromWebSocket } from '../rpc/web-socket-port.ts'
import { readWebConfig, type WebConfig } from './config.ts'
import { createIntake, pieceBytes } from './intake.ts'
import { nodePlatform } from './platform.ts'
import { startServer } from './server.ts'

export interface WebHost {
  /** Where it listens, without a token. */
  url: string
  /** The address with a new one-time token in its fragment; an unused older one stops working. */
  address(): string
  /** Opens an address in the system's browser; rejects with a sentence where there is none. */
  openBrowser(address: string): Promise<void>
  /** Resolves when the data came into other hands, with a sentence to say: this host must be closed then. */
  lost: Promise<string>
  /** What to say at the end of work that is not sent yet; undefined where there is none. */
  unsent(): string | undefined
  close(): Promise<void>
}

export interface WebHostOptions extends Partial<WebConfig> {
  /** Folder of journals, settings and secrets; default as in platform.ts. */
  data?: string
  /** Folder of the built window; default: beside the bundle, or in dist/ of the repository. */
  renderer?: string
  /** Told a sentence while it is not clear yet whether the data is in use on another machine. */
  onWait?: (sentence: string) => void
}

/** What may wait for a page that does not read, in bytes; streams stop long before (they go by credit). */
const unreadLimit = 256 * 1024 * 1024

/** Starts a core and serves its window on 127.0.0.1. Throws a sentence where another host holds the same data. */
export async function startWebHost(options: WebHostOptions = {}): Promise<WebHost> {
  const { port, localSite } = { ...readWebConfig(), ...options }
  const intake = createIntake()
  const platform = await nodePlatform({
    ...(options.data === undefined ? {} : { data: options.data }),
    ...(localSite === undefined ? {} : { localSite }),
    openSource: ({ token }) => Promise.resolve(intake.open(token)),
  })
  const lost = Promise.withResolvers<string>()
  const taken = await ownFolder(platform.paths.data, {
    log: platform.log,
    onLost: (holder) => lost.resolve(lostText(holder, 'en')),
    onWait: (holder) => options.onWait?.(waitingText(holder, ownTimes.stillMs / 1000, 'en')),
  })
  if ('holder' in taken) throw new Error(heldText(taken.holder, 'en'))
  const renderer = options.renderer ?? rendererFolder()
  const core = await createCore(platform)
  const server = await startServer({
    renderer,
    port,
    log: platform.log,
    serveRpc: (socket) => core.serve(boundedPort(socket)),
    serveIntake: (socket) => intake.attach(socket),
    takeDownload: (ticket) => core.takeDownload(ticket),
    takeViewer: (ticket) => core.takeViewer(ticket),
    // Frames count characters, the socket bytes: up to three each.
    maxRpcBytes: 3 * maxFrame,
    maxIntakeBytes: pieceBytes + 4,
  })
  return {
    url: server.url,
    address: () => `${server.url}#token=${server.mint()}`,
    openBrowser: (address) => platform.openExternal(address),
    lost: lost.promise,
    unsent: () => unsentText(core.outbox.unsent()),
    async close() {
      await server.close()
      await core.close()
      await taken.own.release()
    },
  }
}

function unsentText(count: number): string | undefined {
  if (count === 0) return undefined
  return count === 1
    ? '1 entry waits in the outbox. It is kept, and goes out at the next start.'
    : `${count} entries wait in the outbox. They are kept, and go out at the next start.`
}

/** A page that stopped reading is cut off rather than kept in memory; it gets a snapshot when it comes back. */
function boundedPort(socket: WebSocket): Port {
  const port = portFromWebSocket(socket)
  return {
    ...port,
    post(message) {
      port.post(message)
      if (socket.bufferedAmount > unreadLimit) socket.terminate()
    },
  }
}

function rendererFolder(): string {
  const places = ['../renderer', '../../dist/renderer'].map((place) => fileURLToPath(new URL(place, import.meta.url)))
  const found = places.find((place) => existsSync(`${place}/index.html`))
  if (found === undefined) throw new Error('The window was not built. Run `npm run build`.')
  return found
}
