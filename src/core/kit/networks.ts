import { isIPv4 } from 'node:net'
import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os'
import type { Network } from '../../../contract/outbox.ts'
import { createEmitter } from './emitter.ts'

/** `changed`: this machine is in other networks now. `woke`: it slept, and whatever stood before may be dead. */
export type NetworkChange = 'changed' | 'woke'

/** The networks that this machine is in. */
export interface Networks {
  /** Sorted by their subnets, each once. */
  current(): Network[]
  onChange(listener: (what: NetworkChange) => void): () => void
  close(): void
}

/** A look that comes so much later than it was due was slept through; a busy machine is not that late. */
const asleepMs = 15_000

/** Node tells of neither: the system is asked every few seconds, by a timer that keeps no process alive. */
export function createNetworks(
  parts: {
    intervalMs?: number
    interfaces?: () => NodeJS.Dict<NetworkInterfaceInfo[]>
    /** The wall clock, in milliseconds: the monotonic one stands still while a machine sleeps. */
    now?: () => number
  } = {},
): Networks {
  const { intervalMs = 5000, interfaces = networkInterfaces, now = Date.now } = parts
  const changes = createEmitter<[NetworkChange]>()
  let known = networksOf(interfaces())
  let lookedAt = now()
  const timer = setInterval(() => {
    const slept = now() - lookedAt > intervalMs + asleepMs
    lookedAt = now()
    const next = networksOf(interfaces())
    const moved = JSON.stringify(next) !== JSON.stringify(known)
    known = next
    if (slept) changes.emit('woke')
    else if (moved) changes.emit('changed')
  }, intervalMs)
  timer.unref()
  return {
    current: () => known,
    onChange: (listener) => changes.on(listener),
    close: () => clearInterval(timer),
  }
}

/** Of addresses that lead out of this machine and beyond its own cable. */
export function networksOf(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>): Network[] {
  const found = new Map<string, Network>()
  const names = Object.keys(interfaces).sort()
  for (const name of names) {
    for (const { internal, address, cidr } of interfaces[name] ?? []) {
      if (internal || cidr === null || isLinkLocal(address)) continue
      const id = subnetOf(cidr)
      if (!found.has(id)) found.set(id, { id, interface: name })
    }
  }
  return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}

const isLinkLocal = (address: string): boolean => address.startsWith('169.254.') || /^fe[89ab]/i.test(address)

/** `192.168.10.7/24` is in `192.168.10.0/24`. */
function subnetOf(cidr: string): string {
  const [address = '', length = ''] = cidr.split('/')
  const kept = Number(length)
  if (isIPv4(address)) return `${masked(address.split('.').map(Number), 8, kept).join('.')}/${length}`
  const words = masked(wordsOf(address), 16, kept).map((word) => word.toString(16))
  // A URL writes an IPv6 address in its one short form.
  return `${new URL(`http://[${words.join(':')}]`).hostname.slice(1, -1)}/${length}`
}

/** The eight words of an IPv6 address. */
function wordsOf(address: string): number[] {
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::')
  const first = wordsIn(head)
  const last = wordsIn(tail ?? '')
  return [...first, ...Array.from({ length: 8 - first.length - last.length }, () => 0), ...last]
}

const wordsIn = (part: string): number[] =>
  part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16))

/** The first `kept` bits of parts of `size` bits each; the others are zero. */
const masked = (parts: number[], size: number, kept: number): number[] =>
  parts.map((part, index) => {
    const mine = Math.min(size, Math.max(0, kept - index * size))
    return part & (2 ** size - 2 ** (size - mine))
  })
