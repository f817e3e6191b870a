import {
  type Arbitrary,
  array,
  assert,
  asyncProperty,
  constantFrom,
  record,
  type Scheduler,
  scheduler,
} from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../../../../agent/src/db/index.ts'
import { createOnce, outcomeOf, type Turn } from '../../../../agent/src/idempotency/once.ts'
import { type Answer, createRequestStore, type RequestStore } from '../../../../agent/src/idempotency/store.ts'
import { Failure } from '../../../../agent/src/kit/failure.ts'
import { temporaryFolder } from '../../../helpers/agent.ts'

const db = openDatabase(temporaryFolder())
const store = createRequestStore(db)
afterAll(() => db.destroy())

const at = new Date('2026-11-01T08:00:00.000Z')
const once = createOnce(store, () => at)
const done: Answer = { status: 200, body: '{"n":1}' }

/** Its turn to act; fails where it is answered already. */
async function turnOf(key: string, user = 'kim', enter = once): Promise<Turn> {
  const entered = await enter({ user, key }, 'print')
  if ('status' in entered) throw new Error('it was answered already')
  return entered
}

describe('a request with a key', () => {
  it('is answered as it was the first time', async () => {
    const turn = await turnOf('a')
    expect(turn.since).toBeUndefined()
    await turn.end(done)
    expect(await once({ user: 'kim', key: 'a' }, 'print')).toEqual(done)
    expect((await turnOf('a', 'lee')).since, 'another user’s').toBeUndefined()
    await expect(once({ user: 'kim', key: 'a' }, 'other')).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(await once({ user: 'kim', key: 'a' }, 'print'), 'a refused one changes nothing').toEqual(done)
  })

  it('is in doubt where its end is not known, from its first time on', async () => {
    const turn = await turnOf('b')
    await turn.end('doubtful')
    const again = await turnOf(
      'b',
      'kim',
      createOnce(store, () => new Date('2026-11-02T00:00:00Z')),
    )
    expect(again.since).toEqual(at)
    // Nothing was done this time, but maybe the first time.
    await again.end('untouched')
    expect((await turnOf('b')).since).toEqual(at)
  })

  it('never came where nothing was done', async () => {
    await (await turnOf('c')).end('untouched')
    expect((await turnOf('c')).since).toBeUndefined()
  })

  it('lets the next one go on although its answer cannot be stored', async () => {
    const full: RequestStore = { ...store, finish: () => Promise.reject(new Error('the disk is full')) }
    const enter = createOnce(full, () => at)
    const turn = await turnOf('d', 'kim', enter)
    const next = turnOf('d', 'kim', enter)
    await expect(turn.end(done)).rejects.toThrow('full')
    expect((await next).since).toEqual(at)
  })

  it('is forgotten in time', async () => {
    await (await turnOf('e')).end(done)
    await store.sweep(at)
    expect(await store.find({ user: 'kim', key: 'e' })).toBeDefined()
    await store.sweep(new Date(at.getTime() + 1))
    expect(await store.find({ user: 'kim', key: 'e' })).toBeUndefined()
  })
})

it.each([
  [200, 'kept'],
  [201, 'kept'],
  [400, 'kept'],
  [404, 'kept'],
  [409, 'kept'],
  [401, 'untouched'],
  [403, 'untouched'],
  [429, 'untouched'],
  [408, 'doubtful'],
  [500, 'doubtful'],
  [503, 'doubtful'],
  [507, 'doubtful'],
])('an answer of %d is %s', (status, what) => {
  const answer = { status, body: '{}' }
  expect(outcomeOf(answer)).toEqual(what === 'kept' ? answer : what)
})

/** One that is asked for, in any order with the others of its key. */
interface Asked {
  print: 'print' | 'other'
  /** What comes of acting, should it be its turn; `died`: the agent ends before it has stored an answer. */
  fate: 'done' | 'refused' | 'doubtful' | 'died'
}
const asked: Arbitrary<Asked> = record({
  print: constantFrom('print', 'print', 'print', 'other'),
  fate: constantFrom('done', 'done', 'refused', 'doubtful', 'died'),
})

/** What an agent does until it dies: each step of it when the scheduler says so, none afterwards. */
function lifeOf(s: Scheduler) {
  let dead = false
  const never = new Promise<never>(() => {})
  const step =
    <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await s.schedule(Promise.resolve())
      return dead ? never : work(...args)
    }
  const slow: RequestStore = {
    ...store,
    find: step((name) => store.find(name)),
    begin: step((name, print, now) => store.begin(name, print, now)),
    finish: step((name, answer) => store.finish(name, answer)),
  }
  const act = step(async () => {})
  return { enter: createOnce(slow, () => at), act, die: () => void (dead = true) }
}

it('any interleaving of the same key gives one definite action and one answer', { timeout: 60_000 }, async () => {
  let run = 0
  const property = asyncProperty(scheduler(), array(asked, { minLength: 2, maxLength: 7 }), async (s, all) => {
    const name = { user: 'kim', key: `run-${++run}` }
    let life = lifeOf(s)
    let atWork = 0
    const acted: { print: string; since: Date | undefined; answer: Answer | undefined }[] = []
    const answers: { print: string; answer: Answer }[] = []
    const faults: unknown[] = []

    async function ask({ print, fate }: Asked): Promise<void> {
      await s.schedule(Promise.resolve())
      const { enter, act, die } = life
      const entered = await enter(name, print)
      if ('status' in entered) {
        answers.push({ print, answer: entered })
        return
      }
      expect(++atWork, 'one at a time').toBe(1)
      await act()
      atWork -= 1
      const definite = fate === 'done' || fate === 'refused'
      const answer = definite ? { status: fate === 'done' ? 200 : 409, body: `"${acted.length}"` } : undefined
      acted.push({ print, since: entered.since, answer })
      if (fate === 'died') {
        die()
        life = lifeOf(s)
        return
      }
      await entered.end(answer ?? 'doubtful')
      if (answer !== undefined) answers.push({ print, answer })
    }

    // Those of an agent that dies are never answered: nobody waits for all.
    for (const one of all) {
      ask(one).catch((error: unknown) => {
        if (!(error instanceof Failure)) faults.push(error)
      })
    }
    await s.waitIdle()
    expect(faults).toEqual([])
    expect(acted).not.toEqual([])
    expect(acted.filter(({ answer }) => answer !== undefined).length).toBeLessThanOrEqual(1)
    expect(acted.at(-1)?.answer === undefined, 'somebody acts until it is answered').toBe(answers.length === 0)
    expect(acted.map(({ since }) => since !== undefined)).toEqual(acted.map((_, index) => index > 0))
    expect(new Set([...acted, ...answers].map(({ print }) => print)).size, 'the key is of one request').toBe(1)
    expect(new Set(answers.map(({ answer }) => JSON.stringify(answer))).size).toBeLessThanOrEqual(1)
  })
  await assert(property, { numRuns: 150 })
})
