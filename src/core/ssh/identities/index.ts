import { readFile, stat } from 'node:fs/promises'
import { posix, win32 } from 'node:path'
import { readKeyFile, readPublicKey, type KeyFile, type OpenedKey } from './parse.ts'

export { agentPath } from './agent.ts'
export type { OpenedKey } from './parse.ts'

/** A key file that may be tried at a host. */
export interface Identity {
  path: string
  /** RFC 4253 blob, from the file itself or from `.pub` beside it; absent for an encrypted PEM file without that. */
  publicKey?: Buffer
  encrypted: boolean
  /** Known without opening it: why the built-in client cannot use the file, as a clause in English. Its agent may hold the key. */
  unsupported?: string
  /** The certificate that lies beside it and that the built-in client does not use. */
  certificate?: string
  /**
   * Opens the private key; blocks for as long as its key derivation takes, a few hundred milliseconds for an encrypted one.
   * Without a passphrase that is needed: `wrong-passphrase`.
   */
  parse(passphrase?: string): OpenedKey
}

/** Of a host's configuration, what names its keys. Paths are absolute or begin with `~`. */
export interface IdentityChoice {
  identityFiles: readonly string[]
  /** Whether there is a choice at all: `IdentityFile none` leaves an empty one. */
  identitiesConfigured?: boolean
}

export interface FindOptions {
  home: string
  platform?: NodeJS.Platform
  uid?: number
}

const defaults = ['id_ed25519', 'id_ecdsa', 'id_rsa']
/** Bytes; no key is larger (MAX_KEY_FILE_SIZE of OpenSSH). */
const largest = 1024 * 1024

async function textOf(path: string): Promise<string | undefined> {
  try {
    const { size } = await stat(path)
    return size > largest ? '' : await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined
    throw error
  }
}

/**
 * The key files for a host in the order in which ssh tries them: those configured, else `~/.ssh/id_ed25519`, `id_ecdsa`, `id_rsa`.
 * A missing default file is left out; a configured one stays, `unsupported` saying that it is missing. So does one that
 * cannot be read, or that others could read: ssh ignores it too.
 */
export async function findIdentities(choice: IdentityChoice, options: FindOptions): Promise<Identity[]> {
  const { platform = process.platform, uid = process.getuid?.() ?? -1, home } = options
  const isConfigured = choice.identitiesConfigured === true || choice.identityFiles.length > 0
  const paths = platform === 'win32' ? win32 : posix
  const files = isConfigured ? choice.identityFiles : defaults.map((name) => paths.join(home, '.ssh', name))
  const found: Identity[] = []
  for (const file of files.slice(0, 100)) {
    const path = /^~[\\/]/.test(file) ? paths.join(home, file.slice(2)) : file
    const identity = await read(path, platform, uid).catch((error: unknown) =>
      unusable(
        path,
        error instanceof Error && 'code' in error ? `it cannot be read (${String(error.code)})` : 'it cannot be read',
      ),
    )
    if (identity !== undefined) found.push(identity)
    else if (isConfigured) found.push(unusable(path, 'there is no such file'))
  }
  return found
}

function unusable(path: string, unsupported: string, publicKey?: Buffer): Identity {
  const parse = () => ({ unsupported })
  return { path, encrypted: false, unsupported, parse, ...(publicKey === undefined ? {} : { publicKey }) }
}

async function read(path: string, platform: NodeJS.Platform, uid: number): Promise<Identity | undefined> {
  const beside = readPublicKey((await textOf(`${path}.pub`)) ?? '')
  const there = await stat(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined
    throw error
  })
  if (there === undefined) {
    // The private half may be in the agent alone.
    return beside === undefined ? undefined : unusable(path, 'only the public half of the key is here', beside)
  }
  if (!there.isFile()) return unusable(path, 'it is no file', beside)
  const file: KeyFile = readKeyFile((await textOf(path)) ?? '')
  const publicKey = file.publicKey ?? beside
  if (file.isPublic !== true && platform !== 'win32' && there.uid === uid && (there.mode & 0o077) !== 0) {
    return unusable(path, 'others can read the file; chmod 600 makes it private', publicKey)
  }
  const certificate = await stat(`${path}-cert.pub`).then(
    () => `${path}-cert.pub`,
    () => undefined,
  )
  return {
    path,
    encrypted: file.encrypted,
    parse: (passphrase) => file.open(passphrase === '' ? undefined : passphrase),
    ...(publicKey === undefined ? {} : { publicKey }),
    ...(file.unsupported === undefined ? {} : { unsupported: file.unsupported }),
    ...(certificate === undefined ? {} : { certificate }),
  }
}

/** With IdentitiesOnly: the keys, by their blobs, that the agent may be asked to sign with. */
export function onlyThese(identities: readonly Identity[]): Buffer[] {
  return identities.flatMap(({ publicKey }) => (publicKey === undefined ? [] : [publicKey]))
}
