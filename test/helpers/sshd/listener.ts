import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'

/** What is otherwise for a server than for this machine: its name, and what is in `/etc/headway` (a folder of ours). */
export interface Otherwise {
  hostname?: string
  etc?: string
}

/** Where the administrator of a site says which agent serves it. */
export const siteFolder = '/etc/headway'
/** Runs the rest of its arguments in namespaces of its own. `$1`: the name, `$2`: the folder; empty where they are as usual. */
const otherwise = `[ -z "$1" ] || hostname "$1"; [ -z "$2" ] || mount --bind "$2" ${siteFolder} || exit 1; shift 2; exec "$@"`

/** Starts a server and waits until it listens; rejects where it does not. */
export async function startListener(
  program: string,
  args: string[],
  port: number,
  { hostname, etc }: Otherwise = {},
): Promise<ChildProcess> {
  // sshd insists on this folder; it is not there where nobody has started sshd since the machine came up. It stays: the
  // servers of other test files need it too.
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  // What is mounted on must be there. It stays, empty: the servers of other test files may need it just now.
  if (etc !== undefined) mkdirSync(siteFolder, { recursive: true, mode: 0o755 })
  const apart = ['-u', '-m', 'sh', '-c', otherwise, 'sh', hostname ?? '', etc ?? '', program, ...args]
  const isUsual = hostname === undefined && etc === undefined
  const child = isUsual ? spawn(program, args, { stdio: 'ignore' }) : spawn('unshare', apart, { stdio: 'ignore' })
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null
  for (let tries = 0; tries < 200 && !isOver(); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 25))
    if (await answers(port)) {
      if (isOver()) break
      return child
    }
  }
  await endListener(child, 'SIGKILL')
  throw new Error(`nothing of ours listens on port ${port}`)
}

/** Ends it, and waits until it has. */
export async function endListener(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const over = new Promise((resolve) => child.once('exit', resolve))
  child.kill(signal)
  await over
}

/** A port of 127.0.0.1 that nobody listens on just now. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}
