import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** `up`: from the core to the agent. */
export type Direction = 'up' | 'down'

/**
 * What happens to one connection. `half-open`: it is accepted, and then nothing ever comes. `reset`: after so many bytes of that
 * direction. `lost`: the request goes through whole, its answer is swallowed, and the connection is reset; `begins` picks the
 * request by the text it begins with.
 */
export type Fault =
  | { kind: 'none' }
  | { kind: 'cut' }
  | { kind: 'half-open' }
  | { kind: 'delay'; ms: number }
  | { kind: 'reset'; direction: Direction; after: number }
  | { kind: 'lost'; begins?: string }

export interface FaultProxy {
  url: string
  /** Decides about each new connection, which are counted from 0; the default lets all pass. */
  plan: (connection: number) => Fault
  /** How often each fault has really struck. */
  struck: Map<Fault['kind'], number>
  /** Breaks every connection that stands now. */
  cut(): void
  /** Breaks every connection and refuses new ones, as a lost network does. */
  down(): void
  up(): void
  /** Lets nothing through any more and tells nobody, as a cable that was pulled out; new connections are taken and wait. */
  mute(): void
  /** Lets all through again: what was held back arrives. `forgotten`: only of what is new, as behind a router that has restarted. */
  unmute(how?: 'forgotten'): void
  close(): Promise<void>
}

/** Passes bytes on as they are, or treats them as bad networks do. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  let connections = 0
  let isDown = false
  const gate = new Gate()
  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
  }
  const server = createServer((near) => {
    keep(near)
    if (isDown) {
      near.resetAndDestroy()
      return
    }
    const fault = proxy.plan(connections++)
    if (fault.kind !== 'cut' && fault.kind !== 'half-open') {
      join(near, fault)
      return
    }
    strike(fault)
    if (fault.kind === 'cut') near.resetAndDestroy()
    else near.resume()
  })
  const strike = ({ kind }: Fault): void => void proxy.struck.set(kind, (proxy.struck.get(kind) ?? 0) + 1)

  function join(near: Socket, fault: Fault): void {
    const far = connect(Number(port), hostname)
    keep(far)
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const)
      one.on('close', () => other.destroy())
    const reset = (): void => {
      strike(fault)
      near.resetAndDestroy()
      far.resetAndDestroy()
    }
    if (fault.kind === 'lost') return loseAnswer(near, far, fault, reset)
    if (fault.kind === 'delay') {
      strike(fault)
      delayed(near, far, fault.ms)
      delayed(far, near, fault.ms)
      return
    }
    const at = fault.kind === 'reset' ? fault : undefined
    const door = gate.door()
    passing(near, far, { bytes: at?.direction === 'up' ? at.after : Infinity, reset, door })
    passing(far, near, { bytes: at?.direction === 'down' ? at.after : Infinity, reset, door })
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  const proxy: FaultProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    plan: () => ({ kind: 'none' }),
    struck: new Map(),
    cut,
    down() {
      isDown = true
      cut()
    },
    up() {
      isDown = false
    },
    mute: () => gate.shut(),
    unmute: (how) => gate.open(how === 'forgotten'),
    async close() {
      isDown = true
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return proxy
}

/** What one connection waits for before anything of it goes on; undefined while it may. */
type Door = () => Promise<void> | undefined

/** Holds back all connections at once. */
class Gate {
  #shut: PromiseWithResolvers<void> | undefined
  /** Connections before this one are held back for ever. */
  #kept = 0
  #doors = 0

  shut(): void {
    this.#shut ??= Promise.withResolvers()
  }

  open(forgotten: boolean): void {
    if (forgotten) this.#kept = this.#doors
    this.#shut?.resolve()
    this.#shut = undefined
  }

  door(): Door {
    const number = this.#doors++
    return () =>
      number < this.#kept ? forever : this.#shut?.promise.then(() => (number < this.#kept ? forever : undefined))
  }
}
const forever = new Promise<void>(() => undefined)

/** Passes on so many bytes, and what comes behind them no more. */
function passing(
  from: Socket,
  to: Socket,
  { bytes, reset, door }: { bytes: number; reset: () => void; door: Door },
): void {
  let left = bytes
  const pass = (piece: Buffer): void => {
    const part = piece.subarray(0, left)
    left -= part.length
    if (left > 0) {
      if (!to.write(part)) {
        from.pause()
        to.once('drain', () => from.resume())
      }
      return
    }
    // What belongs to it still arrives; the reset follows.
    from.pause()
    to.write(part, reset)
  }
  const hold = async (piece: Buffer, waiting: Promise<void>): Promise<void> => {
    from.pause()
    await waiting
    from.resume()
    pass(piece)
  }
  from.on('data', (piece: Buffer) => {
    const waiting = door()
    if (waiting === undefined) pass(piece)
    else void hold(piece, waiting)
  })
  from.on('end', () => to.end())
}

function delayed(from: Socket, to: Socket, ms: number): void {
  from.on('data', (piece: Buffer) => {
    setTimeout(() => to.write(piece), ms)
  })
  from.on('end', () => setTimeout(() => to.end(), ms))
}

function loseAnswer(near: Socket, far: Socket, { begins = '' }: { begins?: string }, reset: () => void): void {
  let asked = false
  near.on('data', (piece: Buffer) => {
    asked ||= piece.subarray(0, begins.length).toString() === begins
    far.write(piece)
  })
  near.on('end', () => far.end())
  far.on('data', (piece: Buffer) => {
    if (asked) reset()
    else near.write(piece)
  })
  far.on('end', () => near.end())
}

/** Always the same row of numbers in [0, 1). */
export function numbers(seed: number): () => number {
  let state = seed % 2 ** 32
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}

/** One fault of a bad network; `share`: how many of the connections meet one. */
export function randomFault(random: () => number, share: number): Fault {
  if (random() >= share) return { kind: 'none' }
  const kinds = ['cut', 'half-open', 'delay', 'reset', 'reset', 'lost', 'lost', 'lost'] as const
  const kind = kinds[Math.floor(random() * kinds.length)] ?? 'cut'
  switch (kind) {
    case 'delay':
      return { kind, ms: 20 + Math.floor(random() * 200) }
    case 'reset':
      // Within the head, the body, or somewhere in a chunk of an upload.
      return { kind, direction: random() < 0.5 ? 'up' : 'down', after: 1 + Math.floor(random() ** 3 * 20_000) }
    case 'lost':
      return random() < 0.5 ? { kind } : { kind, begins: 'POST ' }
    default:
      return { kind }
  }
}
