import { chmod, chown, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readSshConfig, type SshConfigOptions } from '../../../../../src/core/ssh/config/index.ts'

let home: string
let file: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'headway-home-'))
  await mkdir(join(home, '.ssh'), { mode: 0o700 })
  file = join(home, '.ssh', 'config')
})
afterEach(() => rm(home, { recursive: true, force: true }))

async function configOf(text: string, more: Partial<SshConfigOptions> = {}) {
  await writeFile(file, text, { mode: 0o600 })
  return readSshConfig({ home, user: 'me', files: [file], ...more })
}
const failure = (detail: string) => ({
  value: { code: 'SSH_FAILED', data: { reason: 'config', detail: expect.stringContaining(detail) } },
})
function thrown(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}

describe('a host without configuration', () => {
  it('is as ssh takes it', async () => {
    const config = await readSshConfig({ home, user: 'me', files: [file] })
    expect(config.hosts()).toEqual([])
    expect(config.resolve('login')).toEqual({
      alias: 'login',
      host: 'login',
      port: 22,
      user: 'me',
      userConfigured: false,
      identityFiles: [],
      identitiesConfigured: false,
      identitiesOnly: false,
      proxyJump: [],
      userKnownHostsFiles: [join(home, '.ssh/known_hosts'), join(home, '.ssh/known_hosts2')],
      globalKnownHostsFiles: ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'],
      hashKnownHosts: false,
      certificateFiles: [],
      unsupported: [],
    })
    expect(config.resolve('login', { user: 'alice', port: 99 })).toMatchObject({
      user: 'alice',
      port: 99,
      userConfigured: true,
    })
  })

  it('reads ~/.ssh/config by itself', async () => {
    await writeFile(file, 'Host mine\n  HostName there\n')
    expect((await readSshConfig({ home, user: 'me' })).resolve('mine').host).toBe('there')
  })
})

describe('hosts', () => {
  it('are those that name one machine, each once, in order, of included files too', async () => {
    await writeFile(join(home, '.ssh', 'more.conf'), 'Host third only-for-first\n  User u\n')
    const config = await configOf(
      [
        'Host first second *.pattern !not -bad',
        '  HostName real.example',
        '  User alice',
        'Host second',
        '  Port 99',
        '  ProxyJump bob@gate:2200,other',
        'Match all',
        'Include more.conf',
        'Host first',
        'Host broken',
        '  Port none',
        'Host "quoted"',
        'Include more.conf',
        '',
      ].join('\n'),
    )
    expect(config.hosts()).toEqual([
      { alias: 'first', hostname: 'real.example', user: 'alice', port: 22 },
      { alias: 'second', hostname: 'real.example', user: 'alice', port: 99, proxyJump: 'bob@gate:2200,other' },
      { alias: 'third', hostname: 'third', user: 'u', port: 22 },
      { alias: 'only-for-first', hostname: 'only-for-first', user: 'u', port: 22 },
      { alias: 'quoted', hostname: 'quoted', port: 22 },
    ])
  })

  it('do not include one of a file that is included for others', async () => {
    await writeFile(join(home, '.ssh', 'more.conf'), 'Host inner\n  User u\n')
    const config = await configOf('Host outer\n  Include more.conf\n')
    expect(config.hosts().map(({ alias }) => alias)).toEqual(['outer'])
  })
})

describe('what the built-in client cannot do', () => {
  it('is named, for this host only', async () => {
    const config = await configOf(
      [
        'Host a',
        '  ProxyCommand nc %h %p',
        '  CertificateFile ~/.ssh/id-cert.pub',
        '  GSSAPIAuthentication yes',
        '  PKCS11Provider /usr/lib/x.so',
        '  Ciphers aes256-ctr',
        '  KexAlgorithms +diffie-hellman-group1-sha1',
        'Host *',
        '  GSSAPIAuthentication no',
        '  PKCS11Provider none',
        '  SecurityKeyProvider internal',
      ].join('\n'),
    )
    expect(config.resolve('a')).toMatchObject({
      unsupported: [
        'ProxyCommand',
        'CertificateFile',
        'PKCS11Provider',
        'GSSAPIAuthentication',
        'KexAlgorithms',
        'Ciphers',
      ],
      proxyCommand: 'nc %h %p',
      certificateFiles: [join(home, '.ssh/id-cert.pub')],
    })
    expect(config.resolve('b').unsupported).toEqual([])
  })

  it('includes Match exec, which is never run', async () => {
    const trace = join(home, 'trace')
    const config = await configOf(
      [
        `Match host a exec "touch ${trace}"`,
        '  Port 5',
        `Match !exec "touch ${trace}" host a`,
        '  Port 6',
        `Match host b exec "touch ${trace}"`,
        '  Port 7',
      ].join('\n'),
    )
    expect(config.resolve('a')).toMatchObject({ port: 22, unsupported: ['Match exec'] })
    expect(config.resolve('c')).toMatchObject({ port: 22, unsupported: [] })
    expect(config.hosts()).toEqual([])
    expect(await readdir(home)).not.toContain('trace')
  })

  it('says what of signing in is left', async () => {
    const config = await configOf(
      'Host a\n  PasswordAuthentication no\nHost b\n  PreferredAuthentications keyboard-interactive,publickey\n  PubkeyAuthentication no\n',
    )
    expect(config.resolve('a').preferredAuthentications).toEqual([
      'gssapi-with-mic',
      'hostbased',
      'publickey',
      'keyboard-interactive',
    ])
    expect(config.resolve('b').preferredAuthentications).toEqual(['keyboard-interactive'])
    expect(config.resolve('c').preferredAuthentications).toBeUndefined()
  })
})

describe('an identity agent', () => {
  it.each([
    ['none', 'none'],
    ['SSH_AUTH_SOCK', undefined],
    ['$MY_AGENT', '/run/my-agent'],
    ['$NO_AGENT', 'none'],
    ['${MY_AGENT}', '/run/my-agent'],
    ['/run/%u.sock', '/run/me.sock'],
  ])('%s', async (text, expected) => {
    const config = await configOf(`IdentityAgent ${text}\n`, { environment: { MY_AGENT: '/run/my-agent' } })
    expect(config.resolve('a').identityAgent).toBe(expected)
  })

  it('in the home folder, and identity files of none', async () => {
    const config = await configOf('IdentityAgent "~/my agent"\nIdentityFile none\n')
    expect(config.resolve('a')).toMatchObject({
      identityAgent: join(home, 'my agent'),
      identityFiles: [],
      identitiesConfigured: true,
    })
  })
})

describe('a configuration that cannot be used', () => {
  it.each([
    ['a port', 'Port 99999', 'no number'],
    ['a token', 'IdentityFile %Q/x', '%Q'],
    ['a variable', 'IdentityFile ${NOWHERE}/x', '${NOWHERE}'],
    ['an open variable', 'IdentityFile ${NOWHERE', '${NOWHERE'],
    ["another user's home", 'IdentityFile ~other/x', 'other'],
    ['a host', 'HostName -oProxyCommand=x', 'hyphen'],
    ['a user', 'User "a;b"', 'character'],
    ['a jump host', 'ProxyJump -oX', 'hyphen'],
    ['a criterion', 'Match moon full', 'moon'],
    ['a criterion without its argument', 'Match host', 'argument'],
    ['all among others', 'Match user x all', 'all'],
  ])('for %s', async (_name, text, detail) => {
    const config = await configOf(`${text}\n`)
    expect(thrown(() => config.resolve('a'))).toMatchObject(failure(detail))
    expect(config.hosts()).toEqual([])
  })

  it('has its damaged lines named and skipped', async () => {
    const config = await configOf('User "open\nPort\nHostName ""\n\ufeffUser\n=x\nHost a\n  Port 5\n')
    expect(config.problems).toEqual([
      { file, line: 1, reason: 'a quote is not closed' },
      { file, line: 2, reason: 'an argument is missing' },
      { file, line: 3, reason: 'an argument is missing' },
      { file, line: 4, reason: 'an argument is missing' },
      { file, line: 5, reason: 'a keyword is missing' },
    ])
    expect(config.resolve('a')).toMatchObject({ port: 5, user: 'me' })
  })

  it('includes too deep, or itself', async () => {
    await expect(configOf('Include config\n')).rejects.toMatchObject(failure('too many includes'))
    for (let i = 1; i <= 16; i++)
      await writeFile(join(home, '.ssh', `${i}`), i === 16 ? 'Port 16\n' : `Include ${i + 1}\n`)
    expect((await configOf('Include 1\n')).resolve('a').port).toBe(16)
    await expect(configOf('Include config.d/*\nInclude 0\nInclude 1\n')).resolves.toBeDefined()
    await writeFile(join(home, '.ssh', '0'), 'Include 1\n')
    await expect(configOf('Include 0\n')).rejects.toMatchObject(failure('too many includes'))
    await expect(
      configOf('Include twice twice\n')
        .then(() => writeFile(join(home, '.ssh', 'twice'), 'Include twice twice\n'))
        .then(() => configOf('Include twice\n')),
    ).rejects.toMatchObject(failure('too many includes'))
  })

  it('could have been written by others, or cannot be read', async () => {
    await configOf('User x\n')
    await chmod(file, 0o602)
    await expect(readSshConfig({ home, user: 'me' })).rejects.toMatchObject(failure('permissions'))
    await chmod(file, 0o600)
    if (process.getuid?.() === 0) {
      await chown(file, 12345, 0)
      await expect(readSshConfig({ home, user: 'me' })).rejects.toMatchObject(failure('owner'))
    }
    await rm(file)
    await writeFile(file, `#${'x'.repeat(1024 * 1024)}`)
    await expect(readSshConfig({ home, user: 'me' })).rejects.toMatchObject(failure('too large'))
    await expect(readSshConfig({ home, user: 'me', files: [join(file, 'x')] })).rejects.toMatchObject(
      failure('ENOTDIR'),
    )
  })
})

describe('on Windows', () => {
  it('has paths with drives and backslashes', async () => {
    const config = await configOf(
      [
        String.raw`IdentityFile C:\Users\me\.ssh\id_one`,
        String.raw`IdentityFile "D:\my keys\id_two"`,
        'IdentityFile ~/.ssh/id_three',
        String.raw`IdentityFile ~\.ssh\id_four`,
        'IdentityFile %d/.ssh/id_five',
        'User "CORP\\\\me"',
      ].join('\r\n'),
      { home: String.raw`C:\Users\me`, platform: 'win32', environment: { ProgramData: String.raw`C:\ProgramData` } },
    )
    expect(config.resolve('a')).toMatchObject({
      identityFiles: [
        String.raw`C:\Users\me\.ssh\id_one`,
        String.raw`D:\my keys\id_two`,
        String.raw`C:\Users\me\.ssh\id_three`,
        String.raw`C:\Users\me\.ssh\id_four`,
        String.raw`C:\Users\me/.ssh/id_five`,
      ],
      user: String.raw`CORP\me`,
      userKnownHostsFiles: [String.raw`C:\Users\me\.ssh\known_hosts`, String.raw`C:\Users\me\.ssh\known_hosts2`],
      globalKnownHostsFiles: [
        String.raw`C:\ProgramData\ssh\ssh_known_hosts`,
        String.raw`C:\ProgramData\ssh\ssh_known_hosts2`,
      ],
    })
  })
})
