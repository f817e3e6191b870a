import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type AgentPackage,
  findOrInstallAgent,
  openRemoteShell,
  REMOTE_SHELL_COMMAND,
  type RemoteSh,
  uninstallAgent,
} from '../../src/core/agent-install/index.ts'
import { buildPackage, failure, leave, own } from '../helpers/head-node.ts'
import { shellProcess } from '../helpers/shell-process.ts'
import { canRunSshd, startSshd, type SshdOptions, type TestSshd } from '../helpers/sshd.ts'

let packaged: AgentPackage
beforeAll(async () => {
  packaged = await buildPackage()
}, 120_000)
afterAll(leave)

/** The system's ssh carries the conversation, as it does for sites that use it. */
async function open(sshd: TestSshd): Promise<RemoteSh> {
  const config = join(sshd.folder, 'ssh_config')
  writeFileSync(config, await sshd.clientConfig('login1'))
  const args = ['-F', config, '-T', '-o', 'BatchMode=yes', 'login1', REMOTE_SHELL_COMMAND]
  return openRemoteShell(shellProcess('ssh', args), { host: 'login1', openMs: 20_000 })
}
const find = (shell: RemoteSh) =>
  findOrInstallAgent({
    host: 'login1',
    shell,
    package: packaged,
    confirm: () => Promise.resolve(true),
    tell: () => undefined,
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    signal: new AbortController().signal,
    siteFile: '/nowhere',
  })

const noise = 'echo "Welcome to the cluster"; echo oops >&2'
const narrow = { MaxSessions: '1', AllowTcpForwarding: 'no', AllowStreamLocalForwarding: 'no' }

describe.runIf(canRunSshd)('over SSH', () => {
  test.each<[string, SshdOptions]>([
    ['bash that talks, one session, no forwarding', { settings: narrow, rc: noise }],
    ['tcsh', { shell: '/usr/bin/tcsh', rc: 'echo "Welcome to the cluster"' }],
    ['fish', { shell: '/usr/bin/fish', rc: 'echo "Welcome to the cluster"' }],
  ])('the agent comes, outlives the connection, becomes a bridge, and goes: %s', async (_name, options) => {
    const sshd = await startSshd(options)
    try {
      const first = await open(sshd)
      const found = own(await find(first))
      const { stdout } = await first.run('stat -c "%U %a" "$1" "$HOME/.local/share/headway"', [found.socket])
      expect(stdout).toBe(`${sshd.user} 600\n${sshd.user} 700\n`)
      const pid = (await first.run('/bin/sh "$HOME/.local/share/headway/bin/headway-agent" status')).stdout
      // Nothing of the login shell's conversation is kept: the agent's environment has no more than it needs.
      const environment = readFileSync(`/proc/${(JSON.parse(pid) as { pid: number }).pid}/environ`, 'utf8')
      expect(environment).not.toContain('SSH_CONNECTION')
      first.end()

      const second = await open(sshd)
      expect(own(await find(second)).socket).toBe(found.socket)
      expect((await second.run('/bin/sh "$HOME/.local/share/headway/bin/headway-agent" status')).stdout).toBe(pid)
      const bridge = second.become(found.bridge)
      const greeting = await new Promise<string>((resolve) =>
        bridge.once('data', (data: Buffer) => resolve(data.toString())),
      )
      expect(greeting).toMatch(/^headway-bridge-1 ready\n/)
      bridge.destroy()

      const last = await open(sshd)
      await uninstallAgent({ shell: last, data: true })
      last.end()
      expect(execFileSync('find', [sshd.home, '-name', '*headway*']).toString()).toBe('')
    } finally {
      await sshd.close()
    }
  })

  test('an account without a shell: with what the server said', async () => {
    const sshd = await startSshd({ shell: '/usr/sbin/nologin' })
    try {
      expect(await failure(open(sshd))).toMatchObject({
        code: 'INSTALL_FAILED',
        data: { reason: 'no-shell', detail: expect.stringContaining('not available') as string },
      })
    } finally {
      await sshd.close()
    }
  })
})
