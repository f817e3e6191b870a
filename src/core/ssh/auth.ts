import type { AuthHandlerMiddleware, AuthenticationType, BaseAgent, KeyboardInteractiveAuthMethod } from 'ssh2'
import { answerBy } from '../kit/node-callback.ts'
import { lateAnswer } from './late-answer.ts'
import type { Ask } from './questions.ts'
import { onlyPromptOf, passwordOf, type SshSecrets } from './secrets.ts'

/** Signing in at one hop. */
export interface AuthParts {
  user: string
  /** The hop as questions and secrets name it. */
  host: string
  /** Every key that may be offered, and what signs with them. */
  keys: BaseAgent
  secrets: SshSecrets
  /** Only these ways, in this order; absent: OpenSSH's. */
  preferred?: readonly string[] | undefined
  /** Absent: nothing may be asked, and nothing is begun that would send a push or a text to the user's phone. */
  ask: Ask | undefined
  signal: AbortSignal
  /** The user refused in the middle of a conversation: an empty answer would count as a failed sign-in. */
  giveUp: () => void
}

/** How it went so far. */
export interface AuthState {
  /** What the server last said it would take. */
  offered: string[]
  tried: string[]
  /** Only a question would have led further, and none may be asked. */
  needsUser: boolean
  refused: boolean
  /** The same can be done again without asking: nothing was typed but what is known from now on. */
  repeatable: boolean
  /** To be called once the server has let us in. */
  accepted(): Promise<void>
}

const usualOrder: readonly string[] = ['publickey', 'keyboard-interactive', 'password']
/** As OpenSSH's NumberOfPasswordPrompts. */
const maxTries = 3
const passwordPrompt = /password|암호|비밀번호/i
const oneTime = /one[- ]?time|otp|token|passcode|verification|code|인증/i

const isPassword = ({ text, echo }: { text: string; echo: boolean }): boolean =>
  !echo && passwordPrompt.test(text) && !oneTime.test(text)

/**
 * Decides what to try next at a hop (RFC 4252; keyboard-interactive by RFC 4256), in OpenSSH's order: keys, then
 * keyboard-interactive, then password; a password that is known already first of all that ask.
 */
export function authentication(parts: AuthParts): { handler: AuthHandlerMiddleware; state: AuthState } {
  const { user: username, host, keys, secrets, ask, signal } = parts
  const wanted = parts.preferred ?? usualOrder
  const tries = new Map<AuthenticationType, number>()
  const typed: { name: string; value: string; keep: boolean }[] = []
  /** All prompts of the present try, over its rounds. */
  let prompted: { text: string; echo: boolean; response: string }[] = []
  const state: AuthState = {
    offered: [],
    tried: [],
    needsUser: false,
    refused: false,
    repeatable: true,
    async accepted() {
      for (const { name, value, keep } of typed) await secrets.remember(name, value, keep)
      // Beside a code, the password need not be typed again at the next connection.
      const password = prompted.find(isPassword)
      if (password !== undefined) await secrets.remember(passwordOf(host), password.response, false)
      const [only] = prompted
      const isPlain = only !== undefined && prompted.length === 1 && isPassword(only)
      if (!isPlain) return
      await secrets.remember(onlyPromptOf(host), only.response, false)
      state.repeatable = true
    },
  }
  const count = (type: AuthenticationType): number => tries.get(type) ?? 0
  const begin = (type: AuthenticationType): void => {
    tries.set(type, count(type) + 1)
    // By the protocol's name: where the key lies is ssh2's matter.
    const name = type === 'agent' ? 'publickey' : type
    if (!state.tried.includes(name)) state.tried.push(name)
  }

  /** The password to try: the known one first, then what is typed; undefined where none is to be had. */
  async function password(): Promise<string | undefined> {
    const known = secrets.get(passwordOf(host))
    const again = count('password') > 0
    if (known !== undefined && !again) return known
    if (known !== undefined) await secrets.forget(passwordOf(host))
    if (ask === undefined) {
      state.needsUser = true
      return undefined
    }
    const answer = await ask(host, { kind: 'password', again, canKeep: secrets.canKeep }, signal)
    const response = answer?.kind === 'responses' ? answer.responses[0] : undefined
    if (answer?.kind !== 'responses' || response === undefined) {
      state.refused = true
      return undefined
    }
    typed.splice(0, typed.length, { name: passwordOf(host), value: response, keep: answer.keep === true })
    return response
  }

  const prompt: KeyboardInteractiveAuthMethod['prompt'] = (name, instruction, _language, prompts, finish) => {
    const asked = prompts.map((each) => ({ text: each.prompt, echo: each.echo === true }))
    const settle = (responses: string[]): void => {
      for (const [index, each] of asked.entries()) prompted.push({ ...each, response: responses[index] ?? '' })
      lateAnswer(() => finish(responses))
    }
    if (asked.length === 0) return settle([])
    const known = knownResponse(asked)
    if (known !== undefined) return settle([known])
    if (ask === undefined) {
      state.needsUser = true
      return settle(asked.map(() => ''))
    }
    void respond(ask(host, { kind: 'prompts', name, instruction, prompts: asked }, signal))

    async function respond(question: ReturnType<Ask>): Promise<void> {
      const answer = await question
      state.repeatable = false
      if (answer?.kind === 'responses') return settle(asked.map((_, index) => answer.responses[index] ?? ''))
      state.refused = true
      parts.giveUp()
    }
  }
  /** A password typed before answers a prompt for it, once; the code that follows is asked. */
  function knownResponse(asked: readonly { text: string; echo: boolean }[]): string | undefined {
    const [first] = asked
    if (first === undefined || asked.length !== 1 || !isPassword(first)) return undefined
    if (count('keyboard-interactive') > 1 || prompted.length > 0) return undefined
    return secrets.get(onlyPromptOf(host)) ?? secrets.get(passwordOf(host))
  }

  async function choose(
    offered: readonly string[],
  ): Promise<Parameters<Parameters<AuthHandlerMiddleware>[2]>[0] | false> {
    if (state.refused || signal.aborted) return false
    const knowsPassword = secrets.get(passwordOf(host)) !== undefined && count('password') === 0
    // A password that is known goes before asking for anything.
    const order = knowsPassword && wanted.includes('password') ? ['publickey', 'password', ...wanted] : wanted
    for (const type of order) {
      if (!offered.includes(type)) continue
      if (type === 'publickey' && count('agent') === 0) {
        begin('agent')
        return { type: 'agent', username, agent: keys }
      }
      if (type === 'keyboard-interactive' && count(type) < maxTries) {
        // Beginning it may send a push to a phone: by itself only where the one prompt is a password known already.
        if (ask === undefined && (secrets.get(onlyPromptOf(host)) === undefined || count(type) > 0)) {
          state.needsUser = true
          continue
        }
        // What was known may have been what was wrong.
        if (count(type) > 0) {
          await secrets.forget(onlyPromptOf(host))
          await secrets.forget(passwordOf(host))
        }
        begin(type)
        prompted = []
        return { type, username, prompt }
      }
      if (type === 'password' && count(type) < maxTries) {
        const value = await password()
        if (value === undefined) continue
        begin(type)
        return { type, username, password: value }
      }
    }
    return false
  }

  const handler: AuthHandlerMiddleware = (offered, partial, next) => {
    // The first call comes before the server has said what it takes: `none` asks it, as OpenSSH does.
    if ((offered as AuthenticationType[] | null) === null) return next({ type: 'none', username })
    state.offered = offered
    // One factor was accepted; the next is another matter, and keys may be asked for twice.
    if (partial) tries.clear()
    // False ends it, which the types do not know.
    void answerBy(choose(offered), (_error, method) =>
      lateAnswer(() => next((method ?? false) as Parameters<typeof next>[0])),
    )
  }
  return { handler, state }
}
