import type { AppError } from '../kit/app-error.ts'
import { sshFailure } from './failure.ts'
import type { Hop, Stage } from './types.ts'
import { fingerprint, type KnownHosts } from './known-hosts/index.ts'
import { lateAnswer } from './late-answer.ts'
import type { Ask } from './questions.ts'

/** The check of one hop's host key (RFC 4251, section 4.1): nothing is ever accepted silently. */
export interface HostKeyCheck {
  verify: (key: Buffer, verify: (valid: boolean) => void) => void
  /** Why the key was not accepted. */
  failure: AppError | undefined
  needsUser: boolean
}

export function createHostKeyCheck(parts: {
  hop: Hop
  knownHosts: KnownHosts
  ask: Ask | undefined
  signal: AbortSignal
  stage: ((stage: Stage) => void) | undefined
}): HostKeyCheck {
  const { hop, knownHosts, ask, signal } = parts
  const { label } = hop
  const { host, port } = hop.keyName
  const check: HostKeyCheck = {
    failure: undefined,
    needsUser: false,
    verify(key, verify) {
      const { type, fingerprint: print } = fingerprint(key)
      const accept = (valid: boolean): void => {
        if (valid) parts.stage?.({ kind: 'host-key', host: label, key: `${type} ${print}` })
        lateAnswer(() => verify(valid))
      }
      decide(key).then(accept, (error: unknown) => {
        check.failure = sshFailure(label, 'config', error instanceof Error ? error.message : String(error))
        lateAnswer(() => verify(false))
      })
    },
  }

  async function decide(blob: Buffer): Promise<boolean> {
    const found = await knownHosts.check(host, port, blob)
    const key = fingerprint(blob)
    const detail = `${key.type} ${key.fingerprint}`
    switch (found.verdict) {
      case 'known':
        return true
      case 'revoked':
        return refuse(sshFailure(label, 'key-revoked', `${detail} (${found.file}:${found.line})`))
      case 'certificate-authority':
        return refuse(sshFailure(label, 'certificate-authority', `${found.file}:${found.line}`))
      case 'unknown': {
        const failure = sshFailure(label, 'key-declined', detail)
        if (ask === undefined) return later(failure)
        const answer = await ask(label, { kind: 'host-key', key }, signal)
        if (answer?.kind !== 'accept') return refuse(failure)
        await knownHosts.add(host, port, blob)
        return true
      }
      default: {
        const [old] = found.known
        const place = old === undefined ? '' : ` instead of ${old.key.fingerprint} (${old.file}:${old.line})`
        const failure = sshFailure(label, 'key-changed', `${detail}${place}`)
        if (ask === undefined) return later(failure)
        const answer = await ask(label, { kind: 'host-key-changed', key, known: found.known }, signal)
        if (answer?.kind !== 'accept') return refuse(failure)
        await knownHosts.replace(host, port, blob)
        return true
      }
    }
  }
  function refuse(failure: AppError): boolean {
    check.failure = failure
    return false
  }
  function later(failure: AppError): boolean {
    check.needsUser = true
    check.failure = failure
    return false
  }
  return check
}
