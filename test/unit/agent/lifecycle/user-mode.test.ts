import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { loadConfig, SettingError, USERNAME } from '../../../../agent/src/config.ts'
import { RuntimeFolderError } from '../../../../agent/src/kit/runtime-folder.ts'
import { ownersName } from '../../../../agent/src/user-mode.ts'

const made: string[] = []
const folder = () => {
  const path = mkdtempSync(join(tmpdir(), 'hw-mode-'))
  made.push(path)
  return path
}
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true })
})
const load = (more: Record<string, string> = {}, yaml?: string) => {
  const data = folder()
  if (yaml !== undefined) writeFileSync(join(data, 'agent.yaml'), yaml)
  const environment = { HEADWAY_DATA: data, HEADWAY_USER_MODE: '1', XDG_RUNTIME_DIR: folder(), ...more }
  return { environment, ...loadConfig(environment) }
}
const keyOf = (more: Record<string, string>, yaml?: string): string => {
  try {
    load(more, yaml)
  } catch (error) {
    if (error instanceof SettingError) return error.key
    throw error
  }
  throw new Error('the settings were taken')
}

describe('user mode', () => {
  it('is strict, listens on a socket of its own, and serves the account that started it', () => {
    const { config, environment } = load()
    expect(config).toMatchObject({
      owner: userInfo().username,
      socket: join(environment.XDG_RUNTIME_DIR, 'headway', 'agent.sock'),
      env: 'production',
      registration: false,
      runAs: 'self',
      allowedOrigins: [],
    })
  })

  it('may come from the file, and stays strict whatever else is said', () => {
    const socket = join(folder(), 's')
    const { config } = load({ HEADWAY_USER_MODE: '' }, `userMode: true\nenv: development\nsocket: ${socket}\n`)
    expect(config).toMatchObject({ owner: userInfo().username, env: 'production', registration: false, socket })
  })

  it.each([
    ['HEADWAY_RUN_AS', { HEADWAY_RUN_AS: 'sudo' }],
    ['HEADWAY_WS_PORT', { HEADWAY_WS_PORT: '5011' }],
    ['HEADWAY_METRICS_PORT', { HEADWAY_METRICS_PORT: '9090', HEADWAY_METRICS_HOST: '127.0.0.1' }],
    ['HEADWAY_REGISTRATION', { HEADWAY_REGISTRATION: 'on' }],
    ['HEADWAY_LOCAL_MULTI_USER', { HEADWAY_LOCAL_MULTI_USER: 'on' }],
    ['JWT_JWKS_URL', { JWT_JWKS_URL: 'https://portal.example/keys' }],
    ['ALLOWED_ORIGINS', { ALLOWED_ORIGINS: 'https://portal.example' }],
    ['TRUSTED_PROXIES', { TRUSTED_PROXIES: 'unix' }],
    ['HEADWAY_SOCKET', { HEADWAY_SOCKET: `/tmp/${'x'.repeat(103)}` }],
    ['HEADWAY_USER_MODE', { HEADWAY_USER_MODE: 'perhaps' }],
  ])('refuses %s', (key, environment: Record<string, string>) => {
    expect(keyOf(environment)).toBe(key)
  })

  it('refuses a socket in a folder that others may open', () => {
    const open = join(folder(), 'open')
    mkdirSync(open, { mode: 0o755 })
    expect(() => load({ HEADWAY_SOCKET: join(open, 's') })).toThrow(RuntimeFolderError)
  })
})

describe("the owner's name", () => {
  it.each([
    ['kim', 'kim'],
    ['SITE\\kim', 'SITE-kim'],
    ['_svc', 'svc'],
    ['kim+lee@site.example', 'kim-lee@site.example'],
    ['../x', 'x'],
    ['홍길동', '홍길동'],
    ['$', 'owner'],
    ['x'.repeat(200), 'x'.repeat(64)],
  ])('of the account %s is %s', (account, name) => {
    expect(ownersName(account)).toBe(name)
    expect(ownersName(account)).toMatch(USERNAME)
  })
})
