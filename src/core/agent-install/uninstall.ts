import { appError, type AppError } from '../kit/app-error.ts'
import { installFailed, reasonOfText, shortened } from './failure.ts'
import { launcherPath } from './place.ts'
import { lookAround } from './facts.ts'
import type { RemoteSh } from './remote-shell.ts'

/**
 * Removes what `place` put there, and says what stays. `$1`: base, `$2`: the launcher's text, which names Node's place where that is
 * not in the home.
 */
const removeScript = `
LC_ALL=C; export LC_ALL
exec 2>&1
for name in versions node bin incoming; do rm -rf "$1/$name"; done
uid=$(id -u)
for d in "/var/tmp/headway-$uid" "\${XDG_RUNTIME_DIR:-/nowhere}/headway" "/tmp/headway-$uid"; do
  case $2 in *"'$d/node/"*) ;; *) continue ;; esac
  [ -d "$d" ] && [ ! -L "$d" ] && [ -O "$d" ] || continue
  rm -rf "$d/node"
  rmdir "$d" 2>/dev/null
done
rmdir "$1" 2>/dev/null
for name in versions node bin incoming; do [ ! -e "$1/$name" ] || { echo "$1/$name is still there"; exit 10; }; done
exit 0
`

/** The agent ends first, and may take its time. */
const uninstallMs = 120_000

/**
 * Stops the user's own agent and removes it; with `data` also what it kept (database, uploads, templates). Rejects with INSTALL_FAILED
 * where the agent does not end, and nothing is removed then, or where files stay.
 */
export async function uninstallAgent(parts: { shell: RemoteSh; data: boolean; host?: string }): Promise<void> {
  const { shell, data, host = '' } = parts
  const { base } = await lookAround(shell, '/nowhere')
  if (base === undefined) return
  const launcher = await shell.run('head -c 65536 "$1" 2>/dev/null', [launcherPath(base)])
  // What is left of copying first: the agent removes the folder itself where nothing else is in it.
  const script = 'rm -rf "${1%/bin/*}/incoming"; [ -f "$1" ] || exit 0; exec /bin/sh "$@" 2>&1'
  const args = [launcherPath(base), 'uninstall', ...(data ? ['--data'] : [])]
  const { status, stdout } = await shell.run(script, args, { timeoutMs: uninstallMs })
  // An installation that is broken cannot remove itself: whatever was said then, it is not one of the agent's answers.
  const isBroken = !/^\{/m.test(stdout)
  if (status !== 0 && !isBroken) throw refused(host, shortened(stdout) || `uninstall ended with ${status}`)
  const rest = await shell.run(removeScript, [base, launcher.stdout], { timeoutMs: uninstallMs })
  if (rest.status !== 0) throw installFailed(host, reasonOfText(rest.stdout, 'read-only'), shortened(rest.stdout))
}

/** The agent says why it removed nothing: `{"removed":[],"reason":…}`. */
function refused(host: string, said: string): AppError {
  if (said.includes('"reason":"elsewhere"')) return installFailed(host, 'elsewhere', said)
  if (!said.includes('"reason":"jobs-run"')) return installFailed(host, 'start', said)
  const reason = 'Jobs of the agent still run there; end them first, or keep its data.'
  return appError('CONFLICT', { reason }, reason)
}
