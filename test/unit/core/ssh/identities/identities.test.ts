import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2, { type ParsedKey } from 'ssh2'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { agentPath, findIdentities, onlyThese, type Identity } from '../../../../../src/core/ssh/identities/index.ts'
import { hasPart } from '../../../../helpers/parts.ts'
import { wire } from './wire.ts'

let home: string
let folder: string
let count = 0
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'headway-identities-'))
  await mkdir(join(home, '.ssh'), { mode: 0o700 })
})
afterAll(() => rm(home, { recursive: true, force: true }))
beforeEach(async () => {
  folder = join(home, String(++count))
  await mkdir(folder)
})

/** A key as the real ssh-keygen makes it; few rounds, since opening one takes as long as they are many. */
function makeKey(name: string, args: string[], passphrase = ''): string {
  const path = join(folder, name)
  execFileSync('ssh-keygen', ['-q', '-a', '4', '-N', passphrase, '-C', '', '-f', path, ...args], { stdio: 'pipe' })
  return path
}
const publicKeyOf = async (path: string) =>
  Buffer.from((await readFile(`${path}.pub`, 'utf8')).split(' ')[1] ?? '', 'base64')

async function only(path: string): Promise<Identity> {
  const [found] = await findIdentities({ identityFiles: [path] }, { home })
  if (found === undefined) throw new Error('nothing was found')
  return found
}

/** Proves a key by what it is for: what it signs, its public half verifies. */
async function expectSigns(opened: unknown, path: string): Promise<void> {
  const key = opened as ParsedKey
  expect(key.getPublicSSH()).toEqual(await publicKeyOf(path))
  const publicKey = ssh2.utils.parseKey(await readFile(`${path}.pub`))
  if (publicKey instanceof Error) throw publicKey
  const data = Buffer.from('data')
  expect(publicKey.verify(data, key.sign(data))).toBe(true)
}

const kinds: [name: string, args: string[]][] = [
  ['ed25519', ['-t', 'ed25519']],
  ['ecdsa 256', ['-t', 'ecdsa', '-b', '256']],
  ['ecdsa 384', ['-t', 'ecdsa', '-b', '384']],
  ['ecdsa 521', ['-t', 'ecdsa', '-b', '521']],
  ['rsa', ['-t', 'rsa', '-b', '1024']],
  ['rsa in PEM', ['-t', 'rsa', '-b', '1024', '-m', 'PEM']],
  ['ecdsa in PEM', ['-t', 'ecdsa', '-m', 'PEM']],
  ['rsa in PKCS#8', ['-t', 'rsa', '-b', '1024', '-m', 'PKCS8']],
  ['ecdsa in PKCS#8', ['-t', 'ecdsa', '-b', '384', '-m', 'PKCS8']],
]
const ciphers: [name: string, args: string[]][] = ['aes256-cbc', 'aes256-gcm@openssh.com', 'aes128-ctr'].map(
  (cipher) => [`ed25519 with ${cipher}`, ['-t', 'ed25519', '-Z', cipher]],
)

describe.skipIf(!hasPart('ssh-keygen'))('a key of ssh-keygen', () => {
  it.each(kinds)('without a passphrase: %s', async (_name, args) => {
    const path = makeKey('key', args)
    const expected = await publicKeyOf(path)
    await rename(`${path}.pub`, `${path}.kept`)
    const identity = await only(path)
    await rename(`${path}.kept`, `${path}.pub`)
    expect(identity).toMatchObject({ path, encrypted: false, publicKey: expected })
    expect(identity.unsupported).toBeUndefined()
    await expectSigns(identity.parse(), path)
  })

  it.each([...kinds, ...ciphers])('with a passphrase: %s', async (_name, args) => {
    const path = makeKey('key', args, 'correct horse ü')
    const identity = await only(path)
    expect(identity).toMatchObject({ path, encrypted: true, publicKey: await publicKeyOf(path) })
    expect(identity.parse()).toBe('wrong-passphrase')
    expect(identity.parse('')).toBe('wrong-passphrase')
    for (const wrong of ['wrong', 'correct horse', 'x'.repeat(100)])
      expect(identity.parse(wrong)).toBe('wrong-passphrase')
    await expectSigns(identity.parse('correct horse ü'), path)
  })

  it('in PEM tells its public half only by the file beside it', async () => {
    const path = makeKey('key', ['-t', 'rsa', '-b', '1024', '-m', 'PEM'], 'secret')
    await rename(`${path}.pub`, `${path}.away`)
    expect(await only(path)).not.toHaveProperty('publicKey')
  })

  it('with the line ends of Windows', async () => {
    const path = makeKey('key', ['-t', 'ed25519'])
    await writeFile(path, (await readFile(path, 'utf8')).replaceAll('\n', '\r\n'))
    await expectSigns((await only(path)).parse(), path)
  })

  it('with a certificate beside it is used, and the certificate named', async () => {
    const path = makeKey('key', ['-t', 'ed25519'])
    const authority = makeKey('ca', ['-t', 'ed25519'])
    execFileSync('ssh-keygen', ['-q', '-s', authority, '-I', 'id', `${path}.pub`], { stdio: 'pipe' })
    const identity = await only(path)
    expect(identity.certificate).toBe(`${path}-cert.pub`)
    await expectSigns(identity.parse(), path)
    expect((await only(`${path}-cert.pub`)).parse()).toEqual({ unsupported: expect.stringContaining('certificate') })
  })
})

describe.skipIf(!hasPart('ssh-keygen'))('what cannot be used is said why:', () => {
  it('a public key, by itself or left alone', async () => {
    const path = makeKey('key', ['-t', 'ed25519'])
    const publicKey = await publicKeyOf(path)
    const unsupported = expect.stringContaining('public half')
    expect(await only(`${path}.pub`)).toMatchObject({ publicKey, unsupported })
    await rm(path)
    const left = await only(path)
    expect(left).toMatchObject({ publicKey, unsupported })
    expect(left.parse()).toEqual({ unsupported })
  })

  it('a file that others can read', async () => {
    const path = makeKey('key', ['-t', 'ed25519'])
    await chmod(path, 0o640)
    expect((await only(path)).parse()).toEqual({ unsupported: expect.stringContaining('chmod 600') })
  })

  it('a key on a security device', async () => {
    // The public part of the private file of such a key, which no device is needed for.
    const blob = Buffer.concat([wire('sk-ssh-ed25519@openssh.com'), wire(Buffer.alloc(32, 7)), wire('ssh:')])
    const one = Buffer.from([0, 0, 0, 1])
    const body = Buffer.concat([
      Buffer.from('openssh-key-v1\0'),
      wire('none'),
      wire('none'),
      wire(''),
      one,
      wire(blob),
      wire('-'),
    ])
    const path = join(folder, 'sk')
    const lines = `-----BEGIN OPENSSH PRIVATE KEY-----\n${body.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`
    await writeFile(path, lines, { mode: 0o600 })
    expect(await only(path)).toMatchObject({ publicKey: blob, unsupported: expect.stringContaining('FIDO') })
  })

  it.each([
    ['nothing', ''],
    ['text', 'hello'],
    ['half a key', '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----'],
    ['no magic', '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----'],
    ['an empty PEM', '-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----'],
    ['an empty PKCS#8', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----'],
    ["PuTTY's version 3", 'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n'],
    ['a damaged key of PuTTY', 'PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\n'],
  ])('a file with %s', async (_name, content) => {
    const path = join(folder, 'key')
    await writeFile(path, content, { mode: 0o600 })
    const identity = await only(path)
    expect(identity.unsupported).toBeTruthy()
    expect(identity.parse('x')).toEqual({ unsupported: identity.unsupported })
  })

  it('a key cut short anywhere never throws', async () => {
    const whole = await readFile(makeKey('key', ['-t', 'ed25519']), 'utf8')
    const path = join(folder, 'cut')
    for (let at = 36; at < whole.length - 40; at += 13) {
      await writeFile(path, `${whole.slice(0, at)}\n-----END OPENSSH PRIVATE KEY-----\n`, { mode: 0o600 })
      expect((await only(path)).parse()).toHaveProperty('unsupported')
    }
  })

  it('a missing file, a folder; of the default files those that are there, in order', async () => {
    expect(await only(join(folder, 'missing'))).toMatchObject({ unsupported: 'there is no such file' })
    expect(await only(folder)).toMatchObject({ unsupported: 'it is no file' })
    expect(await findIdentities({ identityFiles: [] }, { home })).toEqual([])
    for (const [name, type] of [
      ['id_rsa', 'rsa'],
      ['id_ed25519', 'ed25519'],
    ] as const) {
      await rename(makeKey(name, ['-t', type]), join(home, '.ssh', name))
    }
    const found = await findIdentities({ identityFiles: [], identitiesConfigured: false }, { home })
    expect(found.map(({ path }) => path)).toEqual([join(home, '.ssh/id_ed25519'), join(home, '.ssh/id_rsa')])
    expect(await findIdentities({ identityFiles: [], identitiesConfigured: true }, { home })).toEqual([])
    const [byTilde] = await findIdentities({ identityFiles: ['~/.ssh/id_rsa'] }, { home })
    expect(byTilde?.path).toBe(join(home, '.ssh/id_rsa'))
  })
})

describe.skipIf(!hasPart('ssh-agent'))('a real ssh-agent', () => {
  let agent: ChildProcess
  let socket: string
  beforeEach(async () => {
    socket = join(folder, 'agent.sock')
    agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] })
    await once(agent.stdout ?? agent, 'data')
    return async () => {
      agent.kill()
      await once(agent, 'exit')
    }
  })

  it('keeps keys, of which IdentitiesOnly leaves those of the identity files', async () => {
    const mine = makeKey('mine', ['-t', 'ed25519'], 'secret')
    const other = makeKey('other', ['-t', 'ecdsa'])
    const plain = makeKey('plain', ['-t', 'ed25519'])
    for (const path of [other, plain]) {
      execFileSync('ssh-add', ['-q', path], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'pipe' })
    }
    const path = agentPath({ authSock: socket })
    if (path === undefined) throw new Error('there is no agent')
    const keys = await new Promise<unknown[]>((resolve, reject) => {
      ssh2.createAgent(path).getIdentities((error, found) => (error ? reject(error) : resolve(found ?? [])))
    })
    const blobs = keys.map((key) => {
      const parsed = ssh2.utils.parseKey(key as Buffer)
      if (parsed instanceof Error) throw parsed
      return parsed.getPublicSSH()
    })
    expect(blobs).toHaveLength(2)
    await rm(plain)
    const allowed = onlyThese(await findIdentities({ identityFiles: [mine, plain] }, { home }))
    expect(allowed).toEqual([await publicKeyOf(mine), await publicKeyOf(plain)])
    expect(blobs.filter((blob) => allowed.some((one) => one.equals(blob)))).toEqual([await publicKeyOf(plain)])
  })
})

describe('the agent is found', () => {
  const pipe = String.raw`\\.\pipe\openssh-ssh-agent`
  it.each([
    ['by the environment', { authSock: '/run/a' }, '/run/a'],
    ['by the configuration before it', { authSock: '/run/a', identityAgent: '/run/b' }, '/run/b'],
    ['not where it is none', { authSock: '/run/a', identityAgent: 'none' }, undefined],
    ['not without one', {}, undefined],
    ['not where it is empty', { authSock: '' }, undefined],
    ['on Windows', { platform: 'win32', exists: (path: string) => path === pipe }, pipe],
    ['on Windows by Pageant', { platform: 'win32', exists: () => false }, 'pageant'],
    [
      'on Windows by a pipe of its own',
      { platform: 'win32', authSock: String.raw`\\.\pipe\mine` },
      String.raw`\\.\pipe\mine`,
    ],
    ['on Windows not by a socket of Cygwin', { platform: 'win32', authSock: '/tmp/x', exists: () => true }, pipe],
    ['on Windows not where it is none', { platform: 'win32', identityAgent: 'none', exists: () => true }, undefined],
  ] as const)('%s', (_name, options, expected) => {
    expect(agentPath({ platform: 'linux', ...options })).toBe(expected)
  })
})
