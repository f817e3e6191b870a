import { readFile } from 'node:fs/promises'

/**
 * The user id that owns the other end of a loopback connection, read from Linux' own table of sockets; undefined where
 * there is no such table. An address that is given to a browser as an argument can be read by every user of the machine
 * while the command runs; this is what keeps them from using it first.
 */
export async function peerUser(ourPort: number, theirPort: number): Promise<number | undefined> {
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const text = await readFile(table, 'utf8').catch(() => '')
    const user = findPeer(text, ourPort, theirPort)
    if (user !== undefined) return user
  }
  return undefined
}

const port = (address: string | undefined): number => Number.parseInt(address?.split(':')[1] ?? '', 16)

/** Looks for the row `theirs → ours`: `sl local_address rem_address st queues tr retrnsmt uid …`, ports in hexadecimal. */
export function findPeer(table: string, ourPort: number, theirPort: number): number | undefined {
  const established = '01'
  for (const line of table.split('\n').slice(1)) {
    const [, local, remote, state, , , , uid] = line.trim().split(/\s+/)
    if (state === established && port(local) === theirPort && port(remote) === ourPort) return Number(uid)
  }
  return undefined
}
