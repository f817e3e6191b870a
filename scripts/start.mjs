// `npm start`: builds what is stale, starts the agent with its embedded defaults, and opens Headway: in Electron where
// there is a display and its binary, else in the browser. Ctrl-C ends everything that was started, jobs too.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { startAgent } from './agent-process.mjs'
import { buildParts } from './build.mjs'
import { findElectron } from './electron.mjs'
import { ensureNode24 } from './node24.mjs'

await ensureNode24()

const say = (text) => process.stdout.write(`${text}\n`)
const program = (path) => fileURLToPath(new URL(`../dist/${path}`, import.meta.url))
const stopping = new AbortController()
const asked = new Promise((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => resolve({ code: 0 }))
})
void asked.then(() => stopping.abort())

/** What was started, latest last; ended in the opposite order. */
const running = []
let code = 0
try {
  const end = await Promise.race([asked, open()])
  code = end.code
  if (end.sentence !== undefined) console.error(end.sentence)
} catch (error) {
  code = 1
  console.error(error instanceof Error ? error.message : String(error))
}
stopping.abort()
for (const stop of running.toReversed()) await stop()
process.exit(code)

/** Resolves when something that belongs to Headway has ended. */
async function open() {
  const windows = process.platform === 'win32'
  await buildParts(['renderer', 'web', ...(windows ? [] : ['agent'])], { say })
  const agent = windows ? undefined : await openAgent()
  if (windows) say('On Windows, Headway runs against an agent on the cluster: add its address in the window.')
  if (stopping.signal.aborted) return { code: 0 }
  const host = await openHost(agent)
  packageAgent()
  return Promise.race([
    host.ended,
    ...(agent === undefined
      ? []
      : [
          agent.ended.then((how) => ({
            code: 1,
            sentence: `The agent ended unexpectedly (${how}). Its log: ${agent.logFile}`,
          })),
        ]),
  ])
}

/**
 * What is copied to the head node of a site over SSH. Nobody waits for it: compressing Node takes some seconds the first time, and
 * a user who adds such a site answers its questions first.
 */
function packageAgent() {
  buildParts(['agent-package'], { say }).catch((error) => {
    if (!stopping.signal.aborted) console.error(`The agent for sites over SSH was not packaged: ${error.message}`)
  })
}

async function openAgent() {
  let username = process.env.HEADWAY_ADMIN_USER || 'admin'
  const agent = await startAgent(process.env, {
    onStarted: (stop) => running.push(stop),
    onFirstAccount(account) {
      username = account.username
      say(
        [
          '',
          '  ┌─ Your first account (shown this once) ─',
          `  │  user      ${account.username}`,
          `  │  password  ${account.password ?? 'as HEADWAY_ADMIN_PASSWORD says'}`,
          '  └─',
          '',
        ].join('\n'),
      )
    },
  })
  say(`The agent listens at ${agent.url}`)
  return { ...agent, username }
}

/** Electron or the Node host, told where the agent is. */
async function openHost(agent) {
  const env = { ...process.env }
  if (agent !== undefined) env.HEADWAY_LOCAL_SITE = JSON.stringify({ url: agent.url, username: agent.username })
  const electron = await findElectron({ say, signal: stopping.signal })
  if (electron !== undefined) await buildParts(['main', 'preload'], { say })
  const { nodeFlags } = await import('../src/core/kit/node-flags.ts')
  const [command, args] =
    electron === undefined
      ? [process.execPath, [...nodeFlags, program('web/headway-web.js')]]
      : [electron, [program('main/main.js')]]
  // The channel tells the host when this process is gone, however it ended.
  const child = spawn(command, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env })
  const ended = new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 1, sentence: `Headway did not start: ${error.message}` }))
    child.once('exit', (status, signal) => {
      if (status === 0 || stopping.signal.aborted) resolve({ code: 0 })
      else resolve({ code: 1, sentence: `Headway ended unexpectedly (${signal ?? `exit code ${status}`}).` })
    })
  })
  running.push(async () => {
    child.kill('SIGTERM')
    const force = setTimeout(() => child.kill('SIGKILL'), 5_000)
    await ended
    clearTimeout(force)
  })
  return { ended }
}
