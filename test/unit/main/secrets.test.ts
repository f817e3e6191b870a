import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Logger } from '../../../src/core/platform.ts'
import type * as SecretsModule from '../../../src/main/secrets.ts'
import { newElectron } from './boot.ts'

const nothing = (): void => undefined

async function open() {
  const app = await newElectron()
  await app.electron.app.whenReady()
  const warnings: string[] = []
  const log: Logger = { debug: nothing, info: nothing, warn: (message) => void warnings.push(message), error: nothing }
  const { createSecrets } = (await app.load('src/main/secrets.ts')) as typeof SecretsModule
  return { app, warnings, create: () => createSecrets(app.data, log, 'linux') }
}

test('secrets are sealed by the system, in a file of the user alone', async () => {
  const { app, create } = await open()
  const secrets = await create()
  expect(secrets.reason).toBeUndefined()
  await secrets.set('site.a', 'token')
  await secrets.set('site.b', 'other')
  await secrets.delete('site.b')
  const again = await create()
  expect(await again.get('site.a')).toBe('token')
  expect(await again.get('site.b')).toBeUndefined()
  const file = join(app.data, 'secrets.json')
  expect(readFileSync(file, 'utf8')).not.toContain('token')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  app.cleanUp()
})

test.each([
  ['no encryption at all', { available: false }],
  ['only the password that everybody knows', { backend: 'basic_text' }],
  ['that password, whatever the system calls it', { sealMark: 'v10' }],
])('%s: in memory, and the reason is there to be shown', async (_, encryption) => {
  const { app, create, warnings } = await open()
  Object.assign(app.electron.state.encryption, encryption)
  const secrets = await create()
  expect(secrets.reason).toContain('sign in again')
  expect(warnings).toHaveLength(1)
  await secrets.set('site.a', 'token')
  expect(await secrets.get('site.a')).toBe('token')
  expect(() => statSync(join(app.data, 'secrets.json'))).toThrow('ENOENT')
  expect(await (await create()).get('site.a')).toBeUndefined()
  app.cleanUp()
})

test('a locked key store loses nothing', async () => {
  const { app, create } = await open()
  const secrets = await create()
  await secrets.set('site.a', 'token')
  app.electron.state.encryption.locked = true
  expect(await secrets.get('site.a')).toBeUndefined()
  app.electron.state.encryption.locked = false
  expect(await secrets.get('site.a')).toBe('token')
  app.cleanUp()
})

test('what was sealed with an older key is sealed again', async () => {
  const { app, create } = await open()
  const secrets = await create()
  await secrets.set('site.a', 'token')
  const before = readFileSync(join(app.data, 'secrets.json'), 'utf8')
  Object.assign(app.electron.state.encryption, { rotated: true, sealMark: 'v12' })
  expect(await secrets.get('site.a')).toBe('token')
  expect(readFileSync(join(app.data, 'secrets.json'), 'utf8')).not.toBe(before)
  app.cleanUp()
})
