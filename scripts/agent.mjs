// `npm run agent`: builds the agent where it is stale and runs it in the foreground, in this process. Jobs of the
// embedded scheduler go on when it ends and are found again by the next start.
import { agentEnvironment } from './agent-process.mjs'
import { buildParts } from './build.mjs'
import { ensureNode24 } from './node24.mjs'

await ensureNode24()
if (process.platform === 'win32') {
  console.error('The agent runs on Linux and macOS. On Windows, `npm start` opens Headway for an agent on the cluster.')
  process.exit(1)
}
try {
  await buildParts(['agent'], { say: console.error })
} catch (error) {
  console.error(`The build failed: ${error.message}`)
  process.exit(1)
}
Object.assign(process.env, await agentEnvironment(process.env))
await import('../dist/agent/agent.js')
