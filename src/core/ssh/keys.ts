import ssh2, { type IdentityCallback, type ParsedKey, type SignCallback } from 'ssh2'
import { answerBy } from '../kit/node-callback.ts'
import type { Logger } from '../platform.ts'
import type { Identity } from './identities/index.ts'
import { lateAnswer } from './late-answer.ts'
import type { Ask } from './questions.ts'
import { passphraseOf, type SshSecrets } from './secrets.ts'

// `utils` is none of the names that Node finds in this CommonJS package.
const { BaseAgent, createAgent, utils } = ssh2

export interface KeyParts {
  /** The hop as questions name it. */
  host: string
  /** Path of the agent's socket or pipe, `pageant`; absent where there is none. */
  agent: string | undefined
  /** Only those of the agent's keys may be offered, by their blobs (IdentitiesOnly); absent: all. */
  only: readonly Buffer[] | undefined
  identities: readonly Identity[]
  secrets: SshSecrets
  ask: Ask | undefined
  signal: AbortSignal
  log: Logger
}

type Sign = (data: Buffer, hash: string | undefined) => Promise<Buffer>
interface Offered {
  blob: Buffer
  sign: Sign
}
const maxTries = 3

/**
 * The keys of ssh-agent and of files as one agent. A key is offered by its public half first (RFC 4252, section 7), so that a
 * passphrase is asked only for a key that the server has said it will take.
 */
export class KeyRing extends BaseAgent {
  #parts: KeyParts
  #offered: Offered[] | undefined
  /** A key would have been offered, had its passphrase been asked. */
  needsUser = false
  /** What could not be used, for the words of a failure. */
  readonly unusable: string[] = []

  constructor(parts: KeyParts) {
    super()
    this.#parts = parts
  }

  /** From now on these questions, which may count their time; absent: none. */
  askWith(ask: Ask | undefined): void {
    this.#parts = { ...this.#parts, ask }
  }

  override getIdentities(callback: IdentityCallback<Buffer>): void {
    // No key is no fault: other ways of signing in follow.
    const blobs = this.#list().then(
      (offered) => offered.map(({ blob }) => blob),
      () => [],
    )
    void answerBy(blobs, (error, keys) => lateAnswer(() => callback(error, keys)))
  }

  override sign(
    key: ParsedKey | Buffer | string,
    data: Buffer,
    options: { hash?: string } | SignCallback,
    callback?: SignCallback,
  ): void {
    const done = typeof options === 'function' ? options : callback
    const hash = typeof options === 'function' ? undefined : options.hash
    const blob = blobOf(key)
    const found = this.#offered?.find((each) => blob !== undefined && each.blob.equals(blob))
    const signed = found === undefined ? Promise.reject(new Error('no such key')) : found.sign(data, hash)
    void answerBy(signed, (error, signature) => lateAnswer(() => done?.(error, signature)))
  }

  async #list(): Promise<Offered[]> {
    if (this.#offered !== undefined) return this.#offered
    const offered = await this.#fromAgent()
    for (const identity of this.#parts.identities) {
      const each = await this.#fromFile(identity)
      if (each !== undefined && !offered.some(({ blob }) => blob.equals(each.blob))) offered.push(each)
    }
    this.#offered = offered
    return offered
  }

  async #fromAgent(): Promise<Offered[]> {
    const { agent: path, only, log } = this.#parts
    if (path === undefined) return []
    const agent = createAgent(path)
    const keys = await new Promise<readonly unknown[]>((resolve) => {
      agent.getIdentities((error, found) => {
        if (error instanceof Error) log.debug('the ssh-agent did not answer', { reason: error.message })
        resolve(found ?? [])
      })
    })
    return keys.flatMap((key) => {
      const blob = blobOf(key)
      if (blob === undefined || (only !== undefined && !only.some((each) => each.equals(blob)))) return []
      const sign: Sign = (data, hash) =>
        new Promise((resolve, reject) => {
          const options = hash === undefined ? {} : { hash: hash as 'sha256' | 'sha512' }
          agent.sign(blob, data, options, (error, signature) => {
            if (signature === undefined) reject(error ?? new Error('the ssh-agent did not sign'))
            else resolve(signature)
          })
        })
      return [{ blob, sign }]
    })
  }

  async #fromFile(identity: Identity): Promise<Offered | undefined> {
    const { secrets, ask } = this.#parts
    if (identity.unsupported !== undefined) {
      this.unusable.push(`${identity.path}: ${identity.unsupported}`)
      return undefined
    }
    const isOpen = !identity.encrypted || secrets.get(passphraseOf(identity.path)) !== undefined
    if (!isOpen && ask === undefined) {
      this.needsUser = true
      return undefined
    }
    const sign: Sign = async (data, hash) => (await this.#open(identity)).sign(data, hash)
    if (identity.publicKey !== undefined) return { blob: identity.publicKey, sign }
    // An encrypted PEM file hides even the public half.
    const key = await this.#open(identity).catch((error: unknown) => {
      this.unusable.push(`${identity.path}: ${error instanceof Error ? error.message : String(error)}`)
    })
    return key === undefined ? undefined : { blob: key.getPublicSSH(), sign }
  }

  /** The private key, its passphrase asked where it must be. Rejects with a sentence where it is not to be had. */
  async #open(identity: Identity): Promise<ParsedKey> {
    const { secrets, ask, host, signal } = this.#parts
    const name = passphraseOf(identity.path)
    let passphrase = identity.encrypted ? secrets.get(name) : undefined
    let keep: boolean | undefined
    for (let again = false, tries = 0; ; again = true) {
      const parsed = identity.encrypted && passphrase === undefined ? 'wrong-passphrase' : identity.parse(passphrase)
      if (parsed !== 'wrong-passphrase') {
        if ('unsupported' in parsed) throw new Error(parsed.unsupported)
        if (keep !== undefined && passphrase !== undefined) await secrets.remember(name, passphrase, keep)
        return parsed
      }
      // The first time round nothing was tried yet.
      const isWrong = again || passphrase !== undefined
      if (isWrong) await secrets.forget(name)
      if (ask === undefined) {
        this.needsUser = true
        throw new Error('its passphrase is not known')
      }
      if ((tries += 1) > maxTries) throw new Error('its passphrase was wrong')
      const question = { kind: 'passphrase' as const, file: identity.path, again: isWrong, canKeep: secrets.canKeep }
      const answer = await ask(host, question, signal)
      const response = answer?.kind === 'responses' ? answer.responses[0] : undefined
      if (answer?.kind !== 'responses' || response === undefined) throw new Error('its passphrase was not given')
      passphrase = response
      keep = answer.keep === true
    }
  }
}

/** The public blob (RFC 4253, section 6.6) of whatever ssh2 calls a key. */
function blobOf(key: unknown): Buffer | undefined {
  if (typeof key === 'object' && key !== null && 'pubKey' in key) return blobOf(key.pubKey)
  const parsed = Buffer.isBuffer(key) || typeof key === 'string' ? utils.parseKey(key) : key
  if (parsed instanceof Error || typeof parsed !== 'object' || parsed === null) return undefined
  return 'getPublicSSH' in parsed ? (parsed as ParsedKey).getPublicSSH() : undefined
}
