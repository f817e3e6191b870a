import { parseArgs } from 'node:util'
import { Failure } from '../kit/failure.ts'
import { moreThreads } from '../kit/threads.ts'
import { SelfRunner } from '../runner/index.ts'
import { createOwnFiles } from '../user-files/index.ts'
import { areaFor, prepareArea, whoRuns } from './area.ts'
import { fileOperations, OpenFiles } from './file-operations.ts'
import { writeFrame } from './frames.ts'
import { PROTOCOL, toWire } from './protocol.ts'
import { runOperation } from './run-operation.ts'
import { serve } from './serve.ts'

/** Nobody has asked for so long and nothing is open: the agent has forgotten us. */
const IDLE_MS = 15 * 60_000

/**
 * Runs as one user, between the agent and that user's files and jobs. It takes no name and no place from the agent: whom it
 * serves is who it is run as, and where is the administrator's word in its start script.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { root: { type: 'string', default: '~/.headway' }, 'slurm-bin': { type: 'string', default: '' } },
  })
  await moreThreads()
  process.umask(0o077)
  process.chdir('/')
  const { stdin: input, stdout: output } = process
  // The agent has gone: nothing is left to answer to.
  output.on('error', () => process.exit(0))
  try {
    const person = whoRuns()
    const place = areaFor(values.root, person)
    const files = createOwnFiles(() => place, place.top)
    const area = await prepareArea(files, place, person)
    const slurmBin = values['slurm-bin']
    const runner = new SelfRunner({ scheduler: slurmBin === '' ? {} : { slurmBin } })
    const open = new OpenFiles()
    const idle = setTimeout(() => {
      if (open.size === 0) process.exit(0)
      idle.refresh()
    }, IDLE_MS)
    await writeFrame(output, { hello: PROTOCOL, user: person.name, uid: person.uid, area })
    const operations = fileOperations(files, person.name, open)
    const handlers = new Map([...operations, ['run', runOperation(runner, person.name, area)] as const])
    await serve({ input, output }, handlers, () => idle.refresh())
    process.exit(0)
  } catch (error) {
    const problem = toWire(error instanceof Failure ? error : new Failure('INTERNAL', 'The helper cannot go on.'))
    await writeFrame(output, { hello: PROTOCOL, problem })
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    output.end(() => process.exit(1))
  }
}

void main()
