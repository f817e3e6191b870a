import { MessageChannelMain, utilityProcess, type MessagePortMain, type UtilityProcess } from 'electron'
import type { Logger } from '../core/platform.ts'
import type { CoreStart, FromCore, Services, Standing, ToCore } from './messages.ts'

/** Keeps a core running in a process of its own, and connects windows to it. */
export interface CoreHost {
  /** Calls `hand` with a port to the core: at once, or as soon as it runs (again). A later call of the same window counts. */
  connect(window: number, hand: (port: MessagePortMain) => void): void
  /** The same with a port for the bytes of a viewer; what the ticket is worth, the core says over it. */
  view(ticket: string, hand: (port: MessagePortMain) => void): void
  forget(window: number): void
  /** Lets the core close its journals; ends it by force after `graceMs`. */
  stop(): Promise<void>
}

export interface CoreHostOptions {
  /** The built core-process.ts. */
  program: string
  start: CoreStart
  services: Services
  log: Logger
  /** The core ended and is started again; also told when it did so many times in a row. */
  onRestart?: (attempt: number) => void
  onStanding: (standing: Standing) => void
  /** It is not clear yet whether the data is in use on another machine. */
  onWait: (sentence: string) => void
  /** The data is in use elsewhere; the core is not started again. */
  onUnavailable: (sentence: string) => void
}

const graceMs = 4_000
/** Up to 30 s between starts; a core that ran for a minute begins anew. */
const backOff = (attempt: number): number => Math.min(30_000, 250 * 2 ** attempt)
const healthyMs = 60_000

export function createCoreHost(options: CoreHostOptions): CoreHost {
  const { program, start, services, log, onRestart } = options
  /** Who waits for the core to run, by what was asked for. */
  const waiting = new Map<string, () => void>()
  let child: UtilityProcess | undefined
  let ready = false
  let stopping = false
  let attempt = 0
  let timer: NodeJS.Timeout | undefined

  function launch(): void {
    const started = Date.now()
    const next = utilityProcess.fork(program, [], { serviceName: 'Headway core', stdio: 'inherit' })
    child = next
    next.on('message', (message: FromCore) => receive(next, message))
    next.on('exit', (code) => {
      child = undefined
      ready = false
      if (stopping) return
      attempt = Date.now() - started > healthyMs ? 1 : attempt + 1
      log.error('the core ended and is started again', { code, attempt })
      onRestart?.(attempt)
      timer = setTimeout(launch, backOff(attempt))
    })
    send(next, { type: 'start', start })
  }

  function receive(from: UtilityProcess, message: FromCore): void {
    switch (message.type) {
      case 'ready': {
        ready = true
        const all = [...waiting.values()]
        waiting.clear()
        for (const again of all) again()
        return
      }
      case 'standing':
        return options.onStanding(message.standing)
      case 'waiting':
        return options.onWait(message.sentence)
      case 'unavailable':
        stopping = true
        return options.onUnavailable(message.sentence)
      case 'failed':
        return log.error('the core failed', { reason: message.reason })
      case 'ask':
        void reply(from, message)
    }
  }

  async function reply(to: UtilityProcess, asked: Extract<FromCore, { type: 'ask' }>): Promise<void> {
    const { id } = asked
    try {
      send(to, { type: 'answer', id, value: await answer(asked) })
    } catch (error) {
      send(to, { type: 'answer', id, error: error instanceof Error ? error.message : String(error) })
    }
  }

  /** Own names only: what is asked for comes from another process. */
  async function answer({ service, input }: Extract<FromCore, { type: 'ask' }>): Promise<unknown> {
    if (!Object.hasOwn(services, service)) throw new Error(`no service ${service}`)
    const call = services[service] as (...input: unknown[]) => Promise<unknown>
    return call(...input)
  }

  function join(key: string, message: ToCore, hand: (port: MessagePortMain) => void): void {
    if (child === undefined || !ready) {
      waiting.set(key, () => join(key, message, hand))
      return
    }
    const { port1, port2 } = new MessageChannelMain()
    send(child, message, [port1])
    hand(port2)
  }

  launch()
  return {
    connect: (window, hand) => join(`window ${window}`, { type: 'window' }, hand),
    view: (ticket, hand) => join(`viewer ${ticket}`, { type: 'viewer', ticket }, hand),
    forget: (window) => void waiting.delete(`window ${window}`),
    async stop() {
      stopping = true
      clearTimeout(timer)
      const last = child
      if (last === undefined) return
      await new Promise<void>((resolve) => {
        last.once('exit', () => resolve())
        send(last, { type: 'stop' })
        setTimeout(() => last.kill(), graceMs).unref()
      })
    },
  }
}

const send = (to: UtilityProcess, message: ToCore, ports: MessagePortMain[] = []): void =>
  to.postMessage(message, ports)
