import { describe, expect, it } from 'vitest'
import { createQuestions } from '../../../../src/core/ssh/questions.ts'
import { openSshSecrets, passphraseOf, passwordOf } from '../../../../src/core/ssh/secrets.ts'

const nothing = (): void => undefined
const log = { debug: nothing, info: nothing, warn: nothing, error: nothing }
const password = { kind: 'password' as const, again: false, canKeep: true }

describe('questions of sites', () => {
  it('wait until one window answers, and are gone then for all', async () => {
    const questions = createQuestions()
    const changes: string[] = []
    questions.onChange((_id, question) => changes.push(question === undefined ? 'gone' : question.host))
    const asked = questions.of('site')('alice@head', password, new AbortController().signal)
    const [question] = questions.list()
    expect(question).toMatchObject({ site: 'site', host: 'alice@head', ask: password })
    questions.answer(question?.id ?? '', { kind: 'responses', responses: ['secret'] })
    expect(await asked).toEqual({ kind: 'responses', responses: ['secret'] })
    expect(questions.list()).toEqual([])
    expect(changes).toEqual(['alice@head', 'gone'])
    expect(() => questions.answer(question?.id ?? '', { kind: 'accept' })).toThrow(/Nothing is asked/)
  })

  it('are nothing where the user refuses, or what asked them has ended', async () => {
    const questions = createQuestions()
    const stop = new AbortController()
    const refused = questions.of('a')('h', password, stop.signal)
    questions.answer(questions.list()[0]?.id ?? '', { kind: 'refuse' })
    expect(await refused).toBeUndefined()
    const withdrawn = questions.of('a')('h', password, stop.signal)
    stop.abort()
    expect(await withdrawn).toBeUndefined()
    expect(questions.list()).toEqual([])
    expect(await questions.of('a')('h', password, stop.signal)).toBeUndefined()
  })
})

const store = (persistent: boolean) => {
  const kept = new Map<string, string>()
  return {
    kept,
    persistent,
    get: (key: string) => Promise.resolve(kept.get(key)),
    set: (key: string, value: string) => Promise.resolve(void kept.set(key, value)),
    delete: (key: string) => Promise.resolve(void kept.delete(key)),
  }
}

describe('secrets of a site', () => {
  it('outlive the process only where the user wished it, and a refused one is forgotten', async () => {
    const place = store(true)
    const first = await openSshSecrets(place, 'site.x.ssh', log)
    await first.remember(passwordOf('alice@head'), 'for now', false)
    expect(place.kept.size).toBe(0)
    await first.remember(passphraseOf('/home/alice/.ssh/id_rsa'), 'for long', true)
    const next = await openSshSecrets(place, 'site.x.ssh', log)
    expect(next.get(passwordOf('alice@head'))).toBeUndefined()
    expect(next.get(passphraseOf('/home/alice/.ssh/id_rsa'))).toBe('for long')
    await next.forget(passphraseOf('/home/alice/.ssh/id_rsa'))
    expect(place.kept.size).toBe(0)
  })

  it('are not offered to be kept where nothing keeps them', async () => {
    const place = store(false)
    const secrets = await openSshSecrets(place, 'site.x.ssh', log)
    expect(secrets.canKeep).toBe(false)
    await secrets.remember(passwordOf('h'), 'x', true)
    expect(place.kept.size).toBe(0)
    expect(secrets.get(passwordOf('h'))).toBe('x')
    await secrets.clear()
    expect(secrets.get(passwordOf('h'))).toBeUndefined()
  })

  it('begin anew where what is stored cannot be understood', async () => {
    const place = store(true)
    place.kept.set('site.x.ssh', '["no object"]')
    expect((await openSshSecrets(place, 'site.x.ssh', log)).get(passwordOf('h'))).toBeUndefined()
  })
})
