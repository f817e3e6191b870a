import { execFile, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSameHost, nodeNamed } from '../../../../agent/src/desktops/nodes.ts'
import { sessionScript, wayOf } from '../../../../agent/src/desktops/script.ts'
import { EndedFile, endpointOf, parsed, SessionFile, StatsFile } from '../../../../agent/src/desktops/session.ts'
import { codeOf, codeParts, isShare, shareDigest } from '../../../../agent/src/desktops/share.ts'
import { newPassword, obfuscated } from '../../../../agent/src/desktops/vnc-password.ts'
import { hasPart } from '../../../helpers/parts.ts'
import { testConfig } from '../../../helpers/agent.ts'

describe('nodes of a job', () => {
  it.each([
    ['c2', 'c[1-3]', 'c2'],
    ['c4', 'c[1-3]', undefined],
    ['c02', 'c[01-10]', 'c02'],
    ['c2', 'c[01-10]', undefined],
    ['c10', 'c[8-11]', 'c10'],
    ['viz7', 'c[1-3],viz7', 'viz7'],
    ['viz7.example.org', 'c[1-3],viz7', 'viz7'],
    ['viz7', 'viz7.example.org', 'viz7.example.org'],
    ['c2.evil.example', 'c[1-3]', 'c2'],
    ['r1n03', 'r[1-2]n[01-04]', 'r1n03'],
    ['r3n03', 'r[1-2]n[01-04]', undefined],
    ['c12x', 'c[1-20]x', 'c12x'],
    ['c', 'c[1-3]', undefined],
    ['c1', '', undefined],
    ['', 'c1', undefined],
    ['c1', 'c[1-', undefined],
    ['c1', 'c[]', undefined],
    ['c5', 'c[1,3,5-7]', 'c5'],
    ['c4', 'c[1,3,5-7]', undefined],
  ])('%j among %j: %j', (host, nodes, expected) => {
    expect(nodeNamed(host, nodes)).toBe(expected)
  })

  it('whatever is written there, it is answered soon', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[c0-9.[\],-]{0,60}$/),
        fc.stringMatching(/^[c0-9.[\],-]{0,200}$/),
        (host, nodes) => {
          nodeNamed(host, nodes)
          return true
        },
      ),
    )
    expect(nodeNamed('c1'.repeat(100), 'c[1-2]'.repeat(100))).toBe('c1'.repeat(100))
  })

  it('a host is the same by its short name', () => {
    expect(isSameHost('head.example.org', 'head')).toBe(true)
    expect(isSameHost('', '.x')).toBe(false)
  })
})

describe('where a session says it listens', () => {
  const host = 'viz7'
  const socket = '/tmp/headway-aB3dE6gH/rfb'
  const certificate = 'ab'.repeat(32)
  const job = { nodes: 'viz[1-9]', here: 'head' }
  it.each([
    ['a socket on its node', { host, socket }, 'socket', { host, here: false, socket }],
    ['a socket here', { host: 'head.example.org', socket }, 'near', { host: 'head', here: true, socket }],
    ['a port of its node alone', { host, port: 5901 }, 'loopback', { host, here: false, port: 5901 }],
    [
      'a port in the network',
      { host, port: 5901, certificate },
      'network',
      { host, here: false, port: 5901, certificate },
    ],
    [
      'the same, asked for as near',
      { host, port: 5901, certificate },
      'near',
      { host, here: false, port: 5901, certificate },
    ],
  ] as const)('%s is believed', (_what, said, way, expected) => {
    const file = parsed(SessionFile, JSON.stringify({ display: 1, ...said }))
    expect(file && endpointOf(file, { ...job, way })).toEqual(expected)
  })

  it.each([
    ['another machine', { host: 'db1', port: 5432, certificate }, 'network'],
    ['a plain port in the network', { host, port: 5901 }, 'network'],
    ['a port of this machine, where it was told to use a socket', { host: 'head', port: 6379 }, 'socket'],
    ['a port of this machine, where it is near', { host: 'head', port: 6379, certificate }, 'near'],
    ['a socket on a node, where it is not near', { host, socket }, 'near'],
    ['both', { host, socket, port: 5901 }, 'socket'],
    ['neither', { host }, 'socket'],
    ['neither, in the network', { host, certificate }, 'network'],
  ] as const)('%s is not', (_what, said, way) => {
    const file = parsed(SessionFile, JSON.stringify(said))
    expect(file).toBeDefined()
    expect(file && endpointOf(file, { ...job, way })).toBeUndefined()
  })

  it.each([
    ['a port of the system', { host, port: 22 }],
    ['a socket of the system', { host, socket: '/run/docker.sock' }],
    ['a way out of the folder', { host, socket: '/tmp/headway-aB3dE6gH/../x' }],
    ['another way out', { host, socket: '/tmp/headway-aB3dE6gH/..' }],
    ['an address for a name', { host: '[::1]', port: 5901 }],
    ['a name with an end', { host: 'viz7 -oProxyCommand=x', port: 5901 }],
    ['a number for a name', { host: 7, port: 5901 }],
    ['no certificate but text', { host, port: 5901, certificate: 'AB'.repeat(32) }],
    ['a list', []],
    ['nothing', null],
  ])('%s is no such file', (_what, said) => {
    expect(parsed(SessionFile, JSON.stringify(said))).toBeUndefined()
  })

  it('files that are none are nothing', () => {
    for (const text of [
      undefined,
      '',
      '{',
      '"x"',
      '{"at":1,"viewers":-1}',
      '{"at":1,"viewers":1e9}',
      '\0'.repeat(50),
    ]) {
      expect(parsed(StatsFile, text)).toBeUndefined()
    }
    expect(parsed(EndedFile, '{"kind":"idle"}')).toBeUndefined()
    expect(
      parsed(StatsFile, `{"at":1,"viewers":1,"gpu":[${'{"percent":1,"memoryMb":1},'.repeat(70)}{}]}`),
    ).toBeUndefined()
  })
})

describe('passwords', () => {
  it('are hidden in files as VNC’s own tool hides them', () => {
    // What `vncpasswd -f` of TigerVNC 1.13 makes of these.
    expect(obfuscated('password').toString('hex')).toBe('dbd83cfd727a1458')
    expect(obfuscated('passwordAndMore').toString('hex')).toBe('dbd83cfd727a1458')
  })

  it.skipIf(!hasPart('vncpasswd'))('the same for any', () => {
    for (const password of [newPassword(), newPassword(), 'short1']) {
      const tool = spawnSync('vncpasswd', ['-f'], { input: `${password}\n` })
      expect(obfuscated(password).equals(tool.stdout.subarray(0, 8))).toBe(true)
    }
  })

  it('are 8 letters and digits, each another one', () => {
    const made = Array.from({ length: 200 }, newPassword)
    for (const password of made) expect(password).toMatch(/^[A-Za-z0-9]{8}$/)
    expect(new Set(made).size).toBe(200)
  })

  it('of colleagues are known again, and nothing else is', () => {
    const kept = shareDigest('secret', 7, 'Abcdefg1')
    expect(isShare(kept, shareDigest('secret', 7, 'Abcdefg1'))).toBe(true)
    expect(isShare(kept, shareDigest('secret', 8, 'Abcdefg1'))).toBe(false)
    expect(isShare(kept, shareDigest('secret', 7, 'Abcdefg2'))).toBe(false)
    expect(isShare(undefined, '')).toBe(false)
    expect(isShare(undefined, '\0'.repeat(64))).toBe(false)
    expect(codeParts(codeOf('a-b-12.7', 'Abcdefg1'))).toEqual({ id: 'a-b-12.7', password: 'Abcdefg1' })
  })
})

describe('the script of a desktop', () => {
  const run = promisify(execFile)
  const told = 'printf "%s|" "$HEADWAY_TITLE" "$HEADWAY_DPI"; bash .headway/desktop/script'

  async function outcome(script: string, title: string): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), 'headway-desktop-'))
    try {
      const file = join(folder, 'job')
      writeFileSync(file, sessionScript(script, told, { HEADWAY_TITLE: title, HEADWAY_DPI: '' }))
      chmodSync(file, 0o700)
      const { stdout } = await run(file, { cwd: folder })
      expect(statSync(join(folder, '.headway/desktop')).mode & 0o777).toBe(0o700)
      expect(statSync(join(folder, '.headway/desktop/script')).mode & 0o777).toBe(0o600)
      expect(readFileSync(join(folder, '.headway/desktop/script'), 'utf8')).toBe(script.replace(/\n?$/, '\n'))
      return stdout
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  it('arrives as it is, with any title', async () => {
    const title = `it's "$(touch evil)" \`id\` \\ 한글 ; rm -rf x`
    expect(await outcome('echo "$HOME" >/dev/null; echo \'a\' $((1+1)) \\\\', title)).toBe(`${title}||a 2 \\\n`)
    const nested = "cat <<'EOF'\n$x `y`\nEOF\ncat <<HEADWAY_0\nz\nHEADWAY_0"
    expect(await outcome(nested, 'x')).toBe('x||$x `y`\nz\n')
  })

  it('keeps what sbatch reads at the top, and no comment more', () => {
    const script = '#!/bin/bash\n#SBATCH --mem=1G\n# for us\n\n#SBATCH -C gpu\necho x\n#SBATCH --late\n'
    const [shebang, ...lines] = sessionScript(script, 'true', { A: 'b' }).split('\n')
    expect(shebang).toBe('#!/bin/bash')
    expect(lines.slice(0, 3)).toEqual(['#SBATCH --mem=1G', '#SBATCH -C gpu', "export A='b'"])
  })

  it.each([
    ['in user mode', { owner: 'kim' }, {}, 'socket'],
    ['in site mode', { runAs: 'sudo' as const }, {}, 'network'],
    ['with all jobs as the agent', {}, {}, 'near'],
    ['as the site says', { owner: 'kim' }, { HEADWAY_DESKTOP_WAY: 'loopback' }, 'loopback'],
  ])('listens %s', (_what, more, environment, expected) => {
    expect(wayOf({ ...testConfig(environment), ...more })).toBe(expected)
  })
})
