import type { InstallFailure } from '../../../contract/errors.ts'
import { nodeFlags } from '../kit/node-flags.ts'
import type { InstallPlan } from './checks.ts'
import { copyFile, type Copying } from './copy.ts'
import { launcherLine, versionFolder } from './facts.ts'
import { installFailed, reasonOfText, shortened } from './failure.ts'
import type { AgentPackage } from './package.ts'
import { shQuote } from './quote.ts'
import type { RemoteSh } from './remote-shell.ts'

export interface Placing {
  shell: RemoteSh
  host: string
  plan: InstallPlan
  package: AgentPackage
  /** Makes names of things in progress ones of this client alone. */
  nonce: string
  /** What is there under the right name does not work: it is put there anew. */
  isRepair: boolean
  /** Bytes that are there, of all that are copied. */
  onProgress: (bytes: number) => void
}

/**
 * Makes the folders, and says by `exec` or `noexec` whether programs run there. `$1`: base, `$2`: nonce. Folders of the home on the way
 * are made as private as ours.
 */
const prepareScript = `
LC_ALL=C; export LC_ALL
exec 2>&1
for d in "$1" "$1/bin" "$1/versions" "$1/node" "$1/incoming"; do mkdir -p "$d" && chmod 700 "$d" || exit 10; done
f=$1/incoming/probe.$2
printf '#!/bin/sh\\nexit 0\\n' > "$f" && chmod 700 "$f" || { rm -f "$f"; exit 10; }
if "$f" >/dev/null 2>&1; then echo exec; else echo noexec; fi
rm -f "$f"
`

/**
 * Prints a folder of the user's own outside the home in which programs run. `$1`: kilobytes needed, `$2`: nonce. What others could
 * have put there under that name is not used. The first survives a sign-out and a restart, the others may not.
 */
const elsewhereScript = `
uid=$(id -u)
for d in "/var/tmp/headway-$uid" "\${XDG_RUNTIME_DIR:-/nowhere}/headway" "/tmp/headway-$uid"; do
  if mkdir -m 700 "$d" 2>/dev/null; then made=1; else made=; fi
  [ -d "$d" ] && [ ! -L "$d" ] && [ -O "$d" ] && chmod 700 "$d" 2>/dev/null || continue
  f=$d/probe.$2
  printf '#!/bin/sh\\nexit 0\\n' > "$f" 2>/dev/null && chmod 700 "$f" && "$f" >/dev/null 2>&1; s=$?
  rm -f "$f"
  free=$(LC_ALL=C df -Pk "$d" | { read -r title; read -r fs all used free rest; printf %s "$free"; })
  if [ "$s" -eq 0 ] && [ "\${free:-0}" -ge "$1" ]; then printf %s "$d"; exit 0; fi
  [ -z "$made" ] || rmdir "$d"
done
exit 1
`

/**
 * Unpacks into a folder that gets its name at once and whole. `$1`: archive, `$2`: folder, `$3`: nonce, `$4`: `anew` where one of
 * that name does not count. Whoever comes second finds the same there.
 */
const bundleScript = `
LC_ALL=C; export LC_ALL
exec 2>&1
if [ "$4" = anew ] && [ -e "$2" ]; then mv "$2" "$2.$3.old" && rm -rf "$2.$3.old"; fi
if [ ! -f "$2/agent.js" ]; then
  rm -rf "$2.$3.tmp" && mkdir -m 700 "$2.$3.tmp" || exit 10
  gzip -dc < "$1" | tar -xof - -C "$2.$3.tmp" && [ -f "$2.$3.tmp/agent.js" ] || { rm -rf "$2.$3.tmp"; exit 10; }
  mv "$2.$3.tmp" "$2"
  # A folder moved onto one that another client made meanwhile has gone into it.
  rm -rf "$2.$3.tmp" "$2/\${2##*/}.$3.tmp"
fi
rm -f "$1"
[ -f "$2/agent.js" ]
`
/** The same for the one program. `$2`: its folder, made where it is missing. */
const nodeScript = `
LC_ALL=C; export LC_ALL
exec 2>&1
mkdir -p "$2" && chmod 700 "$2" || exit 10
if [ "$4" = anew ] || [ ! -x "$2/node" ]; then
  gzip -dc < "$1" > "$2/node.$3.tmp" && chmod 700 "$2/node.$3.tmp" && mv -f "$2/node.$3.tmp" "$2/node" ||
    { rm -f "$2/node.$3.tmp"; exit 10; }
fi
rm -f "$1"
"$2/node" -e 'require("node:sqlite")' </dev/null || exit 11
`
/** `$1`: the launcher, `$2`: its text, `$3`: nonce. */
const launcherScript = `
LC_ALL=C; export LC_ALL
exec 2>&1
printf '%s' "$2" > "$1.$3.tmp" && chmod 700 "$1.$3.tmp" && mv -f "$1.$3.tmp" "$1" || { rm -f "$1.$3.tmp"; exit 10; }
`

/** Why a program that is in its place does not run; fapolicyd and SELinux refuse what no package brought. */
function reasonOfStart(said: string): InstallFailure {
  if (/GLIBC(XX)?_\d/.test(said)) return 'glibc'
  return /permission denied|operation not permitted/i.test(said) ? 'noexec' : 'platform'
}

/** `<base>/bin/headway-agent`: run by its path from anywhere, by a link too, and by `sh` where programs in the home may not run. */
export function launcherText(agent: AgentPackage, node: string, program: string): string {
  return [
    '#!/bin/sh',
    launcherLine(agent),
    '# Written by Headway, which replaces it with each version.',
    `exec ${[node, ...nodeFlags, program].map(shQuote).join(' ')} "$@"`,
    '',
  ].join('\n')
}

export const launcherPath = (base: string): string => `${base}/bin/headway-agent`

/** Copies what is missing and puts it in its place. Rejects with INSTALL_FAILED; what is there already then still works. */
export async function place(placing: Placing): Promise<void> {
  const { shell, host, plan, nonce, isRepair } = placing
  const { base } = plan
  const agent = placing.package
  const anew = isRepair ? 'anew' : ''
  const step = async (script: string, args: string[], timeoutMs: number): Promise<string> => {
    const { status, stdout } = await shell.run(script, args, { timeoutMs })
    if (status === 0) return stdout.trim()
    throw installFailed(
      host,
      status === 11 ? reasonOfStart(stdout) : reasonOfText(stdout, 'read-only'),
      shortened(stdout),
    )
  }
  const runs = (await step(prepareScript, [base, nonce], 60_000)) === 'exec'
  const before = { done: 0 }
  const copying: Copying = { shell, host, base, onProgress: (bytes) => placing.onProgress(before.done + bytes) }

  let node = plan.systemNode
  if (plan.node !== undefined) {
    const { unpacked } = plan.node
    const home = runs ? base : await elsewhere(unpacked)
    const folder = `${home}/node/${plan.node.folder}`
    node = `${folder}/node`
    const isThere = !isRepair && (await shell.run('[ -x "$1" ]', [node])).status === 0
    if (!isThere) {
      const archive = await copyFile(plan.node, copying)
      await step(nodeScript, [archive, folder, nonce, anew], 300_000)
      before.done = plan.node.size
    }
  }
  if (node === undefined) throw installFailed(host, 'not-packaged', 'no Node')

  const version = `${base}/versions/${versionFolder(agent)}`
  const isThere = !isRepair && (await shell.run('[ -f "$1/agent.js" ]', [version])).status === 0
  if (!isThere) {
    const archive = await copyFile(agent.bundle, copying)
    await step(bundleScript, [archive, version, nonce, anew], 300_000)
  }
  placing.onProgress(plan.bytes)
  const text = launcherText(agent, node, `${version}/agent.js`)
  await step(launcherScript, [launcherPath(base), text, nonce], 60_000)

  async function elsewhere(unpacked: number): Promise<string> {
    const { status, stdout } = await shell.run(elsewhereScript, [String(Math.ceil(unpacked / 1024)), nonce])
    if (status === 0 && stdout.startsWith('/')) return stdout
    throw installFailed(host, 'noexec', `${base}, /var/tmp, /tmp and $XDG_RUNTIME_DIR allow none, or have no space`)
  }
}
