import { writeSync } from 'node:fs'
import { hostname } from 'node:os'
import { PROTOCOL_VERSION } from '../../../contract/agent/version.ts'
import { baseFolder, type Environment } from '../kit/places.ts'
import { ownEnvironment } from './config.ts'
import { dataFolder } from './data-folder.ts'
import { endAgent } from './end.ts'
import { look } from './look.ts'
import { sentenceOf } from './reason.ts'
import { uninstall } from './uninstall.ts'
import { up } from './up.ts'
import { removeOldVersions } from './versions.ts'

const OK = 0
const FAILED = 1
/** The agent is another host's. */
const ELSEWHERE = 3

/** One line of JSON. At once: the process may be gone right after it. */
const print = (value: object) => void writeSync(1, `${JSON.stringify(value)}\n`)

async function runUp(environment: Environment, replace: boolean): Promise<number> {
  // With what Node was told here, by whoever wrote the launcher.
  const command = [process.execPath, ...process.execArgv, process.argv[1] ?? '']
  const outcome = await up({ environment, command, protocol: PROTOCOL_VERSION, replace })
  print(outcome)
  if (outcome.event === 'elsewhere') return ELSEWHERE
  if (outcome.event === 'failed') return FAILED
  if (outcome.started) removeOldVersions(baseFolder(environment))
  return OK
}

async function status(environment: Environment): Promise<number> {
  const found = await look(await dataFolder(environment))
  if (found.kind === 'none') {
    print({ running: false })
    return OK
  }
  const { host, pid, socket } = found.lease ?? {}
  const health = found.kind === 'running' ? { version: found.health.version, protocol: found.health.protocol } : {}
  // `answers` is not known of another host's: its socket is a file of that host.
  const answers = found.kind === 'elsewhere' ? {} : { answers: found.kind === 'running' }
  print({ running: true, ...answers, host, pid, ...health, socket })
  return OK
}

async function stop(environment: Environment): Promise<number> {
  const found = await look(await dataFolder(environment))
  if (found.kind === 'none') {
    print({ stopped: false, reason: 'not-running' })
    return OK
  }
  const { lease } = found
  const about = { host: lease?.host ?? hostname(), pid: lease?.pid }
  if (found.kind === 'elsewhere') {
    print({ stopped: false, reason: 'elsewhere', ...about })
    return ELSEWHERE
  }
  const outcome = lease === undefined ? 'not-ours' : await endAgent(lease)
  print({ stopped: outcome === 'ended', ...(outcome === 'ended' ? {} : { reason: outcome }), ...about })
  return outcome === 'ended' ? OK : FAILED
}

/** Runs a command other than `serve` and `bridge`, prints its answer as one line of JSON, and gives the exit code. */
export async function runCommand(command: string, flags: readonly string[]): Promise<number> {
  const environment = ownEnvironment()
  try {
    if (command === 'up') return await runUp(environment, flags.includes('--replace'))
    if (command === 'status') return await status(environment)
    if (command === 'stop') return await stop(environment)
    return await uninstall(environment, {
      withData: flags.includes('--data'),
      force: flags.includes('--force'),
      print,
    })
  } catch (error) {
    print({ event: 'failed', message: sentenceOf(error) })
    return FAILED
  }
}
