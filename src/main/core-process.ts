import { join } from 'node:path'
import type { MessagePortMain } from 'electron'
import type { Settings } from '../../contract/settings.ts'
import { createCore, type Core } from '../core/index.ts'
import {
  createFileLog,
  heldText,
  lostText,
  ownFolder,
  ownTimes,
  serveViewer,
  waitingText,
  type OwnFolder,
} from '../core/host-kit/index.ts'
import type { Logger, Platform } from '../core/platform.ts'
import { bytesOverPort } from '../rpc/bytes-port.ts'
import { portFromMessagePort } from '../rpc/message-port.ts'
import { hostEnvironment } from './config.ts'
import type { CoreStart, FromCore, Service, Services, Standing, ToCore } from './messages.ts'
import { languageOf } from './texts.ts'

/**
 * The core in a process of its own (SQLite and transfers must not stall the window's input). What only Electron can do
 * is asked of the main process.
 */
/** To the main process. */
const port = process.parentPort
const post = (message: FromCore): void => port.postMessage(message)

const asked = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
let lastId = 0

function ask<S extends Service>(service: S, ...input: Parameters<Services[S]>): ReturnType<Services[S]> {
  return new Promise((resolve, reject) => {
    lastId += 1
    asked.set(lastId, { resolve, reject })
    post({ type: 'ask', id: lastId, service, input })
  }) as ReturnType<Services[S]>
}

function platformOf(start: CoreStart, log: Logger): Platform {
  const { version, locale, capabilities, paths, localSite, secretsReason } = start
  return {
    version,
    locale,
    capabilities,
    paths,
    ...(localSite === undefined ? {} : { localSite }),
    secrets: {
      persistent: secretsReason === undefined,
      ...(secretsReason === undefined ? {} : { reason: secretsReason }),
      get: (key) => ask('secretGet', key),
      set: (key, value) => ask('secretSet', key, value),
      delete: (key) => ask('secretDelete', key),
    },
    openExternal: (url) => ask('openExternal', url),
    pickFiles: (folders) => ask('pickFiles', folders),
    notify: (notice) => ask('notify', notice),
    environment: hostEnvironment,
    proxy: {
      environment: start.proxyEnvironment,
      resolve: (url, pac) => ask('resolveProxy', url, pac),
    },
    log,
  }
}

/** Undefined where there is none yet, or none any more: the data belongs to another process. */
let core: Promise<Core> | undefined
let own: OwnFolder | undefined
let log: Logger | undefined

async function start(wanted: CoreStart, to: Logger): Promise<void> {
  const language = languageOf(wanted.locale)
  const taken = await ownFolder(wanted.paths.data, {
    log: to,
    onWait: (holder) => post({ type: 'waiting', sentence: waitingText(holder, ownTimes.stillMs / 1000, language) }),
    onLost(holder) {
      post({ type: 'unavailable', sentence: lostText(holder, language) })
      void end()
    },
  })
  // The main process ends this one when it has said so.
  if ('holder' in taken) return post({ type: 'unavailable', sentence: heldText(taken.holder, language) })
  own = taken.own
  core = createCore(platformOf(wanted, to))
  tellStanding(await core, language)
  post({ type: 'ready' })
}

/** Tells how much waits to be sent, and the language in which the user wants to hear of it, whenever that changes. */
function tellStanding({ outbox, handlers }: Core, system: Standing['language']): void {
  let told: string | undefined
  let language = system
  const tell = (): void => {
    const standing = { unsent: outbox.unsent(), language }
    if (JSON.stringify(standing) === told) return
    told = JSON.stringify(standing)
    post({ type: 'standing', standing })
  }
  const choose = ({ language: chosen }: Settings): void => {
    language = chosen === 'system' ? system : chosen
    tell()
  }
  outbox.onChange(tell)
  handlers.settings.streams.current({}, { snapshot: choose, event: choose, fail: () => undefined })
}

let ending: Promise<void> | undefined
const end = (): Promise<void> => (ending ??= closeCore())

/** The core closes its journals before others may have them. */
async function closeCore(): Promise<void> {
  const running = core
  core = undefined
  await (await running)?.close()
  await own?.release()
}

async function receive(message: ToCore, windowPort: MessagePortMain | undefined): Promise<void> {
  switch (message.type) {
    case 'start':
      log = createFileLog(join(message.start.paths.data, 'logs', 'core.log'))
      return start(message.start, log)
    case 'window':
      if (windowPort !== undefined) (await core)?.serve(portFromMessagePort(windowPort))
      return
    case 'viewer': {
      const running = await core
      if (windowPort === undefined || running === undefined || log === undefined) return
      const port = portFromMessagePort(windowPort)
      await serveViewer(
        (listener) => bytesOverPort(port, listener),
        () => running.takeViewer(message.ticket),
        log,
      )
      return
    }
    case 'answer': {
      const waiting = asked.get(message.id)
      asked.delete(message.id)
      if (message.error === undefined) waiting?.resolve(message.value)
      else waiting?.reject(new Error(message.error))
      return
    }
    case 'stop':
      await end()
      process.exit(0)
  }
}

port.on('message', (event) => {
  receive(event.data as ToCore, event.ports[0]).catch((error: unknown) => {
    post({ type: 'failed', reason: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    process.exit(1)
  })
})
