import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { destinationText, readSshConfig } from '../../../../../src/core/ssh/config/index.ts'
import { hasPart } from '../../../../helpers/parts.ts'

const { username, homedir: home } = userInfo()
let folder: string
let file: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-config-'))
  file = join(folder, 'config')
  await writeFile(join(folder, 'one.conf'), 'User one\nHost inside\n  Port 1111\nHost *\n  Port 1000\n')
  await writeFile(join(folder, 'two.conf'), 'User two\n')
  await writeFile(join(folder, 'empty'), '')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** `@` in a configuration stands for the test's folder. */
const cases: [name: string, config: string, aliases: string[], user?: string][] = [
  ['nothing', '', ['login', 'LOGIN', '10.0.0.1', '::1']],
  ['a host', 'Host login\n  HostName login.example.org\n  User alice\n  Port 2222\n', ['login', 'other', 'Login']],
  ['first value wins', 'Host a\n  User one\nHost *\n  User two\n  Port 7\nHost a\n  Port 8\n', ['a', 'b']],
  ['values before any host', 'User early\nHost a\n  User late\n', ['a']],
  ['key=value', 'Host a\n  User=alice\n  Port = 22022\n  HostName =a.example\n  IdentityFile=~/.ssh/x\n', ['a']],
  ['keywords in any case', 'HOST a\n  hostNAME b.example\n  USER x\n  identitiesonly YES\n', ['a']],
  ['tabs, CRLF and blanks', 'Host\ta\r\n\tHostName\tb.example   \r\n\r\n   Port   99\t\r\n', ['a']],
  ['comments', '# one\nHost a # b c\n  User x # why\n  #Port 5\n  HostName "b.example" #c\n', ['a', 'b']],
  ['several patterns', 'Host a b "c d" e?\n  Port 5\n', ['a', 'b', 'e1', 'e', 'e12']],
  [
    'wildcards',
    'Host *.example\n  Port 5\nHost 10.0.?.*\n  Port 6\nHost n??\n  Port 7\n',
    ['x.example', 'example', '10.0.1.2', '10.0.11.2', 'n01', 'n1'],
  ],
  ['negation', 'Host * !gate !*.com\n  Port 5\n  ProxyJump gate\n', ['a', 'gate', 'a.com']],
  ['negation alone', 'Host !gate\n  Port 5\n', ['a', 'gate']],
  ['patterns are no comma lists', 'Host a,b\n  Port 5\n', ['a', 'b']],
  [
    'identity files add up',
    'Host a\n  IdentityFile ~/.ssh/one\nHost *\n  IdentityFile "/keys/with blank"\n  IdentityFile ~/.ssh/one\n',
    ['a', 'b'],
  ],
  ['identities only', 'Host a\n  IdentitiesOnly yes\nHost *\n  IdentitiesOnly no\n', ['a', 'b']],
  [
    'quotes and backslashes',
    "Host a\n  IdentityFile '/x y/\\'z'\n  IdentityFile /p\\ q\n  IdentityFile C:\\Users\\me\\key\n  User \"do\\\\me\"\n",
    ['a'],
  ],
  [
    'a jump host',
    'Host a\n  ProxyJump alice@gate:2222\nHost b\n  ProxyJump gate\nHost c\n  ProxyJump ssh://bob@gate:22\n',
    ['a', 'b', 'c'],
  ],
  ['several jump hosts', 'Host a\n  ProxyJump one,alice@two:2200,[::1]:3\n', ['a']],
  ['no jump host', 'Host a\n  ProxyJump none\nHost *\n  ProxyJump gate\n', ['a', 'b']],
  ['a command before a jump host', 'Host a\n  ProxyCommand none\nHost *\n  ProxyJump gate\n', ['a', 'b']],
  ['a jump host before a command', 'Host *\n  ProxyJump gate # comment\n  ProxyCommand nc %h %p\n', ['a']],
  ['none before a command', 'ProxyJump none\nProxyCommand nc  "%h"  %p # all of it\n', ['a']],
  ['HostName with tokens', 'Host *\n  HostName %h.cluster.example\nHost a\n  HostName b\n', ['a', 'n1']],
  ['HostName in capitals', 'HostName LOGIN.Example\n', ['a']],
  ['a user of the command line', 'Match user bob\n  Port 5\nHost *\n  User alice\n', ['a'], 'bob'],
  ['match all', 'Host a\n  Port 5\nMatch all\n  User x\n', ['a', 'b']],
  [
    'match host',
    'Host a\n  HostName deep.example\nMatch host *.example\n  Port 5\nMatch host a\n  Port 6\n',
    ['a', 'b.example', 'A'],
  ],
  [
    'match originalhost',
    'Host a\n  HostName b\nMatch originalhost a,c\n  Port 5\nMatch originalhost b\n  Port 6\n',
    ['a', 'b', 'c'],
  ],
  ['match user', 'Host a\n  User alice\nMatch user alice\n  Port 5\nMatch user root,me\n  Port 6\n', ['a', 'b']],
  ['match localuser', `Match localuser ${username}\n  Port 5\nMatch localuser nobodyelse\n  Port 6\n`, ['a']],
  [
    'match of several criteria',
    'Match host a user root,other\n  Port 5\nMatch !host a originalhost *\n  Port 6\n',
    ['a', 'b'],
  ],
  ['match negated lists', 'Match host *,!a\n  Port 5\n', ['a', 'b']],
  [
    'match final',
    'Match final host *.example\n  Port 5\nHost short\n  HostName long.example\nHost long.example\n  User late\n',
    ['short', 'long.example', 'x'],
  ],
  ['match !final', 'Match !final\n  Port 5\nMatch final\n  User x\n', ['a']],
  ['match canonical', 'Match canonical\n  Port 5\nHost *\n  Port 6\n', ['a']],
  ['match exec that is false', 'Match exec "exit 1"\n  Port 5\nHost *\n  Port 6\n', ['a']],
  ['match with an equals sign', 'Match host=a\n  Port 5\n', ['a', 'b']],
  ['match, a comment after', 'Match host a # or not\n  Port 5\n', ['a', 'b']],
  ['an include', 'Include @/one.conf\nUser three\n', ['a', 'inside']],
  ['an include of several', 'Include @/t*.conf @/one.conf @/missing "@/empty"\n', ['a', 'inside']],
  [
    'an include for one host',
    'Host a\n  Include @/one.conf\n  HostName after\nHost *\n  User three\n',
    ['a', 'b', 'inside'],
  ],
  [
    'an include in an unmatched match',
    'Match user nobody\n  Include @/one.conf\nMatch all\n  User z\n',
    ['a', 'inside'],
  ],
  [
    'names and ports',
    'HostKeyAlias Alias\nConnectTimeout 1m30\nHashKnownHosts yes\nUserKnownHostsFile ~/a "/b c"\n',
    ['a'],
  ],
]

/** What the real ssh makes of the file. */
function askSsh(alias: string, user: string | undefined): Map<string, string[]> {
  const args = ['-G', '-F', file, ...(user === undefined ? [] : ['-l', user]), alias]
  const values = new Map<string, string[]>()
  for (const line of execFileSync('ssh', args, { encoding: 'utf8', stdio: 'pipe' }).split('\n')) {
    const [key = '', ...rest] = line.split(' ')
    values.set(key, [...(values.get(key) ?? []), rest.join(' ')])
  }
  return values
}

describe.skipIf(!hasPart('ssh'))('a configuration says what ssh -G says:', () => {
  it.each(cases)('%s', async (_name, text, aliases, user) => {
    await writeFile(file, text.replaceAll('@/', `${folder}/`))
    const config = await readSshConfig({ home, user: username, files: [file] })
    expect(config.problems).toEqual([])
    for (const alias of aliases) {
      const theirs = askSsh(alias, user)
      const first = (key: string) => theirs.get(key)?.[0]
      const ours = config.resolve(alias, { user })
      const atHome = (path: string) => (path.startsWith('~/') ? join(home, path.slice(2)) : path)
      const identities = (theirs.get('identityfile') ?? []).map(atHome)
      expect({
        hostname: ours.host,
        user: ours.user,
        port: String(ours.port),
        identitiesonly: ours.identitiesOnly,
        proxyjump: ours.proxyJump.length === 0 ? undefined : ours.proxyJump.map(destinationText).join(','),
        proxycommand: ours.proxyCommand,
        hashknownhosts: ours.hashKnownHosts,
        userknownhosts: ours.userKnownHostsFiles.join(' '),
        hostkeyalias: ours.hostKeyAlias,
        timeout: ours.connectTimeout,
      }).toEqual({
        hostname: first('hostname'),
        user: first('user'),
        port: first('port'),
        identitiesonly: first('identitiesonly') === 'yes',
        proxyjump: first('proxyjump')?.replace('ssh://', ''),
        proxycommand: first('proxycommand'),
        hashknownhosts: first('hashknownhosts') === 'yes',
        userknownhosts: first('userknownhostsfile')?.replaceAll('~', home),
        hostkeyalias: first('hostkeyalias'),
        timeout: first('connecttimeout') === 'none' ? undefined : Number(first('connecttimeout')),
      })
      // Without any configured ssh lists its default files, which are not the configuration's.
      if (ours.identitiesConfigured) {
        expect(ours.identityFiles).toEqual(identities.map((path) => (path.startsWith('/') ? path : join(home, path))))
      } else {
        expect(identities).toContain(join(home, '.ssh/id_rsa'))
      }
    }
  })

  it('tokens and variables in paths', async () => {
    const tokens = ['%d', '%h', '%i', '%k', '%L', '%l', '%n', '%p', '%r', '%u', '%C', '%%', '${HOME}', '~']
    const identities = tokens.map((token, index) => `  IdentityFile ${token}/${index}`)
    await writeFile(file, ['Host a', '  HostName %h.example', '  User alice', '  Port 99', ...identities].join('\n'))
    const options = ['-o', 'ProxyCommand=false', '-o', 'BatchMode=yes', '-o', 'LogLevel=DEBUG1']
    let said = ''
    try {
      execFileSync('ssh', ['-F', file, ...options, 'a'], {
        encoding: 'utf8',
        stdio: 'pipe',
        env: { HOME: '/var/home', PATH: process.env['PATH'] },
      })
    } catch (error) {
      said = (error as { stderr: string }).stderr
    }
    const theirs = [...said.matchAll(/identity file (.*) type -1/g)].map(([, path = '']) => path)
    const config = await readSshConfig({
      home,
      user: username,
      files: [file],
      environment: { HOME: '/var/home' },
      hostname: hostname(),
    })
    const ours = config.resolve('a').identityFiles
    // A relative path is left so by ssh, which was started in some folder, and meant from the home folder here.
    const short = (path: string) => path.replace(`${home}/`, '')
    expect(ours).toHaveLength(tokens.length)
    expect(ours.map(short)).toEqual(theirs.filter((path) => !path.endsWith('-cert')).map(short))
  })
})
