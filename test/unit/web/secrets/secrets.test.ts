import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFileLog } from '../../../../src/core/host-kit/index.ts'
import { createFileSecrets } from '../../../../src/web/secrets.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-secrets-'))
})
afterEach(() => rm(folder, { recursive: true }))
const open = () => createFileSecrets(join(folder, 'app'), createFileLog(join(folder, 'log')))
const logged = () => readFile(join(folder, 'log'), 'utf8').catch(() => '')

test('what is set is there for the next start, and readable by nobody else', async () => {
  const store = await open()
  await Promise.all([store.set('site.a', 'token-one'), store.set('site.b', '비밀')])
  await store.set('site.c', 'gone')
  await store.delete('site.c')
  const again = await open()
  expect(await again.get('site.a')).toBe('token-one')
  expect(await again.get('site.b')).toBe('비밀')
  expect(await again.get('site.c')).toBeUndefined()
  for (const name of ['secrets.json', 'secrets.key']) {
    expect((await stat(join(folder, 'app', name))).mode & 0o777).toBe(0o600)
  }
  expect((await stat(join(folder, 'app'))).mode & 0o777).toBe(0o700)
  expect(await readFile(join(folder, 'app', 'secrets.json'), 'utf8')).not.toContain('token-one')
})

test('a value that was moved under another name is not taken', async () => {
  await (await open()).set('a', 'of a')
  const path = join(folder, 'app', 'secrets.json')
  const { version, value } = JSON.parse(await readFile(path, 'utf8')) as { version: number; value: { a: string } }
  await writeFile(path, JSON.stringify({ version, value: { b: value.a } }))
  expect(await (await open()).get('b')).toBeUndefined()
  expect(await logged()).toContain('sign in again')
})

test.each([['{'], ['{"version":1,"value":[]}'], ['{"version":1,"value":{"a":"AAAA"}}']])(
  'a damaged file (%s) is as good as none, with a line in the log',
  async (text) => {
    await (await open()).set('a', 'x')
    await writeFile(join(folder, 'app', 'secrets.json'), text)
    const store = await open()
    expect(await store.get('a')).toBeUndefined()
    expect(await logged()).toMatch(/sign in again|begun anew/)
    await store.set('a', 'new')
    expect(await (await open()).get('a')).toBe('new')
  },
)

test('a lost key makes a new one; what it sealed is gone', async () => {
  await (await open()).set('a', 'x')
  await rm(join(folder, 'app', 'secrets.key'))
  const store = await open()
  expect(await store.get('a')).toBeUndefined()
  await store.set('a', 'new')
  expect(await (await open()).get('a')).toBe('new')
})
