import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { hasPart } from '../../helpers/parts.ts'
import type { Words } from './run.ts'

const HOST = '10.77.0.2'
const wanlink =
  process.env['HEADWAY_WANLINK'] ?? fileURLToPath(new URL('../../../../shared/tools/wanlink', import.meta.url))
let links = 0

/** Two machines: what is run on either, and the address of the far one. */
export interface Ends {
  /** Words before a command of the user's machine, and before one of the cluster's. */
  near: Words
  far: Words
  host: string
}

/** This machine by itself. */
export const loopback: Ends = { near: [], far: [], host: '127.0.0.1' }

export interface Link {
  /** One way. */
  delayMs: number
  mbit: number
  /** Percent, each way. */
  loss: number
}

/** What this machine lacks for a long link, in words; undefined where it lacks nothing. */
export function lackedForLink(): string | undefined {
  if (process.getuid?.() !== 0) return 'root (network namespaces)'
  if (!hasPart('ip')) return 'ip (package iproute2)'
  if (!hasPart('ping')) return 'ping (package iputils-ping)'
  if (!hasPart('gcc')) return 'gcc (package gcc)'
  return existsSync(wanlink) ? undefined : 'wanlink (HEADWAY_WANLINK names it)'
}

/** Two network namespaces with a long link between them. */
export function openLink({ delayMs, mbit, loss }: Link): Ends & Disposable {
  const name = `hb${process.pid}-${(links += 1)}`
  const down = (): void => void spawnSync('bash', [wanlink, 'down', name], { stdio: 'ignore' })
  // Also where the run is broken off.
  process.once('exit', down)
  const up = ['up', name, delayMs, mbit, loss].map(String)
  const { status, stderr } = spawnSync('bash', [wanlink, ...up], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`wanlink ${up.join(' ')} ended with ${status}: ${stderr}`)
  const inside = (side: string): Words => ['ip', 'netns', 'exec', `${name}-${side}`]
  return {
    near: inside('near'),
    far: inside('far'),
    host: HOST,
    [Symbol.dispose]() {
      process.off('exit', down)
      down()
    },
  }
}
