import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../../../../../src/core/kit/app-error.ts'
import { fingerprint, openKnownHosts, preferKnown } from '../../../../../src/core/ssh/known-hosts/index.ts'
import { hasPart } from '../../../../helpers/parts.ts'
import { foundBySsh, hashNames, makeKey, type Key } from './keygen.ts'

const quiet = () => undefined
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }

/** Real keys, made once. */
let keys: string
let ed: Key
let other: Key
let ecdsa: Key
let rsa: Key
let folder: string
let file: string

beforeAll(async () => {
  if (!hasPart('ssh')) return
  keys = await mkdtemp(join(tmpdir(), 'headway-keys-'))
  ed = await makeKey(keys, 'ed', '-t', 'ed25519')
  other = await makeKey(keys, 'other', '-t', 'ed25519')
  ecdsa = await makeKey(keys, 'ecdsa', '-t', 'ecdsa')
  rsa = await makeKey(keys, 'rsa', '-t', 'rsa', '-b', '2048')
})
afterAll(() => rm(keys, { recursive: true, force: true }))
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-known-'))
  file = join(folder, 'known_hosts')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const known = (more: { files?: string[] } = {}) => openKnownHosts({ files: [file], write: file, log, ...more })
const verdict = async (host: string, port: number, key: Key) => (await known().check(host, port, key.blob)).verdict

const names = [
  ['login', 22, 'login'],
  ['LOGIN', 22, 'login'],
  ['login', 2222, '[login]:2222'],
  ['node7.cluster.example', 22, 'node7.cluster.example'],
  ['gate.cluster.example', 22, 'gate.cluster.example'],
  ['10.0.0.7', 22, '10.0.0.7'],
  ['::1', 22, '::1'],
  ['[::1]', 2222, '[::1]:2222'],
  ['fe80::1%eth0', 22, 'fe80::1%eth0'],
  ['elsewhere', 22, 'elsewhere'],
  ['büro', 22, 'büro'],
] as const

/** Compares what we find with what ssh-keygen finds, for each of the names. */
async function compare(): Promise<void> {
  for (const [host, port, name] of names) {
    const check = await known().check(host, port, other.blob)
    // A host without a line of its own at a port may be known at any port: asked for without it here.
    expect(check.verdict === 'changed' ? check.known.map((one) => one.line) : [], name).toEqual(
      foundBySsh(file, name.toLowerCase()),
    )
  }
}

describe.skipIf(!hasPart('ssh'))('fingerprints', () => {
  it('are what ssh-keygen -l prints', () => {
    for (const key of [ed, ecdsa, rsa]) {
      const printed = execFileSync('ssh-keygen', ['-l', '-f', key.publicFile], { encoding: 'utf8' })
      expect(fingerprint(key.blob).fingerprint).toBe(printed.split(' ')[1])
      expect(fingerprint(key.blob).type).toBe(key.text.split(' ')[0])
    }
  })

  it('of what is no key are refused', () => {
    for (const bad of [Buffer.alloc(0), Buffer.from('ssh-ed25519'), ed.blob.subarray(0, -1)]) {
      expect(() => fingerprint(bad)).toThrow(AppError)
    }
  })
})

describe.skipIf(!hasPart('ssh'))('a host', () => {
  it('is found on the lines on which ssh-keygen finds it, plain and hashed', async () => {
    const text = [
      '# a comment',
      '',
      `login,10.0.0.* ${ed.text} made by hand`,
      `*.cluster.example,!gate.cluster.example ${ed.text}`,
      `[login]:2222 ${ed.text}`,
      `::1,[::1]:2222,fe80::1%eth0 ${ed.text}`,
      `\t Login ${ed.text}`,
      `büro ${ed.text}`,
      `node? ${ed.text}`,
    ].join('\n')
    await writeFile(file, `${text}\n`)
    await compare()
    hashNames(file)
    expect(await readFile(file, 'utf8')).toContain('|1|')
    await compare()
  })

  it('is known if any of its keys is the one, changed if others are, unknown if none', async () => {
    await writeFile(file, `login ${ed.text}\nlogin ${ecdsa.text}\n`)
    expect(await verdict('login', 22, ed)).toBe('known')
    expect(await verdict('login', 22, ecdsa)).toBe('known')
    expect(await known().check('login', 22, other.blob)).toEqual({
      verdict: 'changed',
      known: [
        { key: fingerprint(ed.blob), file, line: 1 },
        { key: fingerprint(ecdsa.blob), file, line: 2 },
      ],
    })
    expect(await verdict('elsewhere', 22, ed)).toBe('unknown')
  })

  it('known without a port is known at any, and another key there says nothing', async () => {
    await writeFile(file, `login ${ed.text}\n`)
    expect(await verdict('login', 2222, ed)).toBe('known')
    expect(await verdict('login', 2222, other)).toBe('unknown')
    expect(await known().algorithms('login', 2222)).toEqual(['ssh-ed25519'])
    await writeFile(file, `login ${ed.text}\n[login]:2222 ${other.text}\n`)
    expect(await verdict('login', 2222, ed)).toBe('changed')
    expect(await verdict('login', 22, other)).toBe('changed')
  })

  it('with a revoked key is refused although the key is known', async () => {
    await writeFile(file, `login ${ed.text}\n@revoked * ${ed.text}\n`)
    expect(await known().check('login', 22, ed.blob)).toEqual({ verdict: 'revoked', file, line: 2 })
    expect(await verdict('login', 2222, ed)).toBe('revoked')
    expect(await verdict('login', 22, other)).toBe('changed')
    await writeFile(file, `\ufeff@revoked login ${ed.text}\r\n`)
    expect(await verdict('login', 2222, ed)).toBe('revoked')
  })

  it('of which only an authority is known is said so, unless a plain key is', async () => {
    await writeFile(file, `@cert-authority *.example ${rsa.text}\n`)
    const authority = { verdict: 'certificate-authority', file, line: 1 }
    expect(await known().check('a.example', 22, ed.blob)).toEqual(authority)
    expect(await known().check('a.example', 2222, ed.blob)).toEqual(authority)
    expect(await verdict('a.other', 22, ed)).toBe('unknown')
    await writeFile(file, `@cert-authority *.example ${rsa.text}\na.example ${ed.text}\n`)
    expect(await verdict('a.example', 22, ed)).toBe('known')
    expect(await verdict('a.example', 22, rsa)).toBe('changed')
  })

  it('is not made of damaged lines', async () => {
    const damaged = [
      'login',
      'login ssh-ed25519',
      `login ssh-ed25519 ${ed.text.split(' ')[1]?.slice(0, -8)}`,
      `login ssh-rsa ${ed.text.split(' ')[1]}`,
      `login 1024 65537 123456789`,
      `@unknown login ${ed.text}`,
      `@revoked @cert-authority login ${ed.text}`,
      `#login ${ed.text}`,
      `|1|short|hash ${ed.text}`,
      `!login ${ed.text}`,
      'login ssh-ed25519 not*base64',
    ]
    await writeFile(file, damaged.join('\n'))
    expect(await verdict('login', 22, ed)).toBe('unknown')
    await writeFile(file, damaged.join('\r\n') + `\r\nlogin ${ed.text}\r\n`)
    expect(await verdict('login', 22, ed)).toBe('known')
  })

  it('is read from all files, a missing one being empty and an unreadable one an error', async () => {
    const second = join(folder, 'second')
    await writeFile(second, `login ${ed.text}\n`)
    const both = known({ files: [file, '/dev/null', second] })
    expect((await both.check('login', 22, ed.blob)).verdict).toBe('known')
    const broken = known({ files: [folder] })
    await expect(broken.check('login', 22, ed.blob)).rejects.toMatchObject({
      value: { code: 'SSH_FAILED', data: { host: 'login', reason: 'config', detail: expect.stringContaining(folder) } },
    })
  })

  it('has the types of its keys, and the algorithms for them come first', async () => {
    await writeFile(file, `login ${rsa.text}\nlogin ${ecdsa.text}\nlogin ${rsa.text}\n@revoked login ${ed.text}\n`)
    const types = await known().algorithms('login', 22)
    expect(types).toEqual(['ssh-rsa', 'ecdsa-sha2-nistp256'])
    const algorithms = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'rsa-sha2-512', 'rsa-sha2-256'] as const
    expect(preferKnown(algorithms, types)).toEqual([
      'ecdsa-sha2-nistp256',
      'rsa-sha2-512',
      'rsa-sha2-256',
      'ssh-ed25519',
    ])
    expect(preferKnown(algorithms, [])).toEqual(algorithms)
  })
})
