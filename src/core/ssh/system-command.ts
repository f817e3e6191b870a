import { spawn } from 'node:child_process'
import type { SshFailure } from '../../../contract/errors.ts'
import type { Child } from './child-stream.ts'

/** What is handed to the workstation's `ssh` program; the rest is its own configuration's matter. */
export interface SystemDestination {
  label: string
  host: string
  user?: string
  port?: number
  proxyJump?: string
  /** Instead: a command line whose standard input and output lead there. */
  proxyCommand?: string
  identityFile?: string
}

/** ssh_config(5) options that no configuration of the user's may change: what runs is ours, and so is what it prints. */
const fixed = [
  'ServerAliveInterval=4',
  'ServerAliveCountMax=3',
  'ClearAllForwardings=yes',
  'ForwardX11=no',
  'EscapeChar=none',
  'RemoteCommand=none',
  'PermitLocalCommand=no',
  // Its own words say why it failed.
  'LogLevel=INFO',
]

/**
 * A socket of ssh's own (ControlMaster) that further processes of ours reach the signed-in connection by, in our 0700 folder.
 * Undefined where there are none: on Windows, or where the path is too long (`sun_path`: 104 bytes on macOS; ssh adds 17).
 */
export function controlPath(folder: string): string | undefined {
  const path = `${folder}/mux`
  return process.platform === 'win32' || Buffer.byteLength(path) + 17 > 103 ? undefined : path
}

/** How a process stands to the connection: it makes it, it goes through it (else it makes one of its own), or only through it. */
export type Sharing = { path: string; as: 'master' | 'client' | 'client-only' } | undefined

/** Percent signs are tokens, and quotes keep spaces. */
const mux = (path: string): string => `ControlPath="${path.replaceAll('%', '%%')}"`

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`).replaceAll('%', '%%')}'`

/** A ProxyCommand that leads through the connection of a ControlPath, for any shell of this machine's user. */
export function throughCommand(path: string, host: string): string {
  const options = [mux(path), 'ControlMaster=no', 'ProxyCommand=false', 'BatchMode=yes']
  return ['ssh', ...options.flatMap((each) => ['-o', quoted(each)]), "-W '[%h]:%p' --", quoted(host)].join(' ')
}

function sharing(how: Sharing): string[] {
  if (how === undefined) return ['ControlMaster=no', 'ControlPath=none']
  const path = mux(how.path)
  if (how.as === 'master') return ['ControlMaster=yes', 'ControlPersist=no', path]
  return ['ControlMaster=no', path, ...(how.as === 'client-only' ? ['ProxyCommand=false'] : [])]
}

export function startSystemSsh(parts: {
  destination: SystemDestination
  environment: Readonly<Record<string, string | undefined>>
  options: readonly string[]
  sharing: Sharing
  command: string
}): Child {
  const { host, user, port, proxyJump, proxyCommand, identityFile } = parts.destination
  const args = [
    ...parts.options,
    ...[...fixed, ...sharing(parts.sharing)].flatMap((each) => ['-o', each]),
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(proxyJump === undefined ? [] : ['-o', `ProxyJump=${proxyJump}`]),
    ...(proxyCommand === undefined ? [] : ['-o', `ProxyCommand=${proxyCommand}`]),
    ...(identityFile === undefined ? [] : ['-i', identityFile]),
    '--',
    host,
    parts.command,
  ]
  return spawn('ssh', args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: parts.environment,
    windowsHide: true,
    // Away from the terminal that Headway was started in: ssh would ask there.
    detached: process.platform !== 'win32',
  })
}

/** They decide wherever they stand: other lines follow them. */
const first: readonly [RegExp, SshFailure][] = [
  [/REMOTE HOST IDENTIFICATION HAS CHANGED/i, 'key-changed'],
  [/REVOKED HOST KEY/i, 'key-revoked'],
]
const words: readonly [RegExp, SshFailure][] = [
  [/Host key verification failed|authenticity of host/i, 'key-declined'],
  [
    /terminating, \d+ bad configuration|Bad configuration option|Bad owner or permissions|^Can't open user config|^command-line/i,
    'config',
  ],
  [
    /Permission denied( \(|, please)|Too many authentication failures|No more authentication methods/i,
    'authentication',
  ],
  [/Could not resolve hostname|Name or service not known/i, 'unknown-host'],
  [/administratively prohibited/i, 'forwarding-forbidden'],
  [/Connection refused/i, 'refused'],
  [/timed out/i, 'timed-out'],
  [/No route to host|Network is unreachable/i, 'unreachable'],
  [/no matching .* found/i, 'no-common-algorithm'],
]

const findIn = (table: typeof words, line: string): SshFailure | undefined =>
  table.find(([pattern]) => pattern.test(line))?.[1]

/** Why ssh ended, by what it said last: before that there may be a server's banner, which can say anything. */
export function reasonOfWords(text: string): SshFailure {
  const lines = text.split('\n').toReversed()
  const reason =
    findIn(first, text) ?? lines.map((line) => findIn(words, line)).find((each) => each !== undefined) ?? 'closed'
  // ssh says so only of a file that it was given by us.
  const hasNoKey = reason === 'authentication' && /^Warning: Identity file .* not accessible/m.test(text)
  return hasNoKey ? 'identity' : reason
}

/** What ssh says at length of a changed key, beside which key and where it is known. */
const boilerplate =
  /^(@|IT IS POSSIBLE|Someone could|It is also possible|Please contact|Add correct|\s*remove with|\s*ssh-keygen ).*$/gm

/** The last words, which matter most, as far as a detail of an error holds them. */
export function lastWords(text: string): string {
  const line = text.replace(boilerplate, '').replace(/\s+/g, ' ').trim()
  return line.length <= 300 ? line : `…${line.slice(-299)}`
}
