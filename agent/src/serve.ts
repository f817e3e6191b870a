import { copyFileSync, fstatSync, ftruncateSync, lstatSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { buildApp } from './app.ts'
import { type Config, loadConfig } from './config.ts'
import { writeLease } from './db/lease.ts'
import { logFile, MAX_LOG, reasonOf, sentenceOf, socketNow } from './lifecycle/index.ts'
import { keepSocket, listen } from './listening.ts'
import { createLog } from './log.ts'

/** How often the agent looks after its socket and its log, in user mode. */
const LOOK_MS = 10_000

/** Standard output carries events for whoever started the agent, one JSON object a line; the log goes to standard error. */
const say = (event: Record<string, unknown>) => process.stdout.write(`${JSON.stringify(event)}\n`)

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

/** In user mode nobody else looks after the agent: it keeps its own socket findable and its own log short. */
function lookAfterItself(app: FastifyInstance, { data, socket }: Config & { socket: string }): void {
  const stop = keepSocket(app, {
    path: socket,
    everyMs: LOOK_MS,
    choose: () => socketNow(socket),
    onMoved: (path) => writeLease(data, path),
  })
  const timer = setInterval(() => {
    try {
      shortenLog(data)
    } catch (error) {
      app.log.error({ err: error }, 'the log could not be put aside')
    }
  }, LOOK_MS)
  timer.unref()
  app.addHook('preClose', async () => {
    clearInterval(timer)
    stop()
  })
}

/** Standard error is the log where `up` started the agent: copied and emptied, as its descriptors are shared. */
function shortenLog(data: string): void {
  const { size, ino } = fstatSync(2)
  const path = logFile(data)
  if (size <= MAX_LOG || lstatSync(path, { throwIfNoEntry: false })?.ino !== ino) return
  copyFileSync(path, `${path}.1`)
  ftruncateSync(2)
}

async function main(): Promise<void> {
  const { config, warnings } = loadConfig()
  const log = createLog(config.logLevel)
  for (const warning of warnings) log.warn(warning)
  const app = await buildApp(config, { onFirstAccount: (account) => say({ event: 'first-account', ...account }) })
  endOnSignal(app)
  const { owner, socket } = config
  if (owner !== undefined && socket !== undefined) lookAfterItself(app, { ...config, socket })
  try {
    const url = await listen(app, config)
    say({ event: 'listening', url, pid: process.pid })
  } catch (error) {
    await app.close()
    throw error
  }
}

/** The agent, until it is told to end. What keeps it from starting is said for people on standard error, for `up` on standard output. */
export async function serve(): Promise<void> {
  try {
    await main()
  } catch (error) {
    process.stderr.write(`The agent cannot start. ${sentenceOf(error)}\n`)
    say({ event: 'failed', pid: process.pid, reason: reasonOf(error), message: sentenceOf(error) })
    process.exitCode = 1
  }
}
