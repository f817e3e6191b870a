// The agent as a child: its lines read, its log kept in a file, its end noticed.
import { spawn } from 'node:child_process'
import { createWriteStream, mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../dist/agent/agent.js', import.meta.url))
const usualPort = 5010
/** How long the agent may take to end its jobs. */
const graceMs = 6_000

/** The user's own folder; read late, as only Node 24 understands that file. */
async function userData(env) {
  const { userDataFolder } = await import('../src/core/host-kit/folders.ts')
  return userDataFolder(env)
}

/** The environment with the place of an agent that belongs to this user of this machine, where no setting says another. */
export async function agentEnvironment(env) {
  if (env.HEADWAY_DATA || env.HEADWAY_CONFIG) return { ...env }
  return { ...env, HEADWAY_DATA: join(await userData(env), 'agent') }
}

/** 5010 where it is free, else 0 (any): a second Headway on the machine starts as well. */
async function freePort() {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(0))
    probe.listen(usualPort, '127.0.0.1', () => probe.close(() => resolve(usualPort)))
  })
}

/**
 * Starts the agent; resolves when it listens, rejects with a sentence when it ends before that.
 * `ended` resolves with how it ended. `onStarted` gets the function that ends it: its jobs first, by force after a while.
 */
export async function startAgent(env, { onFirstAccount, onStarted }) {
  const full = await agentEnvironment(env)
  full.HEADWAY_END_JOBS = env.HEADWAY_END_JOBS || '1'
  full.HEADWAY_PORT = env.HEADWAY_PORT || String(await freePort())
  const logs = join(await userData(env), 'logs')
  mkdirSync(logs, { recursive: true, mode: 0o700 })
  const logFile = join(logs, 'agent.log')
  const log = createWriteStream(logFile, { flags: 'a', mode: 0o600 })
  // A group of its own: Ctrl-C in the terminal reaches the agent once, from here, and not in the middle of its answers.
  const { nodeFlags } = await import('../src/core/kit/node-flags.ts')
  const child = spawn(process.execPath, [...nodeFlags, program], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
    env: full,
  })
  const lastErrors = []
  createInterface({ input: child.stderr }).on('line', (line) => {
    log.write(`${line}\n`)
    // Its log is JSON; a line that is not was written for people.
    if (parse(line) === undefined) lastErrors.push(line)
    if (lastErrors.length > 5) lastErrors.shift()
  })
  const ended = new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`))
  })
  onStarted(async () => {
    child.kill('SIGTERM')
    const force = setTimeout(() => child.kill('SIGKILL'), graceMs)
    await ended
    clearTimeout(force)
  })
  const listening = new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const event = parse(line)
      // The password is for the screen alone.
      if (event?.event === 'first-account') onFirstAccount(event)
      else log.write(`${line}\n`)
      if (event?.event === 'listening') resolve(event)
    })
    void ended.then((how) =>
      reject(new Error(`The agent did not start (${how}).\n${lastErrors.join('\n')}\nIts log: ${logFile}`)),
    )
  })
  const { url } = await listening
  return { url, ended, logFile }
}

function parse(line) {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
