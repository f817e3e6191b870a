import { moreThreads } from './kit/threads.ts'

/**
 * The agent's program. Without an argument, or with `serve`, it is the agent; the other commands look after one that serves its
 * owner alone. Each loads what it needs and nothing of the others: `bridge` and `up` stand between a user and the first screen.
 */
const usage = `headway-agent [serve]                the agent, in the foreground
headway-agent up [--replace]         starts the user's own agent where none runs, and says where it listens
headway-agent status                 whether it runs, where and which
headway-agent stop                   ends it; jobs go on
headway-agent uninstall [--data] [--force]
                                     removes what Headway installed for this user; with --data all data as well
headway-agent bridge                 carries streams over standard input and output
`

const allowed: Readonly<Record<string, readonly string[]>> = {
  serve: [],
  up: ['--replace'],
  status: [],
  stop: [],
  uninstall: ['--data', '--force'],
  bridge: [],
}

async function run(command: string, flags: readonly string[]): Promise<number | undefined> {
  switch (command) {
    case 'serve':
      await moreThreads()
      await (await import('./serve.ts')).serve()
      return undefined
    case 'bridge':
      await (await import('./bridge/index.ts')).runBridge()
      return undefined
    default:
      return (await import('./lifecycle/index.ts')).runCommand(command, flags)
  }
}

// Whatever is made from here on is for its owner alone.
process.umask(0o077)
const [command = 'serve', ...flags] = process.argv.slice(2)
const known = Object.hasOwn(allowed, command) ? allowed[command] : undefined
if (known === undefined || flags.some((flag) => !known.includes(flag))) {
  process.stderr.write(usage)
  process.exitCode = 2
} else {
  const code = await run(command, flags)
  if (code !== undefined) process.exitCode = code
}
