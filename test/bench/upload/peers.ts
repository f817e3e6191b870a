import { once } from 'node:events'
import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { hasPart } from '../../helpers/parts.ts'
import type { Ends } from './ends.ts'
import { settle } from './files.ts'
import { leftOut } from './print.ts'
import { output, seconds, secondsPiped, start } from './run.ts'
import { lackedForSsh, startSshd, type Sshd } from './sshd.ts'

/** What a user would take instead; each way sends a file or a folder to a place of its own. */
export interface Peers extends AsyncDisposable {
  /** Those that are here, by name, each with the seconds that it takes. */
  file: Record<string, (path: string) => Promise<number>>
  /** `scp -r`, and tar on both ends of ssh. */
  folder: Record<string, (path: string) => Promise<number>>
  /** Bytes that cross when rsync sends a file again over its former version, both ways; undefined without rsync. */
  rsyncAgain?: (before: string, after: string) => Promise<number>
}

/** @param folder Of theirs alone; they store in it. What is not on this machine is said and left out. */
export async function startPeers(name: string, ends: Ends, folder: string): Promise<Peers> {
  const stack = new AsyncDisposableStack()
  mkdirSync(folder)
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  const peers: Peers = { file: {}, folder: {}, [Symbol.asyncDispose]: () => stack.disposeAsync() }
  const target = join(folder, 'stored')
  const cleared = async (time: Promise<number>): Promise<number> => {
    const taken = await time
    settle(target)
    return taken
  }
  let kept = 0
  const setAside = async (time: Promise<number>): Promise<number> => {
    const taken = await time
    renameSync(target, `${target}-${(kept += 1)}`)
    settle()
    return taken
  }
  const lacked = lackedForSsh()
  if (lacked === undefined) {
    const sshd = stack.use(await startSshd(ends, join(folder, 'ssh')))
    addSshPeers(name, peers, { ends, sshd, target, cleared, setAside })
  } else leftOut(`${name}-scp`, lacked)
  if (hasPart('curl')) {
    const sink = stack.use(await startSink(ends, target))
    peers.file['curl'] = (path) => cleared(seconds([...ends.near, 'curl', '-sS', '--fail', '-T', path, sink.url]))
  } else leftOut(`${name}-curl`, 'curl (package curl)')
  return peers
}

interface SshParts {
  ends: Ends
  sshd: Sshd
  target: string
  cleared: (time: Promise<number>) => Promise<number>
  /** The same for thousands of files, which stay until all is measured: ext4 looks for minutes past the inodes of removed ones. */
  setAside: (time: Promise<number>) => Promise<number>
}

function addSshPeers(
  name: string,
  peers: Peers,
  { ends: { near, host }, sshd, target, cleared, setAside }: SshParts,
): void {
  const login = `${sshd.user}@${host}`
  const ssh = ['ssh', ...sshd.options]
  const scp = [...near, 'scp', ...sshd.options]
  peers.file['scp'] = (path) => cleared(seconds([...scp, path, `${login}:${target}`]))
  peers.folder['scp-r'] = (path) => setAside(seconds([...scp, '-r', path, `${login}:${target}`]))
  peers.folder['tar-ssh'] = async (path) => {
    mkdirSync(target)
    const unpack = [...near, ...ssh, login, 'tar', '-xf', '-', '-C', target]
    return setAside(secondsPiped([...near, 'tar', '-cf', '-', '-C', path, '.'], unpack))
  }
  if (hasPart('rsync')) {
    const rsync = [...near, 'rsync', '-e', ssh.join(' ')]
    peers.file['rsync'] = (path) => cleared(seconds([...rsync, path, `${login}:${target}`]))
    peers.rsyncAgain = async (before, after) => {
      await output([...rsync, before, `${login}:${target}`])
      const told = await output([...rsync, '--stats', '--no-human-readable', after, `${login}:${target}`])
      settle(target)
      return ['sent', 'received'].reduce((sum, way) => sum + bytesIn(told, way), 0)
    }
  } else leftOut(`${name}-rsync`, 'rsync (package rsync)')
  if (hasPart('rclone')) {
    const place = { host, user: sshd.user, port: sshd.port, key_file: sshd.key, shell_type: 'unix' }
    const remote = `:sftp,${Object.entries(place)
      .map(([key, value]) => `${key}=${value}`)
      .join(',')}`
    const rclone = [...near, 'rclone', '--config', '/dev/null', 'copyto']
    peers.file['rclone'] = (path) => cleared(seconds([...rclone, path, `${remote}:${target}`]))
  } else leftOut(`${name}-rclone`, 'rclone (package rclone)')
}

const bytesIn = (told: string, way: string): number =>
  Number(new RegExp(`Total bytes ${way}: ([\\d,]+)`).exec(told)?.[1]?.replaceAll(',', ''))

/** A plain server that writes what is put to it into one file. */
async function startSink({ far, host }: Ends, target: string): Promise<{ url: string } & AsyncDisposable> {
  const program = fileURLToPath(new URL('sink.ts', import.meta.url))
  const child = start([...far, process.execPath, program, host, target])
  const ended = once(child, 'close')
  const [port] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return {
    url: `http://${host}:${port}/`,
    async [Symbol.asyncDispose]() {
      child.kill()
      await ended
    },
  }
}
