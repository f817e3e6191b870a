import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** Keywords of sshd_config(5); several values become several lines. */
export type SshdSettings = Record<string, string | readonly string[]>

/** sshd takes the first of several values, so what a test wants comes before what is usual. */
export function configText(settings: SshdSettings, usual: SshdSettings): string {
  const given = new Set(Object.keys(settings).map((keyword) => keyword.toLowerCase()))
  const rest = Object.entries(usual).filter(([keyword]) => !given.has(keyword.toLowerCase()))
  return [...Object.entries(settings), ...rest]
    .flatMap(([keyword, values]) =>
      (typeof values === 'string' ? [values] : values).map((one) => `${keyword} ${one}\n`),
    )
    .join('')
}

/** What a head node usually allows, its log precise enough to count attempts. */
export function usualSettings(at: {
  port: number
  user: string
  hostKeys: readonly string[]
  totp: boolean
}): SshdSettings {
  const [major = 0, minor = 0] = version()
  const since98 = major > 9 || (major === 9 && minor >= 8)
  return {
    Port: String(at.port),
    ListenAddress: '127.0.0.1',
    HostKey: at.hostKeys,
    PidFile: 'none',
    AllowUsers: at.user,
    UsePAM: 'yes',
    PubkeyAuthentication: 'yes',
    PasswordAuthentication: at.totp ? 'no' : 'yes',
    KbdInteractiveAuthentication: at.totp ? 'yes' : 'no',
    ...(at.totp ? { AuthenticationMethods: 'keyboard-interactive:pam' } : {}),
    AcceptEnv: 'LANG LC_*',
    PrintMotd: 'no',
    PrintLastLog: 'no',
    UseDNS: 'no',
    MaxStartups: '100:30:200',
    LogLevel: 'VERBOSE',
    Subsystem: `sftp ${existsSync('/usr/lib/openssh/sftp-server') ? '/usr/lib/openssh/sftp-server' : 'internal-sftp'}`,
    // Before 9.8 the service is named as the program is called: see `startSshd`. Wrong passwords are part of the tests,
    // and all come from one address.
    ...(since98 ? { PAMServiceName: at.user, PerSourcePenalties: 'no' } : {}),
  }
}

function version(): number[] {
  // Older ones print their usage, with the version, and fail.
  const { stderr, stdout } = spawnSync('/usr/sbin/sshd', ['-V'], { encoding: 'utf8' })
  const [, major, minor] = /OpenSSH_(\d+)\.(\d+)/.exec(stderr + stdout) ?? []
  return [Number(major), Number(minor)]
}

/** The account's password, and then the code where there is one: both are asked even if the first is wrong. */
export function pamText(oathUsers: string | undefined): string {
  const lines = ['auth required pam_unix.so']
  // A window of 60 steps: codes that are handed out ahead of their time are taken too.
  if (oathUsers !== undefined) lines.push(`auth required pam_oath.so usersfile=${oathUsers} window=60 digits=6`)
  lines.push('account required pam_unix.so', 'session required pam_unix.so')
  return `${lines.join('\n')}\n`
}
