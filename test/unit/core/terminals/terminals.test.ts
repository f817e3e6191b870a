import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { terminalScrollback, type Terminal } from '../../../../contract/terminals.ts'
import { appError } from '../../../../src/core/kit/app-error.ts'
import { wait } from '../../../../src/core/kit/wait.ts'
import { createTerminals, type Terminals } from '../../../../src/core/terminals/index.ts'
import { until } from '../../../helpers/core.ts'
import { scriptedSsh, siteList, type FarShell, type ScriptedSsh } from '../helpers/scripted-ssh.ts'
import { silent } from '../uploads/silent.ts'

const size = { columns: 80, rows: 24 }
const other = new Error('not of the closed set')
let ssh: ScriptedSsh
let sites: ReturnType<typeof siteList>
let terminals: Terminals
/** As a window has it. */
let shown: Map<string, Terminal>
let ends: (() => void)[]

beforeEach(() => {
  ssh = scriptedSsh()
  sites = siteList('one', 'two')
  const access = (site: string) => {
    if (site === 'three') throw appError('NOT_FOUND', { what: 'site', id: site }, 'no such site')
    return ssh.access
  }
  terminals = createTerminals({ access, onSites: (listener) => sites.onSites(listener), log: silent })
  shown = new Map()
  const end = terminals.handlers.streams.all(
    {},
    {
      snapshot: () => undefined,
      event({ put, gone }) {
        for (const item of put) shown.set(item.id, item)
        for (const id of gone) shown.delete(id)
      },
      fail: () => undefined,
    },
  )
  ends = [end]
})
afterEach(() => {
  for (const end of ends) end()
  terminals.close()
})

const context = (signal = new AbortController().signal) => ({ id: 'call', signal })
const methods = () => terminals.handlers.methods

const write = async (id: string, data: string) => methods().write({ id, data }, context())

async function opened(site = 'one'): Promise<{ id: string; shell: FarShell }> {
  const { id } = await methods().open({ site, size }, context())
  const shell = ssh.shells.at(-1)
  if (shell === undefined) throw new Error('no shell')
  return { id, shell }
}
function followed(id: string) {
  const seen = { snapshots: [] as string[], events: [] as string[], failure: '', text: () => '' }
  seen.text = () => (seen.snapshots.at(-1) ?? '') + seen.events.join('')
  const end = terminals.handlers.streams.output(
    { id },
    {
      snapshot: ({ data }) => void seen.snapshots.push(data),
      event: ({ data }) => void seen.events.push(data),
      fail: ({ code }) => void (seen.failure = code),
    },
  )
  ends.push(end)
  return seen
}
const codeOf = async (call: unknown): Promise<string> => {
  try {
    await call
    return 'none'
  } catch (error) {
    return error instanceof Error && 'value' in error ? (error.value as { code: string }).code : String(error)
  }
}

describe('a terminal', () => {
  it('carries what is printed and typed, in whole characters', async () => {
    const { id, shell } = await opened()
    expect(shown.get(id)).toMatchObject({ site: 'one', state: 'open' })
    const window = followed(id)
    const bytes = Buffer.from('가나다 $ ')
    for (const byte of bytes) {
      shell.far.write(Buffer.of(byte))
      await wait(3)
    }
    await until('the prompt', () => window.text() === '가나다 $ ')
    expect(window.events.every((event) => !event.includes('\uFFFD'))).toBe(true)

    await Promise.all(['l', 's', ' 한글\r'].map((data) => write(id, data)))
    await until('the keys', () => shell.far.readableLength > 7)
    expect(String(shell.far.read())).toBe('ls 한글\r')
    await methods().resize({ id, size: { columns: 100, rows: 30 } }, context())
    expect(shell.sizes).toEqual([size, { columns: 100, rows: 30 }])
  })

  it('gathers what comes in small pieces, and gives a later window all of it', async () => {
    const { id, shell } = await opened()
    const early = followed(id)
    for (let n = 0; n < 200; n += 1) shell.far.write(`${n}\r\n`)
    await until('the last line', () => early.text().endsWith('199\r\n'))
    expect(early.events.length).toBeLessThan(20)
    const late = followed(id)
    expect(late.snapshots).toEqual([early.text()])
    shell.far.write('more')
    await until('the rest', () => late.text().endsWith('more'))
    expect(late.text()).toBe(early.text())
  })

  it('keeps the end of a flood, and reads no faster than it tells', async () => {
    const { id, shell } = await opened()
    const window = followed(id)
    const line = `${'x'.repeat(98)}\r\n`
    for (let n = 0; n < 300; n += 1) {
      if (!shell.far.write(line.repeat(100))) await new Promise((resolve) => shell.far.once('drain', resolve))
    }
    shell.far.write('end')
    await until('the end', () => window.events.at(-1)?.endsWith('end'))
    expect(window.events.join('')).toHaveLength(3_000_003)
    expect(Math.max(...window.events.map((event) => event.length))).toBeLessThan(400_000)
    const late = followed(id)
    expect(late.text().length).toBeGreaterThan(terminalScrollback - 10)
    expect(late.text().length).toBeLessThanOrEqual(terminalScrollback)
  })

  it('tells how the shell ended, and keeps what it printed until it is removed', async () => {
    const { id, shell } = await opened()
    const window = followed(id)
    shell.far.write('bye')
    shell.exit(3)
    await until('its end', () => shown.get(id)?.state === 'closed')
    expect(shown.get(id)).toMatchObject({ exitCode: 3 })
    expect(shown.get(id)).not.toHaveProperty('lost')
    expect(window.text()).toBe('bye')
    expect(await codeOf(write(id, 'x'))).toBe('CONFLICT')
    expect(followed(id).text()).toBe('bye')
    await methods().close({ id }, context())
    expect(shown.has(id)).toBe(false)
    expect(window.failure).toBe('NOT_FOUND')
    expect(followed(id).failure).toBe('NOT_FOUND')
    expect(await codeOf(Promise.resolve().then(() => methods().close({ id }, context())))).toBe('NOT_FOUND')
  })

  it('is lost with its connection, also while it floods', async () => {
    const { id, shell } = await opened()
    shell.far.write('x'.repeat(10_000))
    await wait(20)
    shell.exit(undefined)
    await until('its end', () => shown.get(id)?.state === 'closed')
    expect(shown.get(id)).toMatchObject({ lost: true })
    expect(followed(id).text()).toBe('x'.repeat(10_000))
  })

  it('ends its shell when it is closed, when its site goes, and at the end', async () => {
    const one = await opened('one')
    const two = await opened('two')
    const three = await opened('two')
    await methods().close({ id: one.id }, context())
    await until('its shell ends', () => one.shell.ended)
    sites.set('one')
    await until('their shells end', () => two.shell.ended && three.shell.ended)
    expect(shown.size).toBe(0)
    const last = await opened('one')
    terminals.close()
    await until('the last shell ends', () => last.shell.ended)
  })
})

describe('a terminal that is being opened', () => {
  it('is shown, takes keys and the newest size, and can be closed', async () => {
    const [first, next] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    ssh.before = () => first.promise
    const opening = methods().open({ site: 'one', size }, context())
    const id = [...shown.keys()][0] ?? ''
    expect(shown.get(id)?.state).toBe('opening')
    const keys = ['a', 'b', 'c'].map((data) => write(id, data))
    await methods().resize({ id, size: { columns: 120, rows: 40 } }, context())
    first.resolve()
    await opening
    await Promise.all(keys)
    const shell = ssh.shells.at(-1)
    await until('the keys', () => (shell?.far.readableLength ?? 0) >= 3)
    expect(String(shell?.far.read())).toBe('abc')
    expect(shell?.sizes.at(-1)).toEqual({ columns: 120, rows: 40 })

    ssh.before = () => next.promise
    const never = methods().open({ site: 'one', size }, context())
    const second = [...shown.keys()].at(-1) ?? ''
    await methods().close({ id: second }, context())
    next.resolve()
    expect(await codeOf(never)).toBe('CONFLICT')
    await until('the late shell ends', () => ssh.shells.at(-1)?.ended)
  })

  it('goes where it cannot be opened, or nobody waits any more', async () => {
    ssh.before = () => Promise.reject(appError('SSH_FAILED', { host: 'h', reason: 'closed', detail: '' }, 'no'))
    expect(await codeOf(methods().open({ site: 'one', size }, context()))).toBe('SSH_FAILED')
    expect(await codeOf(methods().open({ site: 'three', size }, context()))).toBe('NOT_FOUND')
    ssh.before = (signal) =>
      new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(other), { once: true }))
    const abort = new AbortController()
    const opening = methods().open({ site: 'one', size }, context(abort.signal))
    abort.abort(other)
    await expect(opening).rejects.toBe(other)
    expect(shown.size).toBe(0)
  })

  it('is one of sixteen of its site', async () => {
    for (let n = 0; n < 16; n += 1) await opened()
    expect(await codeOf(methods().open({ site: 'one', size }, context()))).toBe('CONFLICT')
    await opened('two')
    await methods().close({ id: [...shown.keys()][0] ?? '' }, context())
    await opened()
  })
})

describe('what is typed', () => {
  it('waits for a shell that takes nothing, up to a bound, and keeps its order', async () => {
    const { id, shell } = await opened()
    const parts = ['a', 'b', 'c'].map((letter) => letter.repeat(300_000))
    const writes = parts.map((data) => write(id, data))
    let done = 0
    for (const one of writes) void one.then(() => (done += 1))
    await wait(50)
    expect(done).toBe(0)
    expect(await codeOf(write(id, 'd'.repeat(300_000)))).toBe('CONFLICT')
    let arrived = ''
    shell.far.on('data', (bytes: Buffer) => (arrived += bytes.toString()))
    await Promise.all(writes)
    await until('all of it', () => arrived.length === 900_000)
    expect(arrived).toBe(parts.join(''))
    await write(id, 'd'.repeat(1_000_000))
  })

  it('does not wait for ever for a shell that ends', async () => {
    const { id, shell } = await opened()
    const typed = write(id, 'a'.repeat(300_000))
    await wait(10)
    shell.exit(undefined)
    await typed
  })
})
