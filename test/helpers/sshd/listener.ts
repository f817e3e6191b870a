import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'

/** Starts a server and waits until it listens; rejects where it does not. With `hostname` in a UTS namespace of its own. */
export async function startListener(
  program: string,
  args: string[],
  port: number,
  hostname?: string,
): Promise<ChildProcess> {
  // sshd insists on this folder; it is not there where nobody has started sshd since the machine came up. It stays: the
  // servers of other test files need it too.
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  const named = ['-u', 'sh', '-c', 'hostname "$1" && shift && exec "$@"', 'sh', hostname ?? '', program, ...args]
  const child =
    hostname === undefined ? spawn(program, args, { stdio: 'ignore' }) : spawn('unshare', named, { stdio: 'ignore' })
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
