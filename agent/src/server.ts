import { chmodSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { buildApp } from './app.ts'
import { type Config, loadConfig, SettingError } from './config.ts'
import { FolderTaken } from './db/lease.ts'
import { createLog } from './log.ts'

/** Standard output carries events for whoever started the agent, one JSON object a line; the log goes to standard error. */
const say = (event: Record<string, unknown>) => process.stdout.write(`${JSON.stringify(event)}\n`)

/** A socket left by an agent that died is in the way; one that somebody listens on is not ours to remove. */
async function clearSocket(path: string): Promise<void> {
  const isAlive = await new Promise<boolean>((resolve) => {
    const probe = connect(path)
    probe.once('connect', () => {
      probe.destroy()
      resolve(true)
    })
    probe.once('error', () => resolve(false))
  })
  if (isAlive) throw new SettingError('HEADWAY_SOCKET', `another process listens on ${path}`)
  rmSync(path, { force: true })
}

async function listen(app: FastifyInstance, config: Config): Promise<string> {
  const { socket, host, port } = config
  try {
    if (socket === undefined) return await app.listen({ host, port })
    await clearSocket(socket)
    await app.listen({ path: socket })
    chmodSync(socket, 0o600)
    return `unix:${socket}`
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error && error.syscall === 'listen')) throw error
    const key = socket === undefined ? 'HEADWAY_HOST, HEADWAY_PORT' : 'HEADWAY_SOCKET'
    throw new SettingError(key, `the agent cannot listen there: ${error.message}`)
  }
}

/** Ends once: in order, and by force where something hangs. */
function endOnSignal(app: FastifyInstance): void {
  let ending = false
  const end = () => {
    if (ending) return
    ending = true
    setTimeout(() => process.exit(1), 15_000).unref()
    app.close().then(
      () => process.exit(0),
      (error: unknown) => {
        app.log.error({ err: error }, 'the agent did not end cleanly')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
  // Started with a channel (`npm start`): when its starter is gone, however that ended, so is the agent.
  process.on('disconnect', end)
}

async function main(): Promise<void> {
  const { config, warnings } = loadConfig()
  const log = createLog(config.logLevel)
  for (const warning of warnings) log.warn(warning)
  const app = await buildApp(config, { onFirstAccount: (account) => say({ event: 'first-account', ...account }) })
  endOnSignal(app)
  try {
    const url = await listen(app, config)
    say({ event: 'listening', url, pid: process.pid })
  } catch (error) {
    await app.close()
    throw error
  }
}

// Whatever is made from here on is for its owner alone.
process.umask(0o077)
main().catch((error: unknown) => {
  const isKnown = error instanceof SettingError || error instanceof FolderTaken
  const reason = isKnown ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`The agent cannot start. ${reason}\n`)
  process.exitCode = 1
})
