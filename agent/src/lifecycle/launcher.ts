import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Environment } from '../kit/places.ts'

const run = promisify(execFile)
const PATIENCE_MS = 2000

type Env = Readonly<Record<string, string>>

const says = async (env: Env, command: string, ...args: string[]): Promise<string | undefined> => {
  const asked = run(command, args, { env, cwd: '/', timeout: PATIENCE_MS, killSignal: 'SIGKILL' })
  return (await asked.catch(() => undefined))?.stdout
}

/** Whether the user's manager goes on without a session (`loginctl enable-linger`); where logind notes it. */
function lingers(): boolean {
  try {
    return existsSync(join('/var/lib/systemd/linger', userInfo().username))
  } catch {
    return false
  }
}

/** logind ends what a session leaves behind (`KillUserProcesses=yes`, logind.conf(5)). */
const endsWithSession = async (env: Env): Promise<boolean> =>
  (await says(env, 'loginctl', 'show-session', '--property=KillUserProcesses'))?.trim() === 'KillUserProcesses=yes'

const scope = (name: string) => ['--user', '--scope', '--quiet', '--collect', `--unit=headway-agent-${name}`, '--']

/**
 * What to put before the command so that the agent outlives the SSH session: a scope of the user's systemd manager, or nothing,
 * where a process of its own session (setsid) is better off.
 *
 * By default logind leaves a session's processes alone but ends the user's manager, and all in it, with the last session: there
 * the manager is the shorter-lived place. It is the better one for a user who lingers, and the only one where logind is told to
 * end the processes of a session. A scope rather than a service: the agent stays our child, so that how it ended is known, and
 * jobs of the embedded scheduler in that scope are not ended with the agent.
 */
export async function launchPrefix(
  environment: Environment,
  isLasting: () => boolean = lingers,
): Promise<readonly string[]> {
  const { XDG_RUNTIME_DIR: runtime = '', DBUS_SESSION_BUS_ADDRESS: bus, PATH = '' } = environment
  // Only there where a manager runs: elsewhere nothing is started to find that out.
  if (runtime === '' || !existsSync(join(runtime, 'systemd', 'private'))) return []
  const env = { PATH, XDG_RUNTIME_DIR: runtime, ...(bus === undefined ? {} : { DBUS_SESSION_BUS_ADDRESS: bus }) }
  if (!isLasting() && !(await endsWithSession(env))) return []
  // Tried on something harmless: a manager that is "degraded" starts scopes well, one that hangs does not answer in time.
  const tried = await says(env, 'systemd-run', ...scope(`try-${process.pid}`), '/bin/true')
  // Its own name each time: a scope lives as long as a job of an earlier agent does.
  return tried === undefined ? [] : ['systemd-run', ...scope(String(process.pid))]
}
