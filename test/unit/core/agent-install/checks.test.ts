import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { planInstall, quotaTrouble } from '../../../../src/core/agent-install/checks.ts'
import type { HeadNodeFacts } from '../../../../src/core/agent-install/facts.ts'
import { type AgentPackage, isOlder, openAgentPackage } from '../../../../src/core/agent-install/package.ts'
import { AppError } from '../../../../src/core/kit/app-error.ts'

const file = (size: number, unpacked: number) => ({ path: '/p', sha256: 'a'.repeat(64), size, unpacked })
const agent: AgentPackage = {
  version: '1.2.0',
  protocol: 1,
  bundle: file(1_000_000, 4_000_000),
  node: { 'linux-x64': { ...file(40_000_000, 120_000_000), version: '24.21.0' } },
}
const facts: HeadNodeFacts = {
  system: 'Linux',
  machine: 'x86_64',
  libc: 'glibc 2.28',
  base: '/home/kim/.local/share/headway',
  missing: [],
  freeKb: 1_000_000,
  device: 'nas:/home',
  nodes: [],
  partKb: 0,
  quota: '',
  node: undefined,
  installed: undefined,
  site: undefined,
}
const reasonOf = (more: Partial<HeadNodeFacts>, packaged = agent): string | undefined => {
  try {
    planInstall('login1', { ...facts, ...more }, packaged)
    return undefined
  } catch (error) {
    if (error instanceof AppError && error.value.code === 'INSTALL_FAILED') return error.value.data.reason
    throw error
  }
}

const of = (line: string) =>
  quotaTrouble({ quota: `Disk quotas for user kim (uid 1000):\n${line}`, device: 'nas:/home' }, 165e6)
const manifest = (file: string, size: number) =>
  JSON.stringify({
    version: '1.0.0',
    protocol: 1,
    bundle: { file, sha256: 'b'.repeat(64), size, unpacked: 10 },
    node: {},
  })

describe('what is to be done', () => {
  test('is to copy the agent and Node, or the agent alone', () => {
    expect(planInstall('login1', facts, agent)).toMatchObject({
      bytes: 41_000_000,
      node: { folder: 'v24.21.0-linux-x64' },
    })
    const there = planInstall('login1', { ...facts, nodes: ['v24.21.0-linux-x64'] }, agent)
    expect(there).toMatchObject({ bytes: 1_000_000, node: { folder: 'v24.21.0-linux-x64' } })
    const system = planInstall('login1', { ...facts, node: '/usr/bin/node' }, agent)
    expect(system).toEqual({ base: facts.base, bytes: 1_000_000, systemNode: '/usr/bin/node' })
  })

  test.each<[string, Partial<HeadNodeFacts>, string | undefined]>([
    ['another system', { system: 'Darwin', machine: 'arm64' }, 'platform'],
    ['another machine', { machine: 'riscv64' }, 'platform'],
    ['nothing known', { system: '', machine: '' }, 'platform'],
    ['arm64, not packaged', { machine: 'aarch64' }, 'not-packaged'],
    ['arm64 with Node of its own', { machine: 'aarch64', node: '/usr/bin/node' }, undefined],
    ['EL7', { libc: 'glibc 2.17' }, 'glibc'],
    ['EL7 with Node of its own', { libc: 'glibc 2.17', node: '/opt/node/bin/node' }, undefined],
    ['ldd of Debian', { libc: 'ldd (Debian GLIBC 2.36-9+deb12u10) 2.36' }, undefined],
    ['musl', { libc: 'musl libc (x86_64)' }, 'glibc'],
    ['no word about it', { libc: '' }, 'glibc'],
    ['no home', { base: undefined }, 'read-only'],
    ['missing commands', { missing: ['tar'] }, 'tools'],
    ['too little space', { freeKb: 100_000 }, 'no-space'],
    ['enough with what was copied before', { freeKb: 140_000, partKb: 39_000 }, undefined],
    ['enough for the bundle alone', { freeKb: 10_000, nodes: ['v24.21.0-linux-x64'] }, undefined],
    ['space unknown', { freeKb: undefined }, undefined],
  ])('%s', (_name, more, reason) => expect(reasonOf(more)).toBe(reason))
})

describe('quota', () => {
  test.each([
    ['none', 'nas:/home  995000       0       0          100       0       0', undefined],
    ['enough', 'nas:/home  100000  900000 1000000          100       0       0', undefined],
    ['another device', 'nas:/scratch  995000  900000 1000000          100       0       0', undefined],
    ['too little', 'nas:/home  900000  950000 1000000          100       0       0', /103 MB are left/],
    ['past the soft limit', 'nas:/home  995000* 900000 1000000   6days     100       0       0', /6 MB are left/],
    ['past the hard limit', 'nas:/home  1000001* 900000 1000000   none     100       0       0', /0 MB are left/],
    ['few files', 'nas:/home  100  900000 1000000          99900  90000 100000', /100 files are left/],
    ['few files, with a grace', 'nas:/home  100  0 0  none  99900* 90000 100000 6days', /100 files are left/],
    ['nonsense', 'nas:/home none', undefined],
  ])('%s', (_name, line, said) => {
    if (said === undefined) expect(of(line)).toBeUndefined()
    else expect(of(line)).toMatch(said)
  })
})

test.each([
  ['0.1.0', '0.1.0', false],
  ['0.1.0', '0.1.1', true],
  ['0.9.0', '0.10.0', true],
  ['1.0.0', '0.9.9', false],
  ['0.0.0-dev', '0.1.0', true],
  ['nonsense', '0.1.0', true],
  ['0.1.0-beta', '0.1.0', false],
])('%s before %s: %s', (a, b, older) => expect(isOlder(a, b)).toBe(older))

describe('a package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'headway-package-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const reason = async (): Promise<unknown> => {
    const error: unknown = await openAgentPackage(folder, 'login1').catch((thrown: unknown) => thrown)
    return error instanceof AppError && error.value.code === 'INSTALL_FAILED' ? error.value.data : error
  }

  test('that is not there, not whole, or leads elsewhere is none', async () => {
    expect(await reason()).toMatchObject({ host: 'login1', reason: 'not-packaged' })
    await expect(openAgentPackage(undefined)).rejects.toMatchObject({ value: { data: { reason: 'not-packaged' } } })
    writeFileSync(join(folder, 'manifest.json'), '{')
    expect(await reason()).toMatchObject({ reason: 'damaged' })
    writeFileSync(join(folder, 'manifest.json'), manifest('../secret', 5))
    expect(await reason()).toMatchObject({ reason: 'damaged' })
    writeFileSync(join(folder, 'manifest.json'), manifest('a.tgz', 5))
    expect(await reason()).toMatchObject({ reason: 'damaged' })
    writeFileSync(join(folder, 'a.tgz'), '1234')
    expect(await reason()).toMatchObject({ reason: 'damaged' })
    writeFileSync(join(folder, 'a.tgz'), '12345')
    expect(await reason()).toMatchObject({ version: '1.0.0', bundle: { path: join(folder, 'a.tgz'), size: 5 } })
  })
})
