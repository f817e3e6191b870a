import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { hostname, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { renderScript } from '../../agent/src/templates/script.ts'
import { readSource } from '../../agent/src/templates/source.ts'
import { until } from '../helpers/core.ts'
import {
  canRunDesktops,
  displaySocket,
  processesOf,
  startDesktopSession,
  type DesktopSession,
  type DesktopSessionOptions,
} from '../helpers/desktop-session.ts'
import { isRunning } from '../helpers/lifecycle.ts'
import { hasPart } from '../helpers/parts.ts'
import { canRunSshd } from '../helpers/sshd.ts'
import { createAccount } from '../helpers/sshd/account.ts'
import { connectVnc, passwordFile } from '../helpers/vnc-client.ts'

/** X servers put their sockets there; root makes the folder. */
const SOCKETS = '/tmp/.X11-unix'

/** Bits of a picture without any symmetry, 16 × 8, each byte's lowest bit left. */
const rows = [0x01, 0x80, 0x03, 0x00, 0x07, 0x40, 0x0f, 0x00, 0x11, 0x22, 0x00, 0x00, 0xff, 0x01, 0x80, 0xff]
const bitmap = `#define p_width 16
#define p_height 8
static char p_bits[] = {
${rows.map((bits) => `0x${bits.toString(16)}`).join(', ')} };
`
const isSet = (x: number, y: number): boolean => (((rows[(y % 8) * 2 + ((x % 16) >> 3)] ?? 0) >> (x % 8)) & 1) === 1
const [INK, PAPER] = ['#c01234', '#0a6b3f']

/** Nothing of a session is left: no process, folder, socket of the display, password. */
async function expectGone(session: DesktopSession, socket: string | undefined, display: number): Promise<void> {
  await until('the end of its processes', () => session.processes().length === 0)
  await until('the end of its folder', () => !existsSync(session.runtime()))
  await until('the end of its display', () => displaySocket(display) !== socket || socket === undefined)
  for (const name of ['password', 'passwd']) {
    await until(`the end of ${name}`, () => session.file(name) === undefined)
  }
  expect(existsSync(`/tmp/.X${display}-lock`) && session.server().toString()).toBe(false)
}

describe.skipIf(!canRunDesktops)('a desktop session', () => {
  let open: DesktopSession[] = []
  const start = async (options?: DesktopSessionOptions): Promise<DesktopSession> => {
    const session = await startDesktopSession(options)
    open.push(session)
    return session
  }
  beforeAll(() => {
    if (process.getuid?.() === 0 && !existsSync(SOCKETS)) execFileSync('mkdir', ['-m', '1777', SOCKETS])
  })
  afterEach(async () => {
    const all = open
    open = []
    await Promise.all(all.map((session) => session.close()))
  })

  it.skipIf(!hasPart('shellcheck'))('is good shell', () => {
    execFileSync('shellcheck', [resolve(import.meta.dirname, '../../assets/desktop/session.sh')])
  })

  it('what an X client draws is what a viewer reads, at odd sizes as well', async () => {
    const draw = `xsetroot -bitmap pattern.xbm -fg '${INK}' -bg '${PAPER}'`
    const script = `cat >pattern.xbm <<'END'\n${bitmap}END\n${draw}\nexec sleep 600`
    const session = await start({ geometry: '801x603', script })
    const viewer = await session.connect()
    expect([viewer.width, viewer.height]).toEqual([801, 603])
    // Where the pointer is not where a viewer has put it, the server draws it into the picture.
    viewer.pointer(0, 0)
    const isDrawn = (): boolean => {
      for (let y = 0; y < viewer.height; y += 5) {
        for (let x = 0; x < viewer.width; x++) {
          if (viewer.pixel(x, y) !== (isSet(x, y) ? INK : PAPER)) return false
        }
      }
      return viewer.pixel(viewer.width - 1, viewer.height - 1) !== '#000000'
    }
    await viewer.until('the picture', isDrawn)
    for (const [width, height] of [
      [1023, 767],
      [1367, 911],
      [321, 201],
    ] as const) {
      expect(await viewer.setDesktopSize(width, height)).toBe(0)
      await viewer.until('the picture in its new size', isDrawn)
      expect([viewer.width, viewer.height]).toEqual([width, height])
      expect(await session.run('xrdb', ['-symbols'])).toContain(`-DWIDTH=${width}`)
    }
    viewer.close()
    expect(await viewer.closed).toBeUndefined()
  })

  it('the password opens it, ten wrong ones do not lock it, and a second one watches', async () => {
    const session = await start({ way: 'loopback', script: 'exec xterm -e "cat >typed.txt"' })
    const { port, socket } = await session.session()
    expect(socket).toBeUndefined()
    expect(session.password()).toMatch(/^[A-Za-z0-9]{8}$/)
    for (const name of ['password', 'passwd', 'session.json', 'Xvnc.log', 'session.log']) {
      expect(statSync(join(session.folder, '.headway/desktop', name)).mode & 0o777).toBe(0o600)
    }
    for (let tries = 0; tries < 10; tries++) {
      await expect(session.connect(`wrong${tries}`)).rejects.toThrow(/Authentication/)
    }
    await expect(connectVnc({ stream: await session.stream() })).rejects.toThrow('security types 2 alone')
    const viewer = await session.connect()

    // Xvnc reads the file anew at each connection.
    const passwords = join(session.folder, '.headway/desktop/passwd')
    expect(readFileSync(passwords)).toEqual(passwordFile(session.password()))
    await writeFile(passwords, passwordFile(session.password(), 'Watch3rs'))
    const watcher = await session.connect('Watch3rs')
    const typed = () => readFileSync(join(session.folder, 'typed.txt'), 'utf8')
    await until('the terminal', () => existsSync(join(session.folder, 'typed.txt')))
    await until('the terminal has the keys', () => {
      watcher.type('w')
      viewer.type('a\n')
      return typed().includes('a')
    })
    viewer.type('한글 é!\n')
    await until('what was typed', () => typed().includes('한글 é!\n'))
    expect(typed()).not.toContain('w')
    await watcher.update()
    expect(viewer.width).toBe(watcher.width)
    await writeFile(passwords, passwordFile(session.password()))
    await expect(session.connect('Watch3rs')).rejects.toThrow(/Authentication/)
    expect(execFileSync('ss', ['-Hltn', `sport = :${port ?? 0}`], { encoding: 'utf8' })).not.toMatch(
      /0\.0\.0\.0:\d|\*:\d+\s/,
    )
    for (const each of [viewer, watcher]) each.close()
  })

  it('each way listens where it says and nowhere else', async () => {
    const [socket, near, far] = await Promise.all([
      start(),
      start({ way: 'near', head: hostname() }),
      start({ way: 'near', head: 'another-machine' }),
    ])
    for (const session of [socket, near]) {
      const where = await session.session()
      expect(where).toEqual({
        host: hostname(),
        display: where.display,
        socket: expect.stringMatching(/^\/tmp\/headway-\w{8}\/rfb$/) as string,
      })
      expect(statSync(where.socket ?? '').mode & 0o777).toBe(0o600)
      expect(statSync(session.runtime()).mode & 0o777).toBe(0o700)
      expect(portsOf(session.server())).toEqual([])
      ;(await session.connect()).close()
    }
    const { port, certificate, socket: none } = await far.session()
    expect(none).toBeUndefined()
    expect([...new Set(portsOf(far.server()))]).toEqual([port])
    expect(certificate).toMatch(/^[0-9a-f]{64}$/)
    const viewer = await far.connect()
    await viewer.update()
    viewer.close()
    await expect(far.connect('wrong')).rejects.toThrow(/Authentication/)
    const wrong = connectVnc({ stream: await far.stream(), password: far.password(), certificate: '0'.repeat(64) })
    await expect(wrong).rejects.toThrow(`certificate is ${certificate}`)
    await expect(connectVnc({ stream: await far.stream(), password: far.password() })).rejects.toThrow(/19 alone/)
    expect(statSync(join(far.runtime(), 'key.pem')).mode & 0o777).toBe(0o600)
  })

  it.skipIf(!hasPart('xclip'))('the clipboard goes both ways, or none where the site says so', async () => {
    const session = await start()
    const viewer = await session.connect()
    const paste = () => session.run('timeout', ['2', 'xclip', '-o', '-selection', 'clipboard', '-t', 'UTF8_STRING'])
    await viewer.update()
    await session.run('xclip', ['-selection', 'clipboard'], '밖으로 €')
    await viewer.until('the text', () => viewer.texts.includes('밖으로 €'))
    viewer.sendText('안으로 ½')
    await expect.poll(paste, { timeout: 10_000 }).toBe('안으로 ½')
    viewer.close()

    const closed = await start({ clipboard: false })
    const blind = await closed.connect()
    await blind.update()
    await closed.run('xclip', ['-selection', 'clipboard'], 'secret')
    await closed.run('xclip', ['-selection', 'primary'], 'secret')
    blind.sendText('sent')
    for (let round = 0; round < 3; round++) await blind.update()
    expect(await closed.run('xclip', ['-o', '-selection', 'clipboard'])).toBe('secret')
    expect(blind.texts).toEqual([])
    blind.close()
  })

  it('the session has its own place, a UTF-8 locale, and the resolution it was given', async () => {
    const session = await start({
      dpi: '144',
      openGl: true,
      script: 'env >env.txt; locale charmap; xrdb -query; xset q | head -1; sh -c "exit 0"',
      environment: { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere', WAYLAND_DISPLAY: 'wayland-9', LC_ALL: 'POSIX' },
    })
    expect(await session.ended()).toMatchObject({ code: 0, kind: 'logged-out' })
    expect(session.file('session.log')).toMatch(/^UTF-8\nXft\.dpi:\s144\n/m)
    const variables = new Map(
      readFileSync(join(session.folder, 'env.txt'), 'utf8')
        .split('\n')
        .map((line) => line.split(/=(.*)/s) as [string, string]),
    )
    expect(variables.get('HOME')).toBe(join(session.folder, 'home'))
    expect(variables.get('XDG_RUNTIME_DIR')).toMatch(/^\/tmp\/headway-\w{8}\/run$/)
    expect(variables.get('XAUTHORITY')).toMatch(/^\/tmp\/headway-\w{8}\/Xauthority$/)
    expect(variables.get('HEADWAY_GL')).toBe('')
    expect([variables.get('LANG'), variables.get('LC_ALL')]).toEqual(['POSIX', undefined])
    expect(variables.get('WAYLAND_DISPLAY')).toBeUndefined()
    expect(variables.get('DBUS_SESSION_BUS_ADDRESS')).not.toContain('nowhere')
    expect([...variables.values()].join('\n')).not.toContain(session.password() || 'no password is left')
  })

  it('a script that fails says why, in its own words or its last', async () => {
    const [words, last] = await Promise.all([
      start({
        script: 'echo "ParaView is not there." >"$HEADWAY_REASON"; exit 4',
        environment: { HEADWAY_REASON: `${tmpdir()}/headway-reason-${process.pid}` },
      }),
      start({ script: String.raw`printf 'one\ttwo "three" \\ \xff\xfe \033[1m한글\n'; exit 3` }),
    ])
    expect(await words.ended()).toMatchObject({ code: 1, kind: 'session-failed', detail: 'ParaView is not there.' })
    rmSync(`${tmpdir()}/headway-reason-${process.pid}`)
    const end = await last.ended()
    expect(end).toMatchObject({ code: 1, kind: 'session-failed' })
    expect(end.detail).toContain('exit code 3')
    expect(end.detail).toContain(String.raw`one two "three" \  [1m한글`)
  })

  it.skipIf(process.getuid?.() !== 0)('a node without Xvnc is told from one where it fails', async () => {
    const hide = 'mount --bind /dev/null "$(readlink -f /usr/bin/Xvnc)" && exec "$0"'
    const fail = 'mount -t tmpfs none /usr/share/X11/xkb && exec "$0"'
    const [without, broken] = await Promise.all(
      [hide, fail].map((line) => start({ before: ['unshare', '-m', 'bash', '-c', line] })),
    )
    const [none, failed] = [await without?.ended(), await broken?.ended()]
    expect(none).toMatchObject({ code: 1, kind: 'no-server', detail: expect.stringContaining(hostname()) as string })
    expect(failed).toMatchObject({
      code: 1,
      kind: 'server-failed',
      detail: expect.stringContaining('Keyboard') as string,
    })
    for (const session of [without, broken]) {
      for (const name of ['password', 'passwd', 'session.json']) expect(session?.file(name)).toBeUndefined()
    }
  })

  it('Xvnc killed is said so, and nothing is left', async () => {
    const session = await start({ script: 'xterm & exec xterm' })
    const { display } = await session.session()
    const socket = displaySocket(display)
    const viewer = await session.connect()
    process.kill(session.server(), 'SIGKILL')
    expect((await viewer.closed)?.message).toBeDefined()
    const end = await session.ended()
    expect(end).toMatchObject({ code: 1, kind: 'server-failed' })
    expect(end.detail).toContain('Xvnc ended')
    await expectGone(session, socket, display)
  })

  it.each(['SIGTERM', 'SIGKILL'] as const)('%s of its script leaves nothing', async (signal) => {
    // A daemon that has left its session, and a program that does not end when it is told to.
    const session = await start({
      script: `setsid -f sleep 601; bash -c 'trap "" TERM HUP; while :; do sleep 1; done' & exec xterm -e sleep 602`,
    })
    const { display } = await session.session()
    const socket = displaySocket(display)
    await until('its processes', () => session.processes().length >= 5)
    const before = session.processes()
    session.kill(signal)
    const end = await session.ended()
    expect(end.kind).toBeUndefined()
    expect(end.code ?? end.signal).toBe(signal === 'SIGTERM' ? 1 : 'SIGKILL')
    await expectGone(session, socket, display)
    expect(before.filter(isRunning)).toEqual([])
  })

  it('a job that was submitted from inside lives on', async () => {
    const session = await start({
      environment: { SLURM_JOB_ID: '41' },
      script: 'SLURM_JOB_ID=42 setsid -f sleep 20; setsid -f sleep 21; sleep 1',
    })
    await session.session()
    await until('both', () => session.processes().length > 3)
    expect(await session.ended()).toMatchObject({ kind: 'logged-out' })
    const left = processesOf(session.runtime())
    expect(left.map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))).toEqual(['sleep\x0020\0'])
    for (const pid of left) process.kill(pid, 'SIGKILL')
  })

  it('viewers are counted as they come and go', async () => {
    const session = await start()
    await session.session()
    await until('nobody', () => session.stats()?.viewers === 0)
    const viewers = [await session.connect(), await session.connect(), await session.connect()]
    await until('three', () => session.stats()?.viewers === 3, 5000)
    const at = session.stats()?.at ?? 0
    expect(Math.abs(Date.now() / 1000 - at)).toBeLessThan(10)
    expect(session.stats()?.gpu).toBeUndefined()
    viewers[0]?.close()
    await until('two', () => session.stats()?.viewers === 2, 5000)
    await until('it is said anew though nothing changes', () => (session.stats()?.at ?? 0) > at + 3, 15_000)
    for (const each of viewers) each.close()
    await until('nobody', () => session.stats()?.viewers === 0, 5000)
  })

  it('a port that is taken is not waited for', async () => {
    const taken: Server[] = []
    for (let port = 5900; port < 5915; port++) {
      const server = createServer()
      const listens = await new Promise<boolean>((done) => {
        server.once('error', () => done(false)).listen(port, () => done(true))
      })
      if (listens) taken.push(server)
    }
    try {
      const session = await start({ way: 'loopback' })
      expect((await session.session()).port).toBeGreaterThan(5914)
      ;(await session.connect()).close()
    } finally {
      for (const server of taken) server.close()
    }
  })

  it('twenty at once have displays and ports of their own', async () => {
    const ways = ['socket', 'loopback'] as const
    const all = await Promise.all(Array.from({ length: 20 }, (_, index) => start({ way: ways[index % 2] ?? 'socket' })))
    const where = await Promise.all(all.map((session) => session.session()))
    expect(new Set(where.map(({ display }) => display)).size).toBe(20)
    expect(new Set(where.map(({ port, socket }) => port ?? socket)).size).toBe(20)
    expect(new Set(all.map((session) => session.password())).size).toBe(20)
    for (const session of all) (await session.connect()).close()
    await expect(all[0]?.connect(all[1]?.password())).rejects.toThrow(/Authentication/)
  }, 120_000)

  it('what a dead session has left is swept by the next, and nothing else', async () => {
    const dead = await start()
    const { display } = await dead.session()
    const [socket, runtime] = [displaySocket(display), dead.runtime()]
    const server = dead.server()
    const live = await start()
    await live.session()
    // Of the same form, but nothing says that they are a session's.
    const strange = mkdtempSync('/tmp/headway-zz')
    const link = `${strange.slice(0, -2)}-y`
    symlinkSync(live.runtime(), link)
    // The watcher first: then nobody clears up.
    for (const pid of watchersOf(dead.pid)) process.kill(pid, 'SIGKILL')
    dead.kill('SIGKILL')
    await dead.ended()
    expect([existsSync(runtime), isRunning(server)]).toEqual([true, true])
    const next = await start()
    await next.session()
    await expectGone(dead, socket, display)
    expect(isRunning(server)).toBe(false)
    expect([live.runtime(), strange, link].every((path) => existsSync(path))).toBe(true)
    ;(await live.connect()).close()
    for (const path of [strange, link]) rmSync(path, { recursive: true })
  })

  it('odd names and sizes are words, not shell', async () => {
    const title = `해석 "$(touch pwned)" 'it''s' \`touch pwned\` -rfbport 1 \\ ; &`
    const named = await start({ title })
    const viewer = await named.connect()
    expect(viewer.name).toBe(title)
    viewer.close()
    const sized = await start({ title: '-geometry', geometry: '9x9;$(touch pwned)', dpi: '96 $(touch pwned)' })
    const plain = await sized.connect()
    expect([plain.name, plain.width, plain.height]).toEqual(['-geometry', 1600, 1000])
    plain.close()
    for (const { folder } of [named, sized]) expect(existsSync(join(folder, 'pwned'))).toBe(false)
  })

  it.skipIf(!hasPart('openbox') || !hasPart('xdotool'))(
    'the shipped templates show something, or say why not',
    async () => {
      const [desktop, terminal, paraview] = await Promise.all(
        ['desktop', 'desktop-terminal', 'desktop-paraview'].map(async (id) => start({ script: await shipped(id) })),
      )
      for (const session of [desktop, terminal]) {
        const find = () => session?.run('xdotool', ['search', '--class', 'xterm'])
        await expect.poll(find, { timeout: 20_000 }).toMatch(/^\d+\n/)
        const viewer = await session?.connect()
        const paper = () =>
          Array.from({ length: 60 }, (_, step) => viewer?.pixel(step * 10, step * 8)).includes('#ffffff')
        await viewer?.until('a picture', paper)
        viewer?.close()
      }
      if (!hasPart('paraview')) {
        expect(await paraview?.ended()).toMatchObject({
          kind: 'session-failed',
          detail: expect.stringContaining('ParaView is not found') as string,
        })
      }
    },
  )

  it('a job that is put back into the queue begins anew in its folder', async () => {
    const session = await start({ script: 'exit 5' })
    expect(await session.ended()).toMatchObject({ kind: 'session-failed' })
    writeFileSync(join(session.folder, '.headway/desktop/session.json'), '{}')
    execFileSync('sed', ['-i', 's/^exit 5$/exit 0/', join(session.folder, 'job')])
    execFileSync(join(session.folder, 'job'), { cwd: session.folder, stdio: 'ignore' })
    expect(JSON.parse(session.file('ended.json') ?? '')).toEqual({ kind: 'logged-out', detail: '' })
    expect(JSON.parse(session.file('session.json') ?? '')).toMatchObject({ host: hostname() })
  })

  it('without vncpasswd the password file is the same', async () => {
    const bin = mkdtempSync(join(tmpdir(), 'hw-bin-'))
    for (const name of toolsOfNode) {
      const path = execFileSync('sh', ['-c', 'command -v "$1" || :', 'sh', name], { encoding: 'utf8' }).trim()
      if (path !== '') symlinkSync(path, join(bin, name))
    }
    const session = await start({ environment: { PATH: bin } })
    const viewer = await session.connect()
    viewer.close()
    expect(readFileSync(join(session.folder, '.headway/desktop/passwd'))).toEqual(passwordFile(session.password()))
    session.kill('SIGTERM')
    await session.ended()
    rmSync(bin, { recursive: true })
  })

  it.skipIf(!canRunSshd)('an ordinary user has it as well, and root alone may look into it', async () => {
    const account = await createAccount('/bin/bash')
    try {
      const session = await startDesktopSession({ account, script: 'exec xterm -e sleep 600' })
      const { display, socket } = await session.session()
      const viewer = await session.connect()
      await viewer.update()
      viewer.close()
      for (const path of [session.runtime(), socket ?? '']) expect(statSync(path).uid).toBe(account.uid)
      const before = displaySocket(display)
      session.kill('SIGKILL')
      await session.ended()
      await expectGone(session, before, display)
      await session.close()
    } finally {
      await account.remove()
    }
  })
})

/** The script of a shipped template with the values that its form begins with. */
async function shipped(id: string): Promise<string> {
  const yaml = await readFile(resolve(import.meta.dirname, `../../assets/templates/${id}.yaml`), 'utf8')
  const read = readSource(yaml)
  if (!('source' in read)) throw new Error(`${id}: ${read.problem.reason}`)
  const { parameters, script = '', resources, desktop } = read.source
  expect(desktop).toBeDefined()
  const values = Object.fromEntries(parameters.map((each) => [each.key, each.default ?? '']))
  const context = { parameters: values, files: {}, job: { name: id, user: 'kim' }, resources }
  return renderScript({ script, parameters }, { ...context, tools: { node: 'node', heat: 'heat' } })
}

/** All that a bare node has: no vncpasswd, xauth, xrdb, xsetroot, D-Bus, setsid. */
const toolsOfNode =
  'bash Xvnc cat chmod cut grep head iconv kill locale mkdir mkfifo mktemp mv od openssl readlink rm sed sha256sum sleep stat tail timeout touch tr uname wc xkbcomp'.split(
    ' ',
  )

/** TCP ports that a process listens on. */
function portsOf(pid: number): number[] {
  const lines = execFileSync('ss', ['-Hltnp'], { encoding: 'utf8' }).split('\n')
  return lines.filter((line) => line.includes(`pid=${pid},`)).map((line) => Number(/:(\d+)\s/.exec(line)?.[1]))
}

/** Children of a job's script that run the same text. */
function watchersOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
  const text = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  return children.filter((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8') === text)
}
