import { relative } from 'node:path'
import type { Agent } from '../../kit/agent.ts'
import { Failure } from '../../kit/failure.ts'
import { BOOKKEEPING } from '../scheduler.ts'

const MOST = 4096

/** A job's folder as `agent.files` names it: relative to the user's area. */
async function relativeFolder(
  { files }: Pick<Agent, 'files'>,
  user: string,
  folder: string,
): Promise<string | undefined> {
  const path = relative(await files.absolute(user, ''), folder)
  return path === '' || path.startsWith('..') ? undefined : path
}

/** Of variables, NUL behind each: `sbatch --export-file`. */
const ENVIRONMENT = `${BOOKKEEPING}/environment`

export const environmentFile = (folder: string): string => `${folder}/${ENVIRONMENT}`

/**
 * Makes the agent's own corner of a job's folder, where a script may leave a sentence (`$HEADWAY_REASON`), and writes the
 * job's whole environment into it: values travel neither in arguments, which everybody on the machine sees, nor through the
 * environment of `sbatch` itself.
 */
export async function prepareFolder(
  agent: Pick<Agent, 'files'>,
  { user, folder }: { user: string; folder: string },
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const path = await relativeFolder(agent, user, folder)
  if (path === undefined) throw new Failure('NAME_REFUSED', 'The folder of a job must be in the area of its user.')
  await agent.files.makeFolder(user, `${path}/${BOOKKEEPING}`)
  const file = await agent.files.openWrite(user, `${path}/${ENVIRONMENT}`, { exclusive: false })
  try {
    const bytes = Buffer.from(
      Object.entries(environment)
        .map(([name, value]) => `${name}=${value}\0`)
        .join(''),
    )
    await file.truncate(0)
    await file.writev([bytes], 0)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** The sentence that the script left to say why it failed; one line, control characters taken out. */
export async function readReason(
  agent: Pick<Agent, 'files'>,
  user: string,
  folder: string,
): Promise<string | undefined> {
  const path = await relativeFolder(agent, user, folder)
  if (path === undefined) return undefined
  const file = await agent.files.openRead(user, `${path}/${BOOKKEEPING}/reason`).catch(() => undefined)
  if (file === undefined) return undefined
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST), 0, MOST, 0)
    const text = buffer
      .toString('utf8', 0, bytesRead)
      .replace(/\p{Cc}+/gu, ' ')
      .trim()
      .slice(0, 500)
    return text === '' ? undefined : text
  } finally {
    await file.close()
  }
}
