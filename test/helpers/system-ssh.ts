import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The workstation's own ssh for a core with a throw-away home. OpenSSH finds `~` in the passwd database and heeds no HOME, so an
 * `ssh` first in the PATH gives it that home's configuration.
 */
export function systemSsh(home: string, lines: readonly string[] = []): { environment: Record<string, string> } {
  const bin = join(home, 'bin')
  mkdirSync(bin, { recursive: true })
  const config = join(home, '.ssh', 'system_config')
  const usual = [
    `UserKnownHostsFile ${join(home, '.ssh/known_hosts')}`,
    'GlobalKnownHostsFile /dev/null',
    `IdentityFile ${join(home, '.ssh/id_ed25519')}`,
    'IdentitiesOnly yes',
    'IdentityAgent none',
  ]
  writeFileSync(config, [...lines, 'Host *', ...usual, ''].join('\n'), { mode: 0o600 })
  writeFileSync(join(bin, 'ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F '${config}' "$@"\n`, { mode: 0o755 })
  return { environment: { PATH: `${bin}:${process.env['PATH'] ?? ''}`, HOME: home } }
}

/** Command lines of processes of this machine in which a text occurs. */
export function commandsWith(text: string): string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      } catch {
        return ''
      }
    })
    .filter((line) => line.includes(text))
}
