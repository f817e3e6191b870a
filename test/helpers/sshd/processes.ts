import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { basename } from 'node:path'

interface Running {
  pid: number
  parent: number
  /** Real user id. */
  uid: number
  /** File name of the program; empty where it has ended already. */
  program: string
}

function running(): Running[] {
  const all: Running[] = []
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8')
      // The name in brackets may hold anything; what follows its last bracket is "state parent …" (proc(5)).
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (state === 'Z' || state === 'X') continue
      const { uid } = statSync(`/proc/${entry}`)
      all.push({ pid: Number(entry), parent: Number(parent), uid, program: programOf(entry) })
    } catch {
      // It has ended since it was listed.
    }
  }
  return all
}

function programOf(pid: string): string {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`)).replace(' (deleted)', '')
  } catch {
    return ''
  }
}

/** The processes of sshd (its own only, no shells and no daemons that a user left behind) that descend from this one. */
export function connectionsOf(listener: number): number[] {
  const all = running()
  const found: number[] = []
  const walk = (parent: number): void => {
    for (const one of all) {
      if (one.parent !== parent) continue
      // Since OpenSSH 9.8 connections are handled by `sshd-session` and `sshd-auth`.
      if (one.program.startsWith('sshd')) found.push(one.pid)
      walk(one.pid)
    }
  }
  walk(listener)
  return found
}

export function isSshd(pid: number): boolean {
  return programOf(String(pid)).startsWith('sshd')
}

/** Ends every process of an account of our own making, and waits until none is left. */
export async function endProcessesOf(uid: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const left = running().filter((one) => one.uid === uid)
    if (left.length === 0) return
    for (const { pid } of left) end(pid)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

export function end(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended by itself.
  }
}
