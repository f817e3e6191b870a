import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadConfig, proxyList, SettingError } from '../../../../agent/src/config.ts'

const folder = () => mkdtempSync(join(tmpdir(), 'headway-config-'))
const load = (environment: Record<string, string>, yaml?: string) => {
  const data = folder()
  if (yaml !== undefined) writeFileSync(join(data, 'agent.yaml'), yaml)
  return loadConfig({ HEADWAY_DATA: data, ...environment })
}
const keyOf = (environment: Record<string, string>, yaml?: string): string => {
  try {
    load(environment, yaml)
  } catch (error) {
    if (error instanceof SettingError) return error.key
    throw error
  }
  throw new Error('the settings were taken')
}

describe('settings of the agent', () => {
  it('have safe defaults', () => {
    const { config, warnings } = load({})
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 5010,
      env: 'development',
      registration: true,
      jwt: { accessTtlSeconds: 900, refreshTtlSeconds: 604_800, rotate: true },
      limits: { fileSize: 53_687_091_200, filesPerJob: 20, wsConnections: 1000, signInFailures: 10 },
    })
    expect(warnings).toEqual([])
  })

  it('come from the file, and from the environment before it', () => {
    const yaml = 'port: 6000\nhost: 10.0.0.1\nscheduler: {cores: 3}\nlimits: {fileSize: 1000}\n'
    const { config } = load({ HEADWAY_PORT: '0', HEADWAY_END_JOBS: '1', TRUSTED_PROXIES: '10.0.0.0/8, ::1' }, yaml)
    expect(config).toMatchObject({ port: 0, host: '10.0.0.1', scheduler: { cores: 3, endJobsOnExit: true } })
    expect(config.limits.fileSize).toBe(1000)
    expect(config.trustedProxies).toEqual(['10.0.0.0/8', '::1'])
  })

  it.each([
    ['HEADWAY_PORT', { HEADWAY_PORT: 'http' }],
    ['HEADWAY_PORT', { HEADWAY_PORT: '70000' }],
    ['HEADWAY_ENV', { HEADWAY_ENV: 'staging' }],
    ['HEADWAY_SCHEDULER', { HEADWAY_SCHEDULER: 'pbs' }],
    ['HEADWAY_REGISTRATION', { HEADWAY_REGISTRATION: 'perhaps' }],
    ['JWT_SECRET_KEY', { JWT_SECRET_KEY: 'short' }],
    ['JWT_ACCESS_TOKEN_TTL', { JWT_ACCESS_TOKEN_TTL: '15m' }],
    ['ALLOWED_ORIGINS', { ALLOWED_ORIGINS: 'portal.example' }],
    ['TRUSTED_PROXIES', { TRUSTED_PROXIES: '10.0.0.0/33' }],
    ['TRUSTED_PROXIES', { TRUSTED_PROXIES: 'proxy' }],
    ['HEADWAY_ADMIN_USER', { HEADWAY_ADMIN_USER: '../root' }],
    ['HEADWAY_METRICS_PORT', { HEADWAY_METRICS_PORT: 'x', HEADWAY_METRICS_HOST: '127.0.0.1' }],
  ])('that are wrong name %s', (key, environment: Record<string, string>) => {
    expect(keyOf(environment)).toBe(key)
  })

  it('that are wrong in the file name their key and the file', () => {
    expect(keyOf({}, 'limits:\n  wsConnections: many\n')).toMatch(/^limits\.wsConnections \(.*agent\.yaml\)$/)
    expect(keyOf({}, 'prot: 5010\n')).toMatch(/^prot \(/)
    expect(keyOf({}, 'port: [1\n')).toMatch(/agent\.yaml$/)
    expect(keyOf({ HEADWAY_CONFIG: '/nowhere/agent.yaml' })).toBe('/nowhere/agent.yaml')
  })

  it('without effect are said aloud', () => {
    const { warnings } = load({ REDIS_URL: 'redis://127.0.0.1', RATE_LIMIT_RPS: '5' })
    expect(warnings).toHaveLength(2)
    expect(warnings[0]).toMatch(/^REDIS_URL has no effect/)
  })

  it('of production need named origins and switch registration off', () => {
    expect(keyOf({ HEADWAY_ENV: 'production' })).toBe('ALLOWED_ORIGINS')
    expect(keyOf({ HEADWAY_ENV: 'production', ALLOWED_ORIGINS: '*' })).toBe('ALLOWED_ORIGINS')
    const { config } = load({ HEADWAY_ENV: 'production', ALLOWED_ORIGINS: 'https://portal.example' })
    expect(config.registration).toBe(false)
  })

  it('keep one generated secret, for the owner alone', () => {
    const data = folder()
    const first = loadConfig({ HEADWAY_DATA: data }).config.jwt.secret
    expect(loadConfig({ HEADWAY_DATA: data }).config.jwt.secret).toBe(first)
    expect(loadConfig({ HEADWAY_DATA: folder() }).config.jwt.secret).not.toBe(first)
    const path = join(data, 'jwt.key')
    expect(readFileSync(path, 'utf8').trim()).toBe(first)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(first.length).toBeGreaterThanOrEqual(43)
  })
})

describe('trusted proxies', () => {
  it('are addresses, networks and the socket', () => {
    const isTrusted = proxyList(['10.0.0.0/8', '::1', 'unix'])
    expect(['10.1.2.3', '::1', undefined].map(isTrusted)).toEqual([true, true, true])
    expect(['11.0.0.1', '::2', 'nonsense'].map(isTrusted)).toEqual([false, false, false])
    expect(proxyList([])(undefined)).toBe(false)
  })
})
