import { Value } from 'typebox/value'
import { SiteAgentFile } from '../../../contract/agent/start.ts'
import type { AgentPackage, NodeMachine } from './package.ts'
import type { RemoteSh } from './remote-shell.ts'

/** What one look at a head node tells; nothing is written there. */
export interface HeadNodeFacts {
  /** `uname -s`, `uname -m`. */
  system: string
  machine: string
  /** As getconf or ldd print it: `glibc 2.28`, `musl libc (x86_64)`. */
  libc: string
  /** Absolute path of Headway's folder in the home; undefined where the account has no home. */
  base: string | undefined
  /** Needed commands that are not there. */
  missing: string[]
  /** Kilobytes free where the home is, and its device as `df` and `quota` name it. */
  freeKb: number | undefined
  device: string | undefined
  /** Names in `<base>/node`: what need not be copied again. */
  nodes: string[]
  /** Kilobytes that an earlier try has copied already. */
  partKb: number
  /** What `quota -w` says; empty where it says nothing. */
  quota: string
  /** A Node of the system's that is new enough: absolute path. */
  node: string | undefined
  /** As the launcher in `<base>/bin` says of itself. */
  installed: InstalledAgent | undefined
  /** The administrator's agent, for all users. */
  site: SiteAgentFile | undefined
}

export interface InstalledAgent {
  version: string
  protocol: number
}

export const SITE_AGENT_FILE = '/etc/headway/agent.json'

/** The line of the launcher that says what it starts; read by `factsScript`. */
export const launcherLine = ({ version, protocol }: AgentPackage): string =>
  `# headway-agent ${version} protocol ${protocol}`

/** In `<base>/versions`: two builds of one version are two folders. */
export const versionFolder = ({ version, bundle }: AgentPackage): string => `${version}-${bundle.sha256.slice(0, 8)}`

const neededCommands = 'uname head dd df wc tar gzip mkdir mv rm rmdir chmod cat ls'

/**
 * Prints `name=value` lines, and the site's file at the end. `$1`: path of that file. A file system that does not answer must not hold
 * it up for ever: only the home is touched.
 */
const factsScript = `
LC_ALL=C; export LC_ALL
p() { printf '%s=%s\\n' "$1" "$2"; }
p system "$(uname -s)"
p machine "$(uname -m)"
libc=$(getconf GNU_LIBC_VERSION 2>/dev/null)
[ -n "$libc" ] || libc=$(ldd --version 2>&1 | head -n 1)
p libc "$libc"
case \${XDG_DATA_HOME:-} in /*) data=$XDG_DATA_HOME ;; *) data=\${HOME:+$HOME/.local/share} ;; esac
missing=
for tool in ${neededCommands}; do command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"; done
command -v sha256sum >/dev/null 2>&1 || command -v shasum >/dev/null 2>&1 || command -v openssl >/dev/null 2>&1 ||
  missing="$missing sha256sum"
p missing "$missing"
if [ -n "$data" ]; then
  base=$data/headway
  p base "$base"
  d=$base
  while [ ! -d "$d" ]; do d=\${d%/*}; [ -n "$d" ] || d=/; done
  p df "$(df -Pk "$d" 2>/dev/null | { while read -r line; do last=$line; done; printf %s "$last"; })"
  for d in "$base"/node/*; do [ -x "$d/node" ] && p node-of-ours "\${d##*/}"; done
  p part "$(du -sk "$base/incoming" 2>/dev/null | { read -r kb rest; printf %s "$kb"; })"
  if [ -r "$base/bin/headway-agent" ]; then { read -r first; read -r line; p launcher "$line"; } < "$base/bin/headway-agent"; fi
fi
if command -v quota >/dev/null 2>&1; then
  if command -v timeout >/dev/null 2>&1; then limit='timeout 5'; else limit=; fi
  $limit quota -w 2>/dev/null </dev/null | while read -r line; do p quota "$line"; done
fi
for n in "$(command -v node)" /usr/local/bin/node /opt/*node*/bin/node /opt/*node*/*/bin/node /usr/local/*node*/bin/node \\
  /usr/local/*node*/*/bin/node /apps/*node*/*/bin/node "$HOME"/.nvm/versions/node/v*/bin/node; do
  [ -x "$n" ] || continue
  v=$("$n" -e 'require("node:sqlite");process.stdout.write(process.versions.node+" "+process.execPath)' 2>/dev/null </dev/null) ||
    continue
  case $v in 2[4-9].*|[3-9][0-9].*) p node "\${v#* }"; break ;; esac
done
if [ -r "$1" ]; then printf 'site:\\n'; head -c 65536 "$1"; fi
exit 0
`

/** Looks once. `siteFile`: another place of the administrator's file, for tests. */
export async function lookAround(shell: RemoteSh, siteFile = SITE_AGENT_FILE): Promise<HeadNodeFacts> {
  const { stdout } = await shell.run(factsScript, [siteFile])
  const [lines = '', site] = stdout.split(/^site:\n/m, 2)
  const said = new Map<string, string>()
  const quota: string[] = []
  const nodes: string[] = []
  for (const line of lines.split('\n')) {
    const at = line.indexOf('=')
    const [name, value] = [line.slice(0, at), line.slice(at + 1)]
    if (at > 0 && name === 'quota') quota.push(value)
    else if (at > 0 && name === 'node-of-ours') nodes.push(value)
    else if (at > 0 && !said.has(name)) said.set(name, value)
  }
  const text = (name: string): string | undefined => said.get(name) || undefined
  const df = /^(.*?)\s+\d+\s+\d+\s+(-?\d+)\s+\S+\s/.exec(said.get('df') ?? '')
  return {
    system: text('system') ?? '',
    machine: text('machine') ?? '',
    libc: text('libc') ?? '',
    base: text('base'),
    missing: (text('missing') ?? '').split(' ').filter((name) => name !== ''),
    freeKb: df === null ? undefined : Math.max(0, Number(df[2])),
    device: df?.[1],
    nodes,
    partKb: Number(text('part') ?? 0) || 0,
    quota: quota.join('\n'),
    node: text('node'),
    installed: installedOf(text('launcher')),
    site: siteOf(site),
  }
}

/** A launcher that does not say what it is came before all that do. */
function installedOf(line: string | undefined): InstalledAgent | undefined {
  if (line === undefined) return undefined
  const found = /^# headway-agent (\S+) protocol (\d+)$/.exec(line)
  const [version = '0.0.0', protocol = '0'] = found?.slice(1) ?? []
  return { version, protocol: Number(protocol) }
}

function siteOf(text: string | undefined): SiteAgentFile | undefined {
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return Value.Check(SiteAgentFile, value) ? value : undefined
  } catch {
    return undefined
  }
}

/** The machine as Node names it, where Headway has an agent for it. */
export function nodeMachine({ system, machine }: Pick<HeadNodeFacts, 'system' | 'machine'>): NodeMachine | undefined {
  if (system !== 'Linux') return undefined
  if (machine === 'x86_64' || machine === 'amd64') return 'linux-x64'
  return machine === 'aarch64' || machine === 'arm64' ? 'linux-arm64' : undefined
}
