import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { upgrade } from '../../../../src/core/kit/stored.ts'
import { createSettings } from '../../../../src/core/settings/index.ts'

let folder: string
let lines: string[]
const line = (message: string): void => void lines.push(message)
const log = { debug: line, info: line, warn: line, error: line }
const context = { id: 'c', signal: new AbortController().signal }
const path = () => join(folder, 'settings.json')
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-settings-'))
  lines = []
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('settings', () => {
  it('keep a change over a restart, whole and private', async () => {
    const first = await createSettings({ folder, log })
    const told: unknown[] = []
    first.onChange((settings) => told.push(settings))
    await Promise.all([
      first.handlers.methods.update({ theme: 'dark' }, context),
      first.handlers.methods.update({ uploadLimit: 5 }, context),
    ])
    expect(told).toHaveLength(2)
    const second = await createSettings({ folder, log })
    expect(second.current()).toEqual({ ...first.current(), theme: 'dark', uploadLimit: 5 })
    expect((await stat(path())).mode & 0o777).toBe(0o600)
    expect(await readdir(folder)).toEqual(['settings.json'])
  })

  it('of an older file stay, and have what has come since', async () => {
    const older = { language: 'ko', theme: 'dark', uploadLimit: 7, railCollapsed: true, activeSite: null }
    await writeFile(path(), JSON.stringify({ version: 1, value: older }))
    const settings = await createSettings({ folder, log })
    expect(settings.current()).toEqual({ ...older, uploadOrder: 'added', uploadReadBack: false, downloadLimit: 0 })
    expect(lines).toEqual([])
  })

  it('may be otherwise in one process, and nothing of it is kept', async () => {
    const here = await createSettings({ folder, log, here: { uploadLimit: 9 } })
    expect(here.current().uploadLimit).toBe(9)
    expect(await here.handlers.methods.update({ theme: 'dark' }, context)).toMatchObject({
      uploadLimit: 9,
      theme: 'dark',
    })
    expect((await createSettings({ folder, log })).current()).toMatchObject({ uploadLimit: 0, theme: 'dark' })
  })

  it.each([
    ['half a file', '{"version":1,"value":{"the'],
    ['something else', '[]'],
    ['values that do not fit', '{"version":1,"value":{"theme":"pink"}}'],
    ['a newer version', '{"version":99,"value":{}}'],
  ])('begin anew after %s, and keep it', async (_name, text) => {
    await writeFile(path(), text)
    const settings = await createSettings({ folder, log })
    expect(settings.current().theme).toBe('system')
    expect(await readFile(`${path()}.bak`, 'utf8')).toBe(text)
    expect(lines).toHaveLength(1)
    await settings.handlers.methods.update({ theme: 'light' }, context)
    expect((await createSettings({ folder, log })).current().theme).toBe('light')
  })
})

const steps = {
  migrations: [(value: unknown) => `${String(value)}→2`, (value: unknown) => `${String(value)}→3`],
  read: (value: unknown) => (typeof value === 'string' ? value : undefined),
}
const upgraded = (version: number) => upgrade(JSON.stringify({ version, value: 'v' }), steps)

describe('an older file', () => {
  it('goes through the steps it has not seen', () => {
    expect([1, 2, 3].map(upgraded)).toEqual(['v→2→3', 'v→3', 'v'])
    expect([0, 4, 1.5].map(upgraded)).toEqual([undefined, undefined, undefined])
  })
})
