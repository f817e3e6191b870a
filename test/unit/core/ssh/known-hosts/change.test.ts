import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openKnownHosts } from '../../../../../src/core/ssh/known-hosts/index.ts'
import { hasPart } from '../../../../helpers/parts.ts'
import { foundBySsh, hashNames, makeKey, type Key } from './keygen.ts'

const lines: string[] = []
const line = (message: string): void => void lines.push(message)
const log = { debug: line, info: line, warn: line, error: line }

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
  lines.length = 0
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const known = (more: { hash?: boolean } = {}) => openKnownHosts({ files: [file], write: file, log, ...more })
const verdict = async (host: string, port: number, key: Key) => (await known().check(host, port, key.blob)).verdict

describe.skipIf(!hasPart('ssh'))('an accepted key', () => {
  it.each([false, true])('is found by ssh-keygen, hashed: %s', async (hash) => {
    file = join(folder, 'new', 'known_hosts')
    await known({ hash }).add('Login', 22, ed.blob)
    await known({ hash }).add('login', 2222, ecdsa.blob)
    await known({ hash }).add('login', 22, ed.blob)
    expect(foundBySsh(file, 'login')).toEqual([1])
    expect(foundBySsh(file, '[login]:2222')).toEqual([2])
    expect((await readFile(file, 'utf8')).includes('login')).toBe(!hash)
    expect(await verdict('login', 22, ed)).toBe('known')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await stat(join(folder, 'new'))).mode & 0o777).toBe(0o700)
    expect(await readdir(join(folder, 'new'))).toEqual(['known_hosts'])
  })

  it('keeps what stands there byte for byte, and ends an unended line', async () => {
    const foreign = Buffer.from(`# caf\u00e9 \u00ff \r\n\r\nfoo ${ed.text}`, 'latin1')
    await writeFile(file, foreign)
    await known().add('login', 22, ed.blob)
    expect(await readFile(file)).toEqual(Buffer.concat([foreign, Buffer.from(`\nlogin ${ed.text}\n`)]))
  })

  it('is not lost when many come at once, to several instances', async () => {
    const hosts = Array.from({ length: 20 }, (_, index) => `node${index}`)
    await Promise.all(hosts.map((host) => known().add(host, 22, ed.blob)))
    expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(21)
  })

  it('is refused for a name that would be read as something else', async () => {
    for (const host of ['', '*', 'a,b', 'a b', 'a\nb', '|1|x', '#a', '@a', '!a', 'a?']) {
      await expect(known().add(host, 22, ed.blob), host).rejects.toMatchObject({ value: { code: 'BAD_INPUT' } })
    }
    await expect(known().add('login', 22, Buffer.from('x'))).rejects.toMatchObject({ value: { code: 'BAD_INPUT' } })
    expect(await readdir(folder)).toEqual([])
  })

  it('goes through a symbolic link, and never in the place of a device', async () => {
    const target = join(folder, 'dotfiles')
    await writeFile(target, '')
    await symlink(target, file)
    await known().add('login', 22, ed.blob)
    expect(await readFile(target, 'utf8')).toBe(`login ${ed.text}\n`)
    await openKnownHosts({ files: [], write: '/dev/null', log }).add('login', 22, ed.blob)
    expect((await stat('/dev/null')).isCharacterDevice()).toBe(true)
  })
})

const content = () =>
  [
    '# kept',
    `login ${other.text} by hand`,
    `login,10.0.0.7,LOGIN ${ecdsa.text}\r`,
    `*.example,login ${rsa.text}`,
    `!login,login ${rsa.text}`,
    `elsewhere ${ed.text}`,
    `@revoked login ${other.text}`,
    '',
  ].join('\n')

describe.skipIf(!hasPart('ssh'))('replacing', () => {
  it('takes exactly the name out of every file, and keeps the rest and a copy', async () => {
    const mine = join(folder, 'mine')
    const system = join(folder, 'system')
    await writeFile(file, content())
    await writeFile(system, `login ${other.text}\n`)
    await chmod(file, 0o644)
    await openKnownHosts({ files: [mine, file, system], write: mine, readOnly: [system], log }).replace(
      'login',
      22,
      ed.blob,
    )
    expect(await readFile(file, 'utf8')).toBe(
      [
        '# kept',
        `10.0.0.7 ${ecdsa.text}\r`,
        `*.example ${rsa.text}`,
        `!login,login ${rsa.text}`,
        `elsewhere ${ed.text}`,
        `@revoked login ${other.text}`,
        '',
      ].join('\n'),
    )
    expect(await readFile(`${file}.old`, 'utf8')).toBe(content())
    expect(await readFile(mine, 'utf8')).toBe(`login ${ed.text}\n`)
    expect(await readFile(system, 'utf8')).toBe(`login ${other.text}\n`)
    expect(await readdir(folder)).toEqual(['known_hosts', 'known_hosts.old', 'mine', 'system'])
    expect(lines).toEqual(['another key stays known for the host'])
    expect((await openKnownHosts({ files: [mine, file], write: mine, log }).check('login', 22, ed.blob)).verdict).toBe(
      'known',
    )
  })

  it('leaves as ssh-keygen -R does where lines name one host each, hashed lines too', async () => {
    await mkdir(join(folder, 'theirs'))
    const text = `login ${other.text}\n[login]:2222 ${other.text}\n@cert-authority login ${rsa.text}\nx ${rsa.text}\n`
    await writeFile(file, text)
    hashNames(file)
    await rm(`${file}.old`)
    const theirs = join(folder, 'theirs', 'known_hosts')
    await writeFile(theirs, await readFile(file))
    execFileSync('ssh-keygen', ['-R', '[login]:2222', '-f', theirs], { stdio: 'pipe' })
    await openKnownHosts({ files: [file], write: join(folder, 'mine'), log }).replace('login', 2222, ed.blob)
    expect(await readFile(file, 'utf8')).toBe(await readFile(theirs, 'utf8'))
    expect(foundBySsh(file, '[login]:2222')).toEqual([])
    expect(foundBySsh(file, 'login')).not.toEqual([])
  })

  it('leaves the lines of the key itself, and adds no second one', async () => {
    await writeFile(file, `login ${ed.text} comment\nlogin ${other.text}\n`)
    await known().replace('login', 22, ed.blob)
    expect(await readFile(file, 'utf8')).toBe(`login ${ed.text} comment\n`)
  })
})
