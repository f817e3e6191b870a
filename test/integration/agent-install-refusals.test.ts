import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type AgentPackage, uninstallAgent } from '../../src/core/agent-install/index.ts'
import {
  buildPackage,
  commands,
  commandsWithNode,
  failure,
  headNode,
  health,
  leave,
  own,
  tidyUp,
  work,
} from '../helpers/head-node.ts'

const isRoot = process.getuid?.() === 0
let packaged: AgentPackage
beforeAll(async () => {
  packaged = await buildPackage()
}, 120_000)
afterEach(tidyUp)
afterAll(leave)

const without = (...names: string[]): string => {
  const folder = mkdtempSync(join(work, 'bin-'))
  for (const name of readdirSync(commands))
    if (!names.includes(name)) symlinkSync(join(commands, name), join(folder, name))
  return folder
}
const replaced = (name: string, script: string): string => {
  const folder = without(name)
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`)
  chmodSync(join(folder, name), 0o755)
  return folder
}
const mounted = (name: string, options: string): string => {
  const disk = join(work, name)
  mkdirSync(disk)
  execFileSync('/usr/bin/mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk])
  return disk
}
const unmount = (disk: string): void => void execFileSync('/usr/bin/umount', ['--lazy', disk])

describe('a head node that will not do', () => {
  test.each([
    ['platform', () => replaced('uname', 'case $1 in -s) echo Linux;; *) echo ppc64le;; esac'), 'Linux ppc64le'],
    ['platform', () => replaced('uname', 'echo FreeBSD'), 'FreeBSD'],
    ['glibc', () => replaced('getconf', 'echo glibc 2.17'), 'glibc 2.17'],
    [
      'glibc',
      () => {
        const folder = replaced('ldd', 'echo "musl libc (x86_64)" >&2; exit 1')
        rmSync(join(folder, 'getconf'))
        return folder
      },
      'musl',
    ],
    ['tools', () => without('tar', 'sha256sum', 'shasum', 'openssl'), 'tar sha256sum'],
    ['no-space', () => replaced('df', 'echo title; echo "tank:/home 1000000 900000 2048 99% /home"'), 'free'],
    [
      'quota',
      () => {
        const folder = replaced('df', 'echo title; echo "nas:/home 100000000 1 90000000 1% /home"')
        writeFileSync(
          join(folder, 'quota'),
          '#!/bin/sh\necho "Disk quotas for user kim (uid 1000):"\necho "     Filesystem  blocks   quota   limit   grace   files   quota   limit   grace"\necho "nas:/home 995000* 900000 1000000 6days 100 0 0"\n',
          { mode: 0o755 },
        )
        return folder
      },
      'are left on nas:/home',
    ],
  ])('%s: refused before the question, nothing written', async (reason, path, detail) => {
    const node = headNode({ path: path() })
    let asked = 0
    const value = await failure(node.find({ package: packaged, confirm: () => Promise.resolve(++asked > 0) }))
    expect(value).toMatchObject({ code: 'INSTALL_FAILED', data: { host: 'login1', reason } })
    expect((value as { data: { detail: string } }).data.detail).toContain(detail)
    expect(asked).toBe(0)
    expect(readdirSync(node.home)).toEqual([])
  })

  test('its machine is not in the package', async () => {
    const node = headNode()
    const value = await failure(node.find({ package: { ...packaged, node: {} } }))
    expect(value).toMatchObject({ data: { reason: 'not-packaged' } })
    expect((value as { data: { detail: string } }).data.detail).toContain('--all-platforms')
  })

  test.runIf(isRoot)('a disk that fills while it is copied', async () => {
    const disk = mounted('small', 'size=24m')
    try {
      // What df says is not believed here: others write meanwhile.
      const path = replaced('df', 'echo title; echo "tmpfs 1000000 0 900000 0% /"')
      const node = headNode({ home: join(disk, 'kim'), path })
      expect(await failure(node.find({ package: packaged }))).toMatchObject({
        code: 'INSTALL_FAILED',
        data: { reason: 'no-space' },
      })
      expect(existsSync(join(node.base, 'bin/headway-agent'))).toBe(false)
    } finally {
      unmount(disk)
    }
  })

  test.runIf(isRoot)('a home that cannot be written to', async () => {
    const disk = mounted('fixed', 'size=8m')
    try {
      const path = replaced('df', 'echo title; echo "tmpfs 1000000 0 900000 0% /"')
      const node = headNode({ home: join(disk, 'kim'), path })
      execFileSync('/usr/bin/mount', ['-o', 'remount,ro', disk])
      expect(await failure(node.find({ package: packaged }))).toMatchObject({
        code: 'INSTALL_FAILED',
        data: { reason: 'read-only' },
      })
    } finally {
      unmount(disk)
    }
  })

  test.runIf(isRoot)(
    'a home in which programs do not run: Node goes elsewhere; where that is forbidden too, it ends',
    async () => {
      const disk = mounted('noexec', 'noexec,size=400m')
      try {
        const node = headNode({ home: join(disk, 'kim') })
        const found = own(await node.find({ package: packaged }))
        expect(node.launcher()).toMatch(/exec '\/(var\/tmp|tmp)\/headway-0\/node\//)
        expect(await health(found.socket)).toMatchObject({ status: 'ok' })
        expect(own(await node.find({ package: packaged })).socket).toBe(found.socket)
        await uninstallAgent({ shell: await node.shell(), data: true })
        expect(existsSync('/var/tmp/headway-0/node')).toBe(false)

        // No question of place where the system has Node.
        const withNode = headNode({
          home: join(disk, 'lee'),
          path: commandsWithNode,
        })
        expect(own(await withNode.find({ package: packaged })).version).toBe(packaged.version)
        await uninstallAgent({ shell: await withNode.shell(), data: true })

        const strict = headNode({
          home: join(disk, 'min'),
          setUp:
            'mount -t tmpfs -o noexec tmpfs /var/tmp && mount --bind /tmp /tmp && mount -o remount,bind,noexec /tmp',
          env: { XDG_RUNTIME_DIR: join(disk, 'min') },
        })
        expect(await failure(strict.find({ package: packaged }))).toMatchObject({
          code: 'INSTALL_FAILED',
          data: { reason: 'noexec' },
        })
      } finally {
        unmount(disk)
      }
    },
  )
})
