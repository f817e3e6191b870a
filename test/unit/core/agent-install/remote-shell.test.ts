import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import {
  openRemoteShell,
  REMOTE_SHELL_COMMAND,
  type RemoteSh,
  type ScriptEnd,
} from '../../../../src/core/agent-install/index.ts'
import { AppError } from '../../../../src/core/kit/app-error.ts'
import { shellProcess } from '../../../helpers/shell-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'headway-sh-'))
const rcFile = join(folder, 'noisy.sh')
writeFileSync(rcFile, 'echo "Welcome to the cluster"\nprintf "no line end"\necho oops >&2\nPS1="$ "\n')

/** Login shells as sshd starts them: `shell -c COMMAND`. */
const loginShells: Record<string, [string, string[], Record<string, string>?]> = {
  dash: ['dash', ['-c', REMOTE_SHELL_COMMAND]],
  bash: ['bash', ['-c', REMOTE_SHELL_COMMAND]],
  'bash with noise': ['bash', ['-c', REMOTE_SHELL_COMMAND], { BASH_ENV: rcFile }],
  'bash that goes on printing': [
    'bash',
    ['-c', `(sleep 0.05; echo late) & ${REMOTE_SHELL_COMMAND}`],
    { BASH_ENV: rcFile },
  ],
  tcsh: ['tcsh', ['-c', REMOTE_SHELL_COMMAND]],
  fish: ['fish', ['-c', REMOTE_SHELL_COMMAND]],
  // /bin/sh is bash on most clusters; here in a mount namespace of its own, which only root can make.
  ...(process.getuid?.() === 0
    ? {
        'any, and /bin/sh is bash': [
          'unshare',
          ['-m', 'sh', '-c', `mount --bind "$(command -v bash)" "$(readlink -f /bin/sh)" && ${REMOTE_SHELL_COMMAND}`],
        ],
      }
    : {}),
}

const shells: RemoteSh[] = []
afterAll(() => rmSync(folder, { recursive: true, force: true }))
afterEach(() => shells.splice(0).forEach((shell) => shell.end()))

async function open(name = 'dash', openMs = 10_000): Promise<RemoteSh> {
  const [command, args, env] = loginShells[name] ?? [name, []]
  const shell = await openRemoteShell(shellProcess(command, args, { ...process.env, ...env }), {
    host: 'login1',
    openMs,
  })
  shells.push(shell)
  return name === 'bash that goes on printing' ? withoutLateLine(shell) : shell
}
/** What is still printed from elsewhere may come in the middle of any output; nothing else may. */
const withoutLateLine = (shell: RemoteSh): RemoteSh => ({
  ...shell,
  run: (...script) => shell.run(...script).then(quiet),
  send: (...script) => shell.send(...script).then(quiet),
})
const quiet = (end: ScriptEnd): ScriptEnd => ({ ...end, stdout: end.stdout.replace('late\n', '') })
const failure = async (work: Promise<unknown>): Promise<unknown> => {
  const error = await work.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  )
  if (!(error instanceof AppError)) throw error
  return error.value
}

test.runIf(process.getuid?.() === 0)('the tests know a /bin/sh that is bash', async () => {
  const shell = await open('any, and /bin/sh is bash')
  expect((await shell.run('echo "${BASH_VERSION:+bash}"')).stdout).toBe('bash\n')
})

describe.each(Object.keys(loginShells))('a conversation where the login shell is %s', (name) => {
  test('tells outputs and statuses apart', async () => {
    const shell = await open(name)
    expect(await shell.run('echo one; echo two >&2; exit 7')).toEqual({ status: 7, stdout: 'one\n' })
    expect(await shell.run('printf "no end"')).toEqual({ status: 0, stdout: 'no end' })
    expect(await shell.run('cat')).toEqual({ status: 0, stdout: '' })
    expect(await shell.run('x=5; cd /; exit 0')).toEqual({ status: 0, stdout: '' })
    expect(await shell.run('echo "[$x]"')).toEqual({ status: 0, stdout: '[]\n' })
    // A script of several lines, with what a shell reads specially.
    const script = 'if true; then\n  printf "%s\\n" "a\\\\b"\nfi\ncase $1 in\n*) printf "%s\\n" "$2" ;;\nesac'
    expect(await shell.run(script, ['x', `it's "!" \\n $HOME \`id\``])).toEqual({
      status: 0,
      stdout: `a\\b\nit's "!" \\n $HOME \`id\`\n`,
    })
    expect((await shell.run('syntax (error')).status).not.toBe(0)
    expect(await shell.run('echo still here')).toEqual({ status: 0, stdout: 'still here\n' })
  })

  test.each([0, 1, 65_536, 20_000_003])('sends %i bytes exactly', async (size) => {
    const shell = await open(name)
    const bytes = randomBytes(size)
    const file = join(folder, 'sent')
    expect(await shell.send('head -c "$1" > "$2"', bytes, size, [String(size), file])).toEqual({
      status: 0,
      stdout: '',
    })
    expect(createHash('sha256').update(readFileSync(file)).digest('hex')).toBe(
      createHash('sha256').update(bytes).digest('hex'),
    )
    expect(await shell.run('echo after')).toEqual({ status: 0, stdout: 'after\n' })
  })
})

test('gives the channel away, with what was read too far', async () => {
  const shell = await open('bash with noise')
  await shell.run('true')
  const stream = shell.become("sh -c 'echo greeting; cat'")
  stream.write('hello\n')
  let text = ''
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    text += chunk.toString()
    if (text.includes('hello')) stream.end()
  }
  expect(text).toBe('greeting\nhello\n')
})

describe('what is sent', () => {
  test('is skipped where the script ends early, whatever it looks like', async () => {
    const shell = await open()
    const marker = join(folder, 'must-not-be')
    const evil = Buffer.from(`\ntouch ${marker}\n`.repeat(200_000))
    const end = await shell.send('head -c 10 >/dev/null; exit 3', Readable.from([evil]), evil.length)
    expect(end).toEqual({ status: 3, stdout: '' })
    expect(await shell.run('[ -e "$1" ] && echo bad || echo good', [marker])).toEqual({ status: 0, stdout: 'good\n' })
  })

  test('waits for a slow reader', async () => {
    const shell = await open()
    const size = 30 * 1024 * 1024
    let taken = 0
    const source = Readable.from(
      (function* () {
        for (; taken < size; taken += 1024 * 1024) yield Buffer.alloc(1024 * 1024)
      })(),
    )
    const sending = shell.send('sleep 0.5; head -c "$1" | wc -c', source, size, [String(size)])
    await new Promise((done) => setTimeout(done, 300))
    expect(taken).toBeLessThan(8 * 1024 * 1024)
    expect((await sending).stdout.trim()).toBe(String(size))
  })

  test.each([4, 6])('that does not hold the 5 bytes promised (%i) ends the shell', async (size) => {
    const shell = await open()
    const sent = shell.send('head -c 5', Readable.from([Buffer.alloc(size)]), 5)
    // One byte too many may come after the script has its five and is content.
    if (size === 4) expect(await failure(sent)).toMatchObject({ code: 'INSTALL_FAILED', data: { reason: 'damaged' } })
    else await sent.catch((error: unknown) => expect(error).toMatchObject({ value: { data: { reason: 'damaged' } } }))
  })
})

describe('no shell', () => {
  test.each([
    ['nologin', '/usr/sbin/nologin', [], 'not available'],
    ['a restricted bash', 'rbash', ['-c', REMOTE_SHELL_COMMAND], 'restricted'],
    ['a program that only talks', 'echo', ['This account is for files only.'], 'files only'],
    ['a program that fails', 'sh', ['-c', 'echo account expired >&2; exit 9'], 'account expired'],
  ])('%s: with what the server said', async (_name, command, args, said) => {
    const value = await failure(openRemoteShell(shellProcess(command, args), { host: 'login1' }))
    expect(value).toMatchObject({ code: 'INSTALL_FAILED', data: { host: 'login1', reason: 'no-shell' } })
    expect((value as { data: { detail: string } }).data.detail).toContain(said)
  })

  test('one that never answers', async () => {
    const menu = shellProcess('sh', ['-c', 'echo "Press 1 to accept the rules:"; sleep 60'])
    const value = await failure(openRemoteShell(menu, { host: 'login1', openMs: 300 }))
    expect(value).toMatchObject({ code: 'INSTALL_FAILED', data: { reason: 'no-shell' } })
    expect((value as { data: { detail: string } }).data.detail).toContain('Press 1')
  })
})

describe('an end in the middle', () => {
  test('of the channel fails what is asked, and all after', async () => {
    const process = shellProcess('sh', [])
    const shell = await openRemoteShell(process, { host: 'login1' })
    const asked = failure(shell.run('sleep 60'))
    process.child.kill('SIGKILL')
    expect(await asked).toMatchObject({ code: 'SSH_FAILED', data: { reason: 'closed', host: 'login1' } })
    expect(await failure(shell.run('true'))).toMatchObject({ code: 'SSH_FAILED' })
  })

  test('by the signal rejects with its reason', async () => {
    const stop = new AbortController()
    const shell = await openRemoteShell(shellProcess('sh', []), { host: 'login1', signal: stop.signal })
    const asked = shell.run('sleep 60')
    stop.abort(new Error('no longer wanted'))
    await expect(asked).rejects.toThrow('no longer wanted')
    await expect(
      openRemoteShell(shellProcess('sh', []), { host: 'login1', signal: AbortSignal.abort(new Error('never')) }),
    ).rejects.toThrow('never')
  })

  test('by its time', async () => {
    const shell = await open()
    expect(await failure(shell.run('sleep 60', [], { timeoutMs: 200 }))).toMatchObject({
      code: 'SSH_FAILED',
      data: { reason: 'timed-out' },
    })
  })

  test('by output without end', async () => {
    const shell = await open()
    expect(await failure(shell.run('yes'))).toMatchObject({ code: 'INSTALL_FAILED', data: { reason: 'no-shell' } })
  })
})
