import { safeStorage } from 'electron'
import Store from 'electron-store'
import type { Logger } from '../core/platform.ts'

/** Secrets as the core asks for them. `reason` is there where the system offers no encryption: they live in memory then. */
export interface Secrets {
  reason?: string
  get(key: string): Promise<string | undefined>
  set(key: string, value: string): Promise<void>
  delete(key: string): Promise<void>
}

/** Chromium marks what it sealed with the password that everybody knows (Linux without a key store). */
const sealedWithKnownPassword = Buffer.from('v10')

/** Why the system cannot keep secrets, or undefined where it can. To be asked once the app is ready. */
async function unavailable(system: NodeJS.Platform): Promise<string | undefined> {
  const none = 'The system offers no encryption for stored secrets; you sign in again after each start.'
  if (!(await safeStorage.isAsyncEncryptionAvailable())) return none
  if (system !== 'linux') return undefined
  if (safeStorage.getSelectedStorageBackend() === 'basic_text') return none
  const probe = await safeStorage.encryptStringAsync('probe')
  return probe.subarray(0, sealedWithKnownPassword.length).equals(sealedWithKnownPassword) ? none : undefined
}

/** Secrets sealed by the operating system in a file of their own, or kept in memory where it offers no encryption. */
export async function createSecrets(folder: string, log: Logger, system = process.platform): Promise<Secrets> {
  const reason = await unavailable(system).catch((error: unknown) => String(error))
  if (reason !== undefined) {
    log.warn('secrets are kept in memory only', { reason })
    return { reason, ...inMemory() }
  }
  const store = new Store<{ sealed: Record<string, string> }>({
    cwd: folder,
    name: 'secrets',
    configFileMode: 0o600,
    clearInvalidConfig: true,
    defaults: { sealed: {} },
  })
  const put = async (key: string, value: string): Promise<void> => {
    const sealed = (await safeStorage.encryptStringAsync(value)).toString('base64')
    store.set('sealed', { ...store.get('sealed'), [key]: sealed })
  }
  return {
    async get(key) {
      const sealed = store.get('sealed')[key]
      if (sealed === undefined) return undefined
      try {
        const { result, shouldReEncrypt } = await safeStorage.decryptStringAsync(Buffer.from(sealed, 'base64'))
        if (shouldReEncrypt) await put(key, result)
        return result
      } catch (error) {
        // A locked key store opens later; what is sealed stays.
        log.warn('a stored secret could not be opened', { key, reason: String(error) })
        return undefined
      }
    },
    set: put,
    delete: (key) => {
      const { [key]: _gone, ...rest } = store.get('sealed')
      store.set('sealed', rest)
      return Promise.resolve()
    },
  }
}

function inMemory(): Secrets {
  const values = new Map<string, string>()
  return {
    get: (key) => Promise.resolve(values.get(key)),
    set: (key, value) => Promise.resolve(void values.set(key, value)),
    delete: (key) => Promise.resolve(void values.delete(key)),
  }
}
