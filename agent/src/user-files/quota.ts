import { execFile } from 'node:child_process'
import type { Quota } from './user-files.ts'

const TIMEOUT_MS = 10_000
const BLOCK = 1024

/**
 * What `quota -w -p --show-mntpoint --hide-device` prints (quota-tools 4): a line for each file system with its mount point,
 * then blocks of 1 KiB used (with `*` where over), quota and limit, 0 where there is none. The one that holds `folder`
 * counts, which is that of the longest mount point above it.
 */
export function parseQuota(text: string, folder: string): Quota | undefined {
  let best: { mount: string; quota: Quota } | undefined
  for (const line of text.split('\n')) {
    const match = /^\s*(\/\S*)\s+(\d+)\*?\s+(\d+)\s+(\d+)\s/.exec(`${line} `)
    if (match === null) continue
    const [, mount = '', used, soft, hard] = match
    const isAbove = mount === '/' || folder === mount || folder.startsWith(`${mount}/`)
    const limit = Number(hard) || Number(soft)
    if (!isAbove || limit === 0 || mount.length < (best?.mount.length ?? 0)) continue
    best = { mount, quota: { used: Number(used) * BLOCK, limit: limit * BLOCK } }
  }
  return best?.quota
}

/** The quota of this process's account where `folder` lies; undefined where there is none or no `quota` command. */
export function quotaOf(folder: string): Promise<Quota | undefined> {
  return new Promise((resolve) => {
    execFile(
      'quota',
      ['-w', '-p', '--show-mntpoint', '--hide-device'],
      // It exits with 1 where one is over its quota: what it prints counts.
      { timeout: TIMEOUT_MS, env: { PATH: '/usr/bin:/bin:/usr/sbin', LC_ALL: 'C' } },
      (_error, stdout) => resolve(parseQuota(stdout, folder)),
    )
  })
}
