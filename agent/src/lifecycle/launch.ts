import { spawn } from 'node:child_process'
import { fstatSync, writeSync } from 'node:fs'
import type { Environment } from '../kit/places.ts'
import { agentEnvironment } from './config.ts'
import { launchPrefix } from './launcher.ts'
import { closeLog, logFile, openLog, readTail } from './log-file.ts'
import type { StartFailure } from './reason.ts'

/** An agent that was started and may not answer yet. */
export interface Launched {
  pid: number
  /** Why it has ended; undefined while it runs. */
  failure(): { reason: StartFailure; message: string } | undefined
  /** The last lines of its log. */
  words(): string
  /** Ends it: another one is the agent. It would wait for that one's lock for a while yet, and could get it after all. */
  withdraw(): void
  /** Leaves it alone from here on. */
  release(): void
}

/** Bytes; as much of a log as a person reads. */
const WORDS = 2000

/** What `serve` says on its standard output, which is the log here, where it cannot start. */
function saidBy(pid: number, log: string): { reason: StartFailure; message: string } | undefined {
  for (const line of log.split('\n').toReversed()) {
    if (!line.startsWith('{"event":"failed"')) continue
    try {
      const said = JSON.parse(line) as { pid: number; reason: StartFailure; message: string }
      if (said.pid === pid) return { reason: said.reason, message: said.message }
    } catch {
      // A line that was cut.
    }
  }
  return undefined
}

/**
 * Starts `command serve` as a process that outlives this one: no terminal, no session of this one's, `/` as its folder, its words
 * in `<data>/logs/agent.log`. Throws the system's error where the log cannot be written or the program not be started.
 */
export async function launch(
  command: readonly string[],
  { data, environment }: { data: string; environment: Environment },
): Promise<Launched> {
  const prefix = await launchPrefix(environment)
  const log = openLog(data)
  try {
    const from = fstatSync(log).size
    // Also the test whether there is space for words at all: an agent cannot say that there is none.
    writeSync(log, `{"time":"${new Date().toISOString()}","msg":"the agent is started"}\n`)
    const [file, ...args] = [...prefix, ...command, 'serve']
    const env = { ...agentEnvironment(environment) }
    const bus = environment['DBUS_SESSION_BUS_ADDRESS']
    if (prefix.length > 0 && bus !== undefined) env['DBUS_SESSION_BUS_ADDRESS'] = bus
    const child = spawn(file, args, { cwd: '/', env, detached: true, stdio: ['ignore', log, log] })
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve)
      child.once('error', reject)
    })
    const pid = child.pid ?? 0
    let ended: string | undefined
    let isReleased = false
    child.once('exit', (code, signal) => (ended = signal ?? `exit code ${code}`))
    const words = () => readTail(log, from).slice(-WORDS)
    return {
      pid,
      words,
      failure() {
        if (ended === undefined) return undefined
        const message = `The agent ended (${ended}). Its log, ${logFile(data)}, says: ${words()}`
        return saidBy(pid, readTail(log, from)) ?? { reason: 'other', message }
      },
      withdraw: () => void child.kill('SIGTERM'),
      release() {
        if (isReleased) return
        isReleased = true
        child.unref()
        closeLog(log)
      },
    }
  } catch (error) {
    closeLog(log)
    throw error
  }
}
