import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { writeWhole } from '../core/kit/files.ts'
import { waitForFolder } from '../core/host-kit/index.ts'
import { openStored } from '../core/kit/stored.ts'
import type { Logger, SecretStore } from '../core/platform.ts'

const Sealed = Type.Record(Type.String(), Type.String())

/**
 * Secrets in a file, encrypted (AES-256-GCM) with a key in a file beside it; both 0600 in a 0700 folder.
 *
 * This keeps tokens from casual reading: a backup of one file, a search over the home folder, a look over the shoulder.
 * It is no protection from anybody who can read the user's files, as there is no key store of the system here to ask.
 * A secret that no longer fits the key is as good as none: the user signs in again.
 */
export async function createFileSecrets(folder: string, log: Logger): Promise<SecretStore> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const key = await readKey(join(folder, 'secrets.key'))
  // Read anew each time: another process may have stored meanwhile (several commands of the terminal).
  const open = () =>
    openStored<Record<string, string>>({
      path: join(folder, 'secrets.json'),
      migrations: [],
      read: (value) => (Value.Check(Sealed, value) ? value : undefined),
      initial: {},
      log,
    })
  /** One change after the other, in the order they were asked for: a deleted secret must not come back. */
  let changed: Promise<void> = Promise.resolve()
  const change = (make: (sealed: Record<string, string>) => Record<string, string> | undefined): Promise<void> => {
    const apply = async (): Promise<void> => {
      const stored = await open()
      const value = make(stored.value)
      if (value !== undefined) await stored.set(value)
    }
    const next = changed.then(apply)
    changed = next.catch(() => undefined)
    return next
  }
  return {
    persistent: true,
    async get(name) {
      await changed
      const sealed = (await open()).value[name]
      if (sealed === undefined) return undefined
      try {
        return unseal(key, name, sealed)
      } catch {
        log.warn('a stored secret does not fit its key; sign in again', { name })
        return undefined
      }
    },
    set: (name, value) => change((sealed) => ({ ...sealed, [name]: seal(key, name, value) })),
    delete: (name) => change(({ [name]: gone, ...rest }) => (gone === undefined ? undefined : rest)),
    async exclusively(run) {
      const lock = await waitForFolder(join(folder, 'secrets.lock'))
      try {
        return await run()
      } finally {
        lock.release()
      }
    },
  }
}

async function readKey(path: string): Promise<Buffer> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  const found = Buffer.from(text, 'base64')
  if (found.length === 32) return found
  const key = randomBytes(32)
  await writeWhole(path, key.toString('base64'))
  return key
}

/** `iv ‖ tag ‖ ciphertext`; the name is authenticated too, so that values cannot change places. */
function seal(key: Buffer, name: string, value: string): string {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(name))
  const sealed = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64')
}

function unseal(key: Buffer, name: string, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 })
  decipher.setAAD(Buffer.from(name)).setAuthTag(bytes.subarray(12, 28))
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
}
