import { execFileSync, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Helpers } from '../../agent/src/helper/pool.ts'
import { PROTOCOL } from '../../agent/src/helper/protocol.ts'
import { createRunner, type Runner } from '../../agent/src/runner/index.ts'
import { createUserFiles, type UserFiles } from '../../agent/src/user-files/index.ts'
import { testConfig } from '../helpers/agent.ts'
import { becoming, canBeSite, setUpSite, type Site } from '../helpers/site.ts'
import { describeUserFiles } from '../helpers/user-files-suite.ts'

const wrong = (code: string) => expect.objectContaining({ code })

describe.skipIf(!canBeSite)('users’ files and commands, by a helper that sudo runs as the user', () => {
  let site: Site
  let helpers: Helpers
  let files: UserFiles
  let runner: Runner
  let lines: string[]
  let alice: string
  let bob: string

  /** As the agent has it, but in this process: root here, so sudo is asked in the name of the agent's account. */
  function connect(maxHelpers = 8, idleSeconds = 300, sudo = join(site.folder, 'sudo')): void {
    const config = {
      ...testConfig({}, site.folder),
      uploads: join(site.folder, 'none'),
      siteMode: {
        helper: join(site.folder, 'headway-helper'),
        sudo,
        maxHelpers,
        idleSeconds,
      },
    }
    const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) })
    helpers = new Helpers(config, log)
    files = createUserFiles(config, helpers)
    runner = createRunner(config, log, helpers)
  }

  beforeAll(async () => {
    site = await setUpSite()
    ;[alice, bob] = site.users
    await writeFile(
      join(site.folder, 'sudo'),
      `#!/bin/sh\nexec ${becoming(site.agent).join(' ')} /usr/bin/sudo "$@"\n`,
      {
        mode: 0o755,
      },
    )
  }, 120_000)
  afterAll(() => site.close())

  beforeEach(() => {
    lines = []
    connect()
  })
  afterEach(async () => {
    helpers.close()
    await site.setHelper((script) => script)
    for (const user of site.users) {
      await expect.poll(() => site.processesOf(user), { timeout: 10_000 }).toEqual([])
      await rm(area(user), { recursive: true, force: true })
    }
  })

  const area = (user: string, path = '') => join(site.homeOf(user), '.headway', path)

  const store = async (user: string, path: string, text: string) => {
    const file = await files.openWrite(user, path, { exclusive: false })
    await file.write(Buffer.from(text), 0, Buffer.byteLength(text), 0)
    await file.close()
  }

  const kill = async (user: string) => {
    const pids = await site.processesOf(user)
    expect(pids.length).toBeGreaterThan(0)
    for (const pid of pids) process.kill(pid, 'SIGKILL')
  }

  /** The first helper greets well, does `line` and answers garbage; those after it are real. */
  const lieOnce = async (line: string) => {
    const marker = join(site.folder, `marker-${randomUUID()}`)
    await writeFile(marker, '')
    execFileSync('chmod', ['666', marker])
    const uid = execFileSync('id', ['-u', alice], { encoding: 'utf8' }).trim()
    const hello = JSON.stringify({ hello: PROTOCOL, user: alice, uid: Number(uid), area: area(alice) })
    const head = `\\000\\000\\000\\${hello.length.toString(8)}\\000\\000\\000\\000`
    const lie = `echo 1 >${marker}; printf '${head}%s' '${hello}'; head -c 10 >/dev/null; ${line}; exec head -c 3000 /dev/urandom`
    await site.setHelper((script) =>
      script.replace(/^unset NODE_OPTIONS.*$/m, `if [ ! -s ${marker} ]; then ${lie}; fi`),
    )
    return { told: async () => expect(await readFile(marker, 'utf8')).toBe('1\n') }
  }

  describe('the same as where the agent is the user', () => {
    describeUserFiles('in site mode', async () => {
      const outside = join(site.folder, 'outside')
      await mkdir(outside, { recursive: true })
      await writeFile(join(outside, 'secret'), 'secret')
      return { files, user: alice, area: (path) => area(alice, path), outside }
    })
  })

  describe('who may what', () => {
    test('files belong to the user, and neither the agent’s account nor another user can read them', async () => {
      await files.makeFolder(alice, 'jobs/a')
      await store(alice, 'jobs/a/mesh.msh', 'mine')
      const uid = Number(execFileSync('id', ['-u', alice], { encoding: 'utf8' }))
      for (const path of ['', 'jobs', 'jobs/a/mesh.msh']) expect((await stat(area(alice, path))).uid).toBe(uid)
      expect((await stat(area(alice))).mode & 0o777).toBe(0o700)
      expect((await stat(area(alice, 'jobs/a/mesh.msh'))).mode & 0o777).toBe(0o600)
      expect(await site.as(alice, 'cat', [area(alice, 'jobs/a/mesh.msh')])).toBe('mine')
      for (const other of [site.agent, bob]) {
        await expect(site.as(other, 'cat', [area(alice, 'jobs/a/mesh.msh')])).rejects.toThrow('Permission denied')
        await expect(site.as(other, 'ls', [area(alice)])).rejects.toThrow('Permission denied')
      }
      await expect(files.openRead(bob, 'jobs/a/mesh.msh')).rejects.toEqual(wrong('NOT_FOUND'))
    })

    test('the agent’s account may run the helper alone, without arguments, for the group alone', async () => {
      const helper = join(site.folder, 'headway-helper')
      const sudo = (...args: string[]) => site.as(site.agent, 'sudo', ['-n', ...args])
      await expect(sudo('-u', alice, '--', '/bin/cat', area(alice))).rejects.toThrow('password is required')
      await expect(sudo('-u', alice, '--', helper, '--root', '/etc')).rejects.toThrow(
        /not allowed|password is required/,
      )
      await expect(sudo('-u', 'root', '--', helper)).rejects.toThrow(/not allowed|password is required/)
      await expect(sudo('--', helper)).rejects.toThrow(/not allowed|password is required/)
      await expect(sudo('-u', site.stranger, '--', helper)).rejects.toThrow(/not allowed|password is required/)
      await expect(site.as(bob, 'sudo', ['-n', '-u', alice, '--', helper])).rejects.toThrow('password is required')
    })

    test('an account outside of the group is refused, with the next step', async () => {
      await expect(files.makeFolder(site.stranger, 'a')).rejects.toThrow(/may not act for.*group of Headway's users/)
      await expect(runner.runAs(site.stranger, 'squeue', [])).rejects.toEqual(wrong('ACCOUNT_REFUSED'))
      expect(lines.join('')).toContain('a helper could not be started')
    })

    test.each(['root', 'daemon', 'nobody'])('%s is never acted for', async (user) => {
      await expect(files.stat(user, 'a')).rejects.toThrow(/accounts of the system/)
    })

    test('a helper that is run as root or as an account of the system serves nobody', async () => {
      const helper = join(site.folder, 'headway-helper')
      for (const account of ['root', site.agent]) {
        const [file, ...args] = [...becoming(account), helper]
        const { stdout, status } = spawnSync(file, args, { input: Buffer.alloc(0), encoding: 'latin1' })
        expect(stdout).toContain('does not act for root')
        expect(status).toBe(1)
      }
    })

    test.each(['nobody-of-that-name', '1001', '0', '-u', '#0', 'a:b', 'a b', '../x', ''])(
      'there is no account %j',
      async (user) => {
        await expect(files.stat(user, 'a')).rejects.toEqual(wrong('ACCOUNT_REFUSED'))
        await expect(files.stat(user, 'a')).rejects.toThrow('no account')
      },
    )

    test('an area that somebody else could write into is not used', async () => {
      await mkdir(area(alice), { mode: 0o777 })
      await expect(files.makeFolder(alice, 'a')).rejects.toThrow(/belongs to somebody else/)
      await rm(area(alice), { recursive: true })
      helpers.close()
      connect()
      execFileSync('ln', ['-s', '/tmp', area(alice)])
      await expect(files.makeFolder(alice, 'a')).rejects.toThrow(/is a link/)
      expect(await readdir('/tmp')).not.toContain('a')
    })

    test('a path for all users is one for each, and never taken over from another', async () => {
      const scratch = join(site.folder, 'scratch')
      await mkdir(scratch)
      execFileSync('chmod', ['1777', scratch])
      await site.setHelper((script) => script.replace("'~/.headway'", `'${scratch}/{user}/headway'`))
      expect(await files.makeFolder(alice, 'a')).toBe(join(scratch, alice, 'headway', 'a'))
      await site.as(alice, 'mkdir', [join(scratch, bob)])
      await site.as(alice, 'chmod', ['777', join(scratch, bob)])
      await expect(files.makeFolder(bob, 'a')).rejects.toThrow(/belongs to somebody else/)
      await site.setHelper((script) => script.replace("'~/.headway'", `'${scratch}'`))
      helpers.close()
      connect()
      await expect(files.makeFolder(alice, 'a')).rejects.toThrow(/"{user}"/)
    })
  })

  describe('what the helper does not do', () => {
    test.each([
      ['an operation it does not know', 'shell', { command: 'id' }],
      ['a path that is none', 'stat', { path: 7 }],
      ['a read without an end', 'read', { file: 1, position: 0, length: 1e12 }],
      ['a file that is not open', 'close', { file: 99 }],
      ['a command that is not Slurm’s', 'run', { command: 'id', args: [], environment: [], timeoutMs: 1, maxBytes: 1 }],
      [
        'a variable that loads code',
        'run',
        { command: 'sinfo', args: [], environment: ['LD_PRELOAD=/tmp/x.so'], timeoutMs: 1, maxBytes: 1 },
      ],
      [
        'another configuration of Slurm',
        'run',
        { command: 'sinfo', args: [], environment: ['SLURM_CONF=/tmp/x'], timeoutMs: 1, maxBytes: 1 },
      ],
      [
        'a command outside of the area',
        'run',
        { command: 'sinfo', args: [], folder: '/etc', environment: [], timeoutMs: 1, maxBytes: 1 },
      ],
    ])('%s', async (_what, op, header) => {
      await expect(helpers.call(alice, op, header)).rejects.toEqual(wrong('BAD_REQUEST'))
      expect(helpers.size).toBe(1)
    })
  })

  describe('commands', () => {
    beforeEach(async () => {
      const folder = join(site.folder, 'bin')
      await mkdir(folder, { recursive: true })
      await writeFile(
        join(folder, 'sbatch'),
        '#!/bin/sh\nid -un; pwd; printf "<%s>" "$@"; cat; echo no >&2; exit 4\n',
        {
          mode: 0o755,
        },
      )
      await writeFile(join(folder, 'scancel'), '#!/bin/sh\nexec sleep 1000\n', { mode: 0o755 })
      await writeFile(join(folder, 'sacct'), '#!/bin/sh\nhead -c 3000000 /dev/zero | tr "\\\\0" x\n', { mode: 0o755 })
      await site.setHelper((script) => script.replace(/^SLURM_BIN=$/m, `SLURM_BIN=${folder}`))
    })

    test('run as the user, in the user’s folder, with the script on standard input', async () => {
      const folder = await files.makeFolder(alice, 'runs/1')
      const finished = await runner.runAs(alice, 'sbatch', ['--parsable', '$(id)'], {
        folder,
        input: '#!/bin/sh\n한글',
      })
      expect(finished).toEqual({
        code: 4,
        signal: null,
        timedOut: false,
        stdout: `${alice}\n${folder}\n<--parsable><$(id)>#!/bin/sh\n한글`,
        stderr: 'no\n',
      })
    })

    test('long outputs come whole, endless commands end', async () => {
      expect((await runner.runAs(alice, 'sacct', [])).stdout).toHaveLength(3_000_000)
      expect(await runner.runAs(alice, 'scancel', ['1'], { timeoutMs: 200 })).toMatchObject({
        timedOut: true,
        signal: 'SIGKILL',
      })
      const stop = new AbortController()
      const running = runner.runAs(alice, 'scancel', ['1'], { signal: stop.signal })
      await expect.poll(() => site.processesOf(alice), { timeout: 10_000 }).toHaveLength(2)
      stop.abort(new Error('nobody waits'))
      await expect(running).rejects.toThrow('nobody waits')
      await expect.poll(() => site.processesOf(alice), { timeout: 10_000 }).toHaveLength(1)
    })

    test('a script that is too long is refused before it is sent', async () => {
      const input = 'x'.repeat(5 << 20)
      await expect(runner.runAs(alice, 'sbatch', [], { input })).rejects.toEqual(wrong('TOO_LARGE'))
    })
  })

  describe('faults', () => {
    test('a helper killed between and in the middle of writes: the file goes on in a new one, byte for byte', async () => {
      await files.makeFolder(alice, 'a')
      const file = await files.openWrite(alice, 'a/x', { exclusive: true })
      const pieces = Array.from({ length: 64 }, (_, index) => Buffer.alloc(1 << 20, index))
      await file.truncate(64 << 20)
      let killed = 0
      await Promise.all([
        ...pieces.map((piece, index) => file.writev([piece.subarray(0, 7), piece.subarray(7)], index << 20)),
        kill(alice).then(() => killed++),
      ])
      expect(killed).toBe(1)
      await kill(alice)
      await file.sync()
      expect((await file.stat()).size).toBe(64 << 20)
      await file.close()
      expect((await readFile(area(alice, 'a/x'))).equals(Buffer.concat(pieces))).toBe(true)
    })

    test('a command that was under way when its helper was killed is in doubt, and not run again', async () => {
      const count = join(site.folder, 'count')
      const folder = join(site.folder, 'slow')
      await mkdir(folder, { recursive: true })
      await writeFile(count, '')
      execFileSync('chmod', ['666', count])
      await writeFile(join(folder, 'sbatch'), `#!/bin/sh\necho ran >>${count}\nexec sleep 1000\n`, { mode: 0o755 })
      await site.setHelper((script) => script.replace(/^SLURM_BIN=$/m, `SLURM_BIN=${folder}`))
      const running = runner.runAs(alice, 'sbatch', [])
      await expect.poll(() => readFile(count, 'utf8'), { timeout: 10_000 }).toBe('ran\n')
      await kill(alice)
      await expect(running).rejects.toEqual(wrong('SCHEDULER_UNAVAILABLE'))
      await files.stat(alice, 'x')
      expect(await readFile(count, 'utf8')).toBe('ran\n')
    })

    test.each([
      ['garbage', 'exec head -c 100000 /dev/urandom'],
      ['text', 'echo "Welcome to the cluster!"; exec cat'],
      ['a frame too long', String.raw`printf '\377\377\377\377\377\377\377\377'; exec cat`],
      ['half a frame', String.raw`printf '\000\000\000\020\000\000\000\000{"hello'`],
      ['a header that is no object', String.raw`printf '\000\000\000\002\000\000\000\000[]'; exec cat`],
      ['nothing', 'exit 3'],
    ])('a helper that says %s is not believed, and the agent says what to do', async (_what, line) => {
      await site.setHelper(() => `#!/bin/sh\n${line}\n`)
      await expect(files.stat(alice, 'x')).rejects.toThrow(/could not be started|administrator/)
      await expect(files.stat(alice, 'x')).rejects.toEqual(wrong('SCHEDULER_UNAVAILABLE'))
      expect(helpers.size).toBe(0)
    })

    test('a helper that greets well and then answers garbage is ended, and the next one is asked', async () => {
      const lie = await lieOnce(':')
      expect(await files.stat(alice, 'x')).toBeUndefined()
      await lie.told()
    })

    test.each([
      ['before', ':'],
      ['after', 'mv ~/.headway/a/x ~/.headway/a/y'],
    ])('a helper lost %s it has renamed: it is done once', async (_when, line) => {
      await files.makeFolder(alice, 'a')
      await store(alice, 'a/x', 'x')
      helpers.close()
      connect()
      const lie = await lieOnce(line)
      await files.rename(alice, 'a/x', 'a/y')
      await lie.told()
      expect((await files.list(alice, 'a', 9)).map(({ path }) => path)).toEqual(['y'])
      await expect(files.rename(alice, 'a/x', 'a/y')).rejects.toEqual(wrong('NOT_FOUND'))
    })

    test('without sudo the agent says whom to ask, and its log why', async () => {
      helpers.close()
      connect(8, 300, '/usr/bin/no-such-sudo')
      await expect(files.stat(alice, 'x')).rejects.toThrow(/could not be started.*administrator/)
      expect(lines.join('')).toContain('ENOENT')
    })

    test('helpers that are let go of and do not end are not joined by more and more', async () => {
      await site.setHelper(() => '#!/bin/sh\necho "no greeting at all"\nexec sleep 1000\n')
      const ask = () => files.stat(alice, 'x').catch((error: Error) => error.message)
      await expect.poll(ask, { timeout: 20_000, interval: 300 }).toContain('do not answer')
      expect(await ask()).toContain('do not answer')
      expect(await site.processesOf(alice)).toHaveLength(3)
      await kill(alice)
      await site.setHelper((script) => script)
      await expect.poll(ask, { timeout: 10_000, interval: 300 }).toBeUndefined()
    })

    test('a helper of another version is not spoken to', async () => {
      const text = '{"hello":9}'
      await site.setHelper(() => `#!/bin/sh\nprintf '\\000\\000\\000\\013\\000\\000\\000\\000%s' '${text}'\nexec cat\n`)
      await expect(files.stat(alice, 'x')).rejects.toThrow('install both together')
    })

    test('a thousand files opened and closed leave nothing behind, in the agent or in the helper', async () => {
      await files.makeFolder(alice, 'a')
      await store(alice, 'a/x', 'four')
      const own = (await readdir('/proc/self/fd')).length
      const [pid] = await site.processesOf(alice)
      const before = (await readdir(`/proc/${pid}/fd`)).length
      await Promise.all(
        Array.from({ length: 1000 }, async () => {
          const file = await files.openRead(alice, 'a/x')
          expect((await file.read(Buffer.alloc(4), 0, 4, 0)).bytesRead).toBe(4)
          await file.close()
        }),
      )
      expect((await readdir(`/proc/${pid}/fd`)).length).toBe(before)
      expect((await readdir('/proc/self/fd')).length).toBeLessThanOrEqual(own + 2)
      expect((await helpers.of(alice)).idle).toBe(true)
    })

    test('there are no more helpers than allowed: the idle one makes room, a busy one does not', async () => {
      helpers.close()
      connect(1)
      await files.makeFolder(alice, 'a')
      await files.makeFolder(bob, 'b')
      expect(helpers.size).toBe(1)
      await expect.poll(() => site.processesOf(alice), { timeout: 10_000 }).toEqual([])
      await store(bob, 'b/x', 'x')
      const held = await files.openRead(bob, 'b/x')
      await expect(files.stat(alice, 'a')).rejects.toThrow('Try again in a minute')
      await held.close()
    })

    test('a helper with nothing to do and nothing open ends', async () => {
      helpers.close()
      connect(8, 1)
      await files.makeFolder(alice, 'a')
      await store(alice, 'a/x', 'x')
      const held = await files.openRead(alice, 'a/x')
      await files.makeFolder(bob, 'b')
      await expect.poll(() => site.processesOf(bob), { timeout: 10_000 }).toEqual([])
      expect(await site.processesOf(alice)).toHaveLength(1)
      await held.close()
      await expect.poll(() => site.processesOf(alice), { timeout: 10_000 }).toEqual([])
      expect(await files.stat(alice, 'a/x')).toMatchObject({ size: 1 })
    })

    test('two that ask at once share one helper', async () => {
      await Promise.all(Array.from({ length: 20 }, () => files.stat(alice, 'x')))
      expect(helpers.size).toBe(1)
      expect(await site.processesOf(alice)).toHaveLength(1)
    })

    test('what the file system says comes in its own word', async () => {
      await files.makeFolder(alice, 'a')
      const file = await files.openWrite(alice, 'a/x', { exclusive: true })
      await expect(file.truncate(Number.MAX_SAFE_INTEGER)).rejects.toEqual(wrong('EFBIG'))
      await file.close()
    })
  })

  test('the shipped sudoers file is one', () => {
    const shipped = resolve(import.meta.dirname, '../../assets/site-mode/headway.sudoers')
    expect(execFileSync('visudo', ['-cf', shipped], { encoding: 'utf8' })).toContain('parsed OK')
  })
})
