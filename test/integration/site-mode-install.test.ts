import { execFile, execFileSync } from 'node:child_process'
import { chmod, cp, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { Value } from 'typebox/value'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { SiteAgentFile } from '../../contract/agent/start.ts'
import { hasPart } from '../helpers/parts.ts'

const run = promisify(execFile)
const root = resolve(import.meta.dirname, '../..')
const script = join(root, 'assets/site-mode/install.sh')

/** As much of systemctl as the script uses: it really starts and ends what the unit says, below DESTDIR. */
const systemctl = `#!/bin/bash
echo "$*" >>"$FAKE/calls"
unit="$DESTDIR/etc/systemd/system/headway-agent.service"
stop() {
  [[ -f "$FAKE/pid" ]] || return 0
  kill "$(cat "$FAKE/pid")" 2>/dev/null
  while kill -0 "$(cat "$FAKE/pid")" 2>/dev/null; do sleep 0.05; done
  rm -f "$FAKE/pid"
}
case "$*" in
  is-system-running) echo running ;;
  is-active*) [[ -f "$FAKE/pid" ]] && kill -0 "$(cat "$FAKE/pid")" 2>/dev/null ;;
  disable* | stop*) stop ;;
  restart*)
    stop
    [[ -f "$unit" ]] || exit 5
    command="$(sed -n 's/^ExecStart=//p' "$unit")"
    data="$(sed -n 's/^Environment=HEADWAY_DATA=//p' "$unit")"
    env -i PATH="$PATH" HOME="$FAKE" HEADWAY_DATA="$DESTDIR$data" setsid \${command//\\/usr\\/lib/$DESTDIR/usr/lib} >>"$FAKE/log" 2>&1 &
    echo $! >"$FAKE/pid"
    ;;
esac
`

/** What a script that must fail wrote to standard error. */
const refused = async (work: Promise<unknown>): Promise<string> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof Error && 'stderr' in error) return String(error.stderr)
  throw new Error(`expected a failure, got ${String(error)}`)
}

const isUp = async (url: string) => (await fetch(`${url}/health`).catch(() => undefined))?.ok === true
/** Without the times, sizes and numbers that change when a file is written again. */
const withoutTimes = (lines: string[]) => lines.map((line) => line.split(' ').toSpliced(2, 3).join(' '))

describe.skipIf(!hasPart('visudo'))('the installation for a whole site', () => {
  let base: string
  let built: string
  let dest: string
  let fake: string

  beforeAll(async () => {
    base = await mkdtemp(join(tmpdir(), 'headway-install-'))
    built = join(base, 'built')
    await run(process.execPath, [join(root, 'scripts/build.mjs'), '--agent-into', built], { cwd: root })
    await writeFile(join(built, 'VERSION'), '1.2.3\n')
  })
  afterAll(() => rm(base, { recursive: true, force: true }))
  beforeEach(async () => {
    dest = await mkdtemp(join(base, 'dest-'))
    fake = await mkdtemp(join(base, 'fake-'))
    await mkdir(join(fake, 'bin'))
    await writeFile(join(fake, 'bin/systemctl'), systemctl, { mode: 0o755 })
  })
  afterEach(async () => {
    await run(join(fake, 'bin/systemctl'), ['disable'], { env: environment() })
    await rm(dest, { recursive: true, force: true })
  })

  const environment = () => ({ PATH: `${join(fake, 'bin')}:${process.env['PATH'] ?? ''}`, DESTDIR: dest, FAKE: fake })
  const install = async (...args: string[]) => {
    const { stdout } = await run(script, ['--node', process.execPath, ...args], { env: environment() })
    return stdout
  }
  const installed = (...args: string[]) => install('--from', built, ...args)
  const calls = async () => (await readFile(join(fake, 'calls'), 'utf8').catch(() => '')).split('\n')
  const restarts = async () => (await calls()).filter((call) => call.startsWith('restart')).length
  const at = (path: string) => join(dest, path)
  /** Every file below DESTDIR but the agent's data: path, mode, time, size or target. */
  async function tree(): Promise<string[]> {
    const entries = await readdir(dest, { recursive: true, withFileTypes: true })
    const lines = entries.map(async (entry) => {
      const path = join(entry.parentPath, entry.name)
      const { mode, mtimeMs, size, ino } = await lstat(path)
      const target = entry.isSymbolicLink() ? await readlink(path) : ''
      return [relative(dest, path), mode.toString(8), mtimeMs, entry.isFile() ? size : '', ino, target].join(' ')
    })
    return (await Promise.all(lines)).filter((line) => !line.startsWith('var/')).toSorted()
  }
  /** Settings with which an agent starts here, without sudo and Slurm. */
  async function localSettings(): Promise<string> {
    const server = createServer()
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const { port } = server.address() as AddressInfo
    await new Promise((done) => server.close(done))
    await mkdir(at('var/lib/headway'), { recursive: true, mode: 0o700 })
    await writeFile(
      at('var/lib/headway/agent.yaml'),
      `port: ${port}\nscheduler: { kind: local, endJobsOnExit: true }\n`,
    )
    return `http://127.0.0.1:${port}`
  }
  /** Another build; `broken` does not start. */
  async function nextVersion(name: string, broken = false): Promise<string> {
    const folder = join(base, name)
    await cp(built, folder, { recursive: true })
    await writeFile(join(folder, 'VERSION'), `${name}\n`)
    if (broken) await writeFile(join(folder, 'agent.js'), 'process.exit(3)\n')
    return folder
  }
  const current = () => readlink(at('usr/lib/headway/current'))

  it('puts all in place, starts the agent, and changes nothing when run again', async () => {
    const url = await localSettings()
    expect(await installed()).toContain(`answers at ${url}`)
    expect(await isUp(url)).toBe(true)
    expect(await current()).toMatch(/^versions\/1\.2\.3-[0-9a-f]{12}$/)
    const pointer: unknown = JSON.parse(await readFile(at('etc/headway/agent.json'), 'utf8'))
    expect(Value.Check(SiteAgentFile, pointer)).toBe(true)
    expect(pointer).toEqual({ url, command: '/usr/lib/headway/headway-agent' })
    const unit = await readFile(at('etc/systemd/system/headway-agent.service'), 'utf8')
    expect(unit).toMatch(/^User=headway$/m)
    expect(unit).toMatch(/^UMask=0077$/m)
    expect(unit).not.toMatch(/^(NoNewPrivileges|Protect|Private|SystemCall)/m)
    const mode = async (path: string) => ((await lstat(at(path))).mode & 0o777).toString(8)
    expect(await mode('etc/sudoers.d/headway')).toBe('440')
    expect(await mode('etc/headway/agent.json')).toBe('644')
    expect(await mode('usr/lib/headway/headway-agent')).toBe('755')
    expect(await mode('usr/lib/headway/headway-helper')).toBe('755')
    const helper = await readFile(at('usr/lib/headway/headway-helper'), 'utf8')
    expect(helper).toMatch(/^NODE=\/usr\/lib\/headway\/current\/node$/m)
    expect(helper).toMatch(/^PROGRAM=\/usr\/lib\/headway\/current\/helper\.js$/m)

    const before = await tree()
    expect(await installed()).toContain('answers')
    expect(await tree()).toEqual(before)
    expect(await restarts()).toBe(1)
    // The settings are the administrator's.
    expect(await readFile(at('var/lib/headway/agent.yaml'), 'utf8')).toContain('kind: local')
  })

  it('upgrades, keeps what the administrator set in the helper, and the version before', async () => {
    const url = await localSettings()
    await installed()
    const first = await current()
    const path = at('usr/lib/headway/headway-helper')
    const changed = (await readFile(path, 'utf8'))
      .replace("ROOT='~/.headway'", 'ROOT=/scratch/{user}/headway')
      .replace('SLURM_CONF=\n', 'SLURM_CONF=/opt/slurm/etc/slurm.conf\n')
    await writeFile(path, changed)
    const second = await nextVersion('1.2.4')
    await install('--from', second)
    expect(await current()).toMatch(/^versions\/1\.2\.4-/)
    expect(await isUp(url)).toBe(true)
    expect(await readFile(path, 'utf8')).toBe(changed)
    expect(await readdir(at('usr/lib/headway/versions'))).toHaveLength(2)
    await install('--from', await nextVersion('1.2.5'))
    const kept = await readdir(at('usr/lib/headway/versions'))
    expect(kept.map((name) => name.slice(0, 5)).toSorted()).toEqual(['1.2.4', '1.2.5'])
    expect(kept).not.toContain(first.slice('versions/'.length))
  })

  it('goes back when the new version does not answer', async () => {
    const url = await localSettings()
    await installed()
    const before = await tree()
    const broken = await nextVersion('1.3.0', true)
    // It comes with another sudo rule, too.
    const rules = join(broken, 'assets/site-mode/headway.sudoers')
    await writeFile(rules, `# another\n${await readFile(rules, 'utf8')}`)
    const told = await refused(install('--from', broken, '--wait', '10'))
    expect(told).toContain('did not answer')
    expect(told).toMatch(/1\.2\.3-\w+, runs again/)
    expect(await isUp(url)).toBe(true)
    expect(withoutTimes(await tree())).toEqual(withoutTimes(before))
    expect(await readFile(at('etc/sudoers.d/headway'), 'utf8')).not.toContain('# another')
  })

  it('goes back over a database that the new version had carried on, with all that was in it', async () => {
    const url = await localSettings()
    await installed()
    const path = at('var/lib/headway/headway.db')
    const users = () => {
      const database = new DatabaseSync(path, { readOnly: true })
      try {
        return database.prepare('SELECT username FROM users').all()
      } finally {
        database.close()
      }
    }
    const before = users()
    expect(before).toHaveLength(1)
    const broken = await nextVersion('1.3.3', true)
    const carryOn = `import { DatabaseSync } from 'node:sqlite'
      const database = new DatabaseSync(process.env.HEADWAY_DATA + '/headway.db')
      database.exec('PRAGMA user_version = 999; DELETE FROM users')
      process.kill(process.pid, 'SIGKILL')`
    await writeFile(join(broken, 'agent.js'), carryOn)
    const told = await refused(install('--from', broken, '--wait', '10'))
    expect(told).toContain('Puts back the database')
    expect(told).toContain('runs again')
    expect(await isUp(url)).toBe(true)
    expect(users()).toEqual(before)
    expect((await readdir(at('usr/lib/headway'))).filter((name) => name.startsWith('.'))).toEqual([])
  })

  it('leaves nothing of a first version that does not start but the settings', async () => {
    await localSettings()
    expect(await refused(install('--from', await nextVersion('1.3.1', true), '--wait', '2'))).toContain(
      'did not answer',
    )
    const left = (await tree()).filter((line) => !/^\S+ 4\d+ /.test(line))
    expect(left).toEqual([])
    expect(await calls()).toContain('disable --now headway-agent')
  })

  it('refuses a sudo rule with a fault in it before anything is changed', async () => {
    const faulty = await nextVersion('1.3.2')
    await writeFile(join(faulty, 'assets/site-mode/headway.sudoers'), 'headway ALL = (%headway-users NOPASSWD\n')
    expect(await refused(install('--from', faulty))).toContain('nothing was changed')
    expect(await readdir(dest, { recursive: true })).not.toContain('etc')
  })

  it('writes settings where there are none, for the port and prefix it is told', async () => {
    await installed(
      '--no-start',
      '--port',
      '6001',
      '--origin',
      'https://portal.example.com',
      '--prefix',
      '/opt/headway',
    )
    const settings = await readFile(at('var/lib/headway/agent.yaml'), 'utf8')
    expect(settings).toContain('runAs: sudo')
    expect(settings).toContain('port: 6001')
    expect(settings).toContain('allowedOrigins: [https://portal.example.com]')
    expect(settings).toContain('helper: /opt/headway/headway-helper')
    expect(await readFile(at('etc/headway/agent.json'), 'utf8')).toContain('http://127.0.0.1:6001')
    expect(await readFile(at('etc/sudoers.d/headway'), 'utf8')).toContain('= /opt/headway/headway-helper ""')
    expect(await restarts()).toBe(0)
    for (const wrong of ['/opt/a b', 'opt', '/opt/$(id)', '/opt/../etc']) {
      expect(await refused(installed('--prefix', wrong))).toContain('--prefix')
    }
  })

  it('only says what it would do, and how to start without systemd', async () => {
    expect(await installed('--dry-run')).toContain('Nothing was changed.')
    expect(await readdir(dest)).toEqual([])
    await writeFile(join(fake, 'bin/systemctl'), '#!/bin/sh\necho offline\n')
    await chmod(join(fake, 'bin/systemctl'), 0o755)
    expect(await installed()).toContain('setpriv --reuid=headway')
  })

  it('the command for users runs the agent’s program', async () => {
    await installed('--no-start')
    const command = await readFile(at('usr/lib/headway/headway-agent'), 'utf8')
    const here = join(fake, 'headway-agent')
    await writeFile(here, command.replaceAll('/usr/lib/headway', at('usr/lib/headway')), { mode: 0o755 })
    const { stderr, code } = (await run(here, ['nonsense']).catch(
      (error: { stderr: string; code: number }) => error,
    )) as { stderr: string; code: number }
    expect(stderr).toContain('headway-agent bridge')
    expect(code).toBe(2)
  })

  it('is removed, and the data with --purge alone', async () => {
    const url = await localSettings()
    await installed()
    expect(await install('--uninstall', '--dry-run')).toContain('removes')
    expect(await isUp(url)).toBe(true)
    await install('--uninstall')
    expect(await isUp(url)).toBe(false)
    expect((await tree()).filter((line) => !/^\S+ 4\d+ /.test(line))).toEqual([])
    expect(await readdir(at('var/lib/headway'))).toContain('agent.yaml')
    await install('--uninstall', '--purge')
    expect(await readdir(at('var/lib'))).toEqual([])
  })

  it.skipIf(!hasPart('shellcheck'))('is good shell', () => {
    execFileSync('shellcheck', [script])
  })
})
