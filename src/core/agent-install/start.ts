import { Value } from 'typebox/value'
import { AgentUp } from '../../../contract/agent/start.ts'
import type { InstallFailure } from '../../../contract/errors.ts'
import { installFailed, shortened } from './failure.ts'
import { launcherPath } from './place.ts'
import { pathWord } from './quote.ts'
import type { RemoteSh } from './remote-shell.ts'

/** The agent waits 30 s for itself, and as long for an older one that ends; a home on a slow file system adds to that. */
const upMs = 150_000

const reasons: Record<Extract<AgentUp, { event: 'failed' }>['reason'], InstallFailure> = {
  'no-space': 'no-space',
  'read-only': 'read-only',
  'runtime-folder': 'start',
  'timed-out': 'start',
  settings: 'start',
  other: 'start',
}

/**
 * Starts the agent with the PATH and SLURM_CONF of a login: sites put Slurm there (`/opt/slurm/bin`, modules), and a command run over
 * SSH does not read those files. Without Slurm's commands the agent would take the login node for all there is. csh reads its own for
 * every shell, and knows no `-l` beside a command. Standard error comes too: it says why a program did not run.
 */
const startScript = `
if command -v timeout >/dev/null 2>&1; then limit='timeout 20'; else limit=; fi
case \${SHELL##*/} in csh|tcsh) login= ;; *) login=-l ;; esac
$limit "\${SHELL:-/bin/sh}" $login -c env 2>/dev/null </dev/null | {
  path=; conf=
  while IFS= read -r line; do
    case $line in
      PATH=/*) [ -n "$path" ] || path=\${line#PATH=} ;;
      SLURM_CONF=/*) [ -n "$conf" ] || conf=\${line#SLURM_CONF=} ;;
    esac
  done
  [ -z "$path" ] || { PATH=$path; export PATH; }
  [ -z "$conf" ] || { SLURM_CONF=$conf; export SLURM_CONF; }
  exec /bin/sh "$@" 2>&1 </dev/null
}`

/** The launcher is given to `sh`: where programs in the home may not run, scripts still can be read. */
export const agentCommand = (base: string, ...args: string[]): string =>
  ['/bin/sh', pathWord(launcherPath(base)), ...args].join(' ')

export type Started = Exclude<AgentUp, { event: 'failed' }>

/**
 * Runs `headway-agent up`. `replace`: an agent of another version gives way, its jobs go on. Undefined where the installation is broken (a
 * file is missing, the program does not run): to be put there anew. Rejects with INSTALL_FAILED where the agent says that it cannot start.
 */
export async function startAgent(
  shell: RemoteSh,
  host: string,
  base: string,
  { replace }: { replace: boolean },
): Promise<{ up: Started } | { broken: string }> {
  const args = [launcherPath(base), 'up', ...(replace ? ['--replace'] : [])]
  const { status, stdout } = await shell.run(startScript, args, { timeoutMs: upMs })
  const up = answerIn(stdout)
  if (up === undefined) return { broken: `${shortened(stdout) || 'nothing was said'} (exit code ${status})` }
  if (up.event === 'failed') throw installFailed(host, reasons[up.reason], shortened(up.message))
  return { up }
}

/** The last line that is an answer. */
function answerIn(output: string): AgentUp | undefined {
  for (const line of output.split('\n').toReversed()) {
    if (!line.startsWith('{')) continue
    try {
      const value: unknown = JSON.parse(line)
      if (Value.Check(AgentUp, value)) return value
    } catch {
      // A line of something else.
    }
  }
  return undefined
}
