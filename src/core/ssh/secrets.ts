import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import type { Logger, SecretStore } from '../platform.ts'

const Kept = Type.Record(Type.String(), Type.String())
type Kept = Static<typeof Kept>

/**
 * What a site's user typed and may be used again: passphrases of keys and passwords of hops. For the life of the process, and
 * in the host's store where the user wished it. One-time codes never come here.
 */
export interface SshSecrets {
  /** Whether `remember` with `keep` outlives the process. */
  readonly canKeep: boolean
  get(name: string): string | undefined
  remember(name: string, value: string, keep: boolean): Promise<void>
  /** It was refused: neither this process nor the store has it any more. */
  forget(name: string): Promise<void>
  /** Forgets all, in the store too. */
  clear(): Promise<void>
}

export const passphraseOf = (file: string): string => `passphrase ${file}`
export const passwordOf = (host: string): string => `password ${host}`
/** The password that answered the one prompt a hop had, by keyboard-interactive. */
export const onlyPromptOf = (host: string): string => `prompt ${host}`

export async function openSshSecrets(store: SecretStore, key: string, log: Logger): Promise<SshSecrets> {
  const kept: Kept = await read()
  const values = new Map<string, string>(Object.entries(kept))
  const mayKeep = new Set(values.keys())
  let storing: Promise<void> = Promise.resolve()

  async function read(): Promise<Kept> {
    try {
      const value: unknown = JSON.parse((await store.get(key)) ?? '{}')
      return Value.Check(Kept, value) ? value : {}
    } catch {
      return {}
    }
  }
  /** A store that fails costs typing it again after the next start, not the connection at hand. */
  function save(): Promise<void> {
    const wanted = Object.fromEntries([...values].filter(([name]) => mayKeep.has(name)))
    storing = storing
      .then(() => (mayKeep.size === 0 ? store.delete(key) : store.set(key, JSON.stringify(wanted))))
      .catch((error: unknown) => log.warn('a secret of a site could not be stored', { reason: String(error) }))
    return storing
  }
  return {
    canKeep: store.persistent,
    get: (name) => values.get(name),
    async remember(name, value, keep) {
      values.set(name, value)
      if (keep && store.persistent) mayKeep.add(name)
      if (mayKeep.has(name)) await save()
    },
    async forget(name) {
      values.delete(name)
      if (mayKeep.delete(name)) await save()
    },
    async clear() {
      values.clear()
      mayKeep.clear()
      await save()
    },
  }
}

/**
 * The secrets for a further node of a cluster: accounts have one password on all of them, so that of the head node is tried before
 * it is asked for. `refused` remembers what was in vain. Names are those of the hops; without a head there is nothing more to know.
 */
export function withPasswordOf(
  secrets: SshSecrets,
  node: string,
  head: string | undefined,
  refused: Set<string>,
): SshSecrets {
  const same = new Map<string, string>()
  if (head !== undefined) for (const keyOf of [passwordOf, onlyPromptOf]) same.set(keyOf(node), keyOf(head))
  return {
    canKeep: secrets.canKeep,
    get(name) {
      const known = secrets.get(name)
      const other = same.get(name)
      return known ?? (other === undefined || refused.has(name) ? undefined : secrets.get(other))
    },
    remember: (name, value, keep) => secrets.remember(name, value, keep),
    async forget(name) {
      refused.add(name)
      await secrets.forget(name)
    },
    clear: () => secrets.clear(),
  }
}
