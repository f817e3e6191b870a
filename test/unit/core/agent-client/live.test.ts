import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createLive, type Live, type LiveLink } from '../../../../src/core/agent-client/index.ts'
import { appError } from '../../../../src/core/kit/app-error.ts'
import { collected } from '../helpers/signed-in.ts'

interface State {
  items: string[]
  asOf?: string
}
interface Change {
  put: string[]
  asOf?: string
}

const start = Date.parse('2026-11-21T07:00:00.000Z')
const at = (seconds: number): string => new Date(start + seconds * 1000).toISOString()

let link: LiveLink & { ready: boolean; down: boolean; heardAt: number }
let tellReady: (ready: boolean) => void
let age: { asOf: string | undefined; confirm: (to: string) => void }
let items: string[] | undefined
/** What the agent has, how it answers, and how often it was asked. */
let there: string[]
let answer: () => Promise<void>
let asked: number
let live: Live<State, Change>

function connect(ready: boolean): void {
  link.ready = ready
  link.down = !ready
  link.heardAt = Date.now()
  tellReady(ready)
}
function open(): void {
  live = createLive<State, Change>({
    link,
    known: () => (items === undefined ? undefined : { items }),
    blank: () => ({ items: [] }),
    dated: { unchanged: () => ({ put: [] }), age },
    async load() {
      asked += 1
      await answer()
      const put = there.filter((item) => items?.includes(item) !== true)
      items = [...there]
      return put.length === 0 ? undefined : { put }
    },
  })
}
function watch(atOnce = false) {
  const got = collected<State, Change>()
  return { ...got, end: live.subscribe(got.sink, atOnce) }
}
const settle = () => vi.advanceTimersByTimeAsync(0)
const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000)

beforeEach(() => {
  vi.useFakeTimers({ now: start })
  const listeners = new Set<(ready: boolean) => void>()
  tellReady = (ready) => listeners.forEach((listener) => listener(ready))
  link = {
    ready: true,
    down: false,
    heardAt: start,
    onEvent: () => () => undefined,
    onReady(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  age = {
    asOf: undefined,
    confirm(to) {
      age.asOf = to
    },
  }
  items = undefined
  there = ['a']
  answer = () => Promise.resolve()
  asked = 0
  open()
})
afterEach(() => {
  live.close()
  vi.useRealTimers()
})

describe('the age of what is known', () => {
  it('is told from the moment the link is lost until it was loaded anew, also where nothing changed', async () => {
    const window = watch()
    await settle()
    expect(window.snapshots).toEqual([{ items: ['a'] }])
    await pass(100)
    connect(false)
    expect(window.events).toEqual([{ put: [], asOf: at(100) }])
    await pass(50)
    expect(watch().snapshots).toEqual([{ items: ['a'], asOf: at(100) }])
    live.tell({ put: ['b'] })
    expect(window.events.at(-1)).toEqual({ put: ['b'], asOf: at(100) })
    connect(true)
    await settle()
    expect(window.events.at(-1)).toEqual({ put: [] })
    expect(watch().snapshots).toEqual([{ items: ['a'] }])
  })

  it('goes back to when the agent was last heard of, however late the loss is noticed', async () => {
    watch()
    await settle()
    link.heardAt = start + 20_000
    // As after a night with the lid closed.
    vi.setSystemTime(start + 8 * 3600_000)
    link.ready = false
    tellReady(false)
    expect(age.asOf).toBe(at(20))
  })

  it('is kept at each load, every half a minute, when the link is lost and at the end', async () => {
    watch()
    await settle()
    expect(age.asOf).toBe(at(0))
    link.heardAt = start + 25_000
    await pass(30)
    expect(age.asOf).toBe(at(25))
    await pass(10)
    connect(false)
    expect(age.asOf).toBe(at(40))
    await pass(60)
    expect(age.asOf).toBe(at(40))
    connect(true)
    await settle()
    expect(age.asOf).toBe(at(100))
    link.heardAt = start + 110_000
    live.close()
    expect(age.asOf).toBe(at(110))
  })

  it('is that of the last run after a start without a network', async () => {
    live.close()
    Object.assign(link, { ready: false, down: true })
    age.asOf = at(-7200)
    items = ['old']
    answer = () => Promise.reject(appError('OFFLINE', { site: 's' }, 'Nothing answers.'))
    open()
    const window = watch()
    await settle()
    expect(window.snapshots).toEqual([{ items: ['old'], asOf: at(-7200) }])
    live.close()
    expect(age.asOf).toBe(at(-7200))
  })
})

describe('a new window', () => {
  it('waits for nothing where the site is known to be out of reach', () => {
    Object.assign(link, { ready: false, down: true })
    items = ['old']
    answer = () => new Promise(() => undefined)
    const window = watch()
    expect(window.snapshots).toHaveLength(1)
    // Tried all the same: the way may be open again.
    expect(asked).toBe(1)
  })

  it('waits a moment for fresh data where it may still come', async () => {
    Object.assign(link, { ready: false })
    items = ['old']
    answer = () => new Promise(() => undefined)
    const window = watch()
    await pass(1)
    expect(window.snapshots).toEqual([])
    await pass(1)
    expect(window.snapshots).toHaveLength(1)
  })

  it('that showed another user’s is told at once that nothing is known, then all there is', async () => {
    const window = watch(true)
    expect(window.snapshots).toEqual([{ items: [] }])
    await settle()
    expect(window.snapshots.slice(1)).toEqual([{ items: ['a'] }])
  })
})
