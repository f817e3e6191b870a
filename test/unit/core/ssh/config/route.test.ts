import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../../../../../src/core/kit/app-error.ts'
import { readSshConfig } from '../../../../../src/core/ssh/config/index.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'headway-route-'))
})
afterEach(() => rm(home, { recursive: true, force: true }))

async function configOf(text: string) {
  const file = join(home, 'config')
  await writeFile(file, text, { mode: 0o600 })
  return readSshConfig({ home, user: 'me', files: [file] })
}

const failed = (error: unknown) =>
  error instanceof AppError && error.value.code === 'SSH_FAILED' && error.value.data.detail.includes('leads back')

describe('a route', () => {
  it('goes over every hop as its own configuration says', async () => {
    const config = await configOf(
      [
        'Host cluster\n  HostName 10.0.0.5\n  ProxyJump gate,alice@inner:2200',
        'Host gate\n  HostName gate.example\n  User bob\n  ProxyJump outer',
        'Host inner\n  HostName inner.example\n  ProxyJump never-used',
        'Host outer\n  Port 443',
      ].join('\n'),
    )
    const names = config.route('cluster').map(({ user, host, port }) => `${user}@${host}:${port}`)
    expect(names).toEqual(['me@outer:443', 'bob@gate.example:22', 'alice@inner.example:2200', 'me@10.0.0.5:22'])
  })

  it('goes over the given hops instead of the configured ones', async () => {
    const config = await configOf('Host cluster\n  ProxyJump gate\nHost outer\n  Port 443\n')
    const hosts = (jump?: { host: string }[]) => config.route('cluster', {}, jump).map(({ host }) => host)
    expect(hosts()).toEqual(['gate', 'cluster'])
    expect(hosts([])).toEqual(['cluster'])
    expect(hosts([{ host: 'outer' }])).toEqual(['outer', 'cluster'])
  })

  it.each(['login', 'a'])('that leads in a circle is refused: %s', async (alias) => {
    const config = await configOf('Host a\n  ProxyJump b\nHost b\n  ProxyJump a\nHost *\n  ProxyJump gate\n')
    expect(() => config.route(alias)).toThrow(expect.toSatisfy(failed))
  })
})
