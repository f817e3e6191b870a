import { Failure } from '../kit/failure.ts'
import type { History } from './history.ts'
import type { JobInput } from './record.ts'
import { runFolder } from './folder.ts'

/** A file that a job makes, as an input of another one. */
export interface Output {
  slot?: string
  job: string
  /** In that job's folder, with `/`. */
  file: string
}

/** Those files, in the folders of the user's own jobs; whether they are there is not asked. Failure VALIDATION_FAILED. */
export async function outputsOf(history: History, user: string, outputs: readonly Output[]): Promise<JobInput[]> {
  const inputs: JobInput[] = []
  for (const { slot, job: id, file } of outputs) {
    const job = await history.byId(id)
    if (job?.user !== user) throw new Failure('VALIDATION_FAILED', `There is no job ${id} of yours to take files of.`)
    const segments = file.split('/')
    if (segments.some((name) => name === '' || name === '.' || name === '..' || name.includes('\0'))) {
      throw new Failure('VALIDATION_FAILED', `"${file}" is no file in the folder of a job.`)
    }
    const path = `${runFolder(job)}/${file}`
    inputs.push({ ...(slot === undefined ? {} : { slot }), name: segments.at(-1) ?? '', size: 0, path, later: true })
  }
  return inputs
}

/** A word that bash takes as it is. */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

/**
 * A script that first links the files which other jobs made by then. They cannot be linked with the others, when the job is
 * handed over: they are not there yet. Comments at the top of the script stay there (`#!`, `#SBATCH`).
 */
export function linkOutputs(script: string, inputs: readonly JobInput[]): string {
  const later = inputs.filter((input) => input.later === true)
  if (later.length === 0) return script
  const lines = script.split('\n')
  const first = lines.findIndex((line) => line.trim() !== '' && !line.startsWith('#'))
  const head = lines.slice(0, first === -1 ? lines.length : first)
  const links = later.flatMap(({ path, name }) => {
    const up = '../'.repeat(name.split('/').length)
    const [, run = '', ...rest] = path.split('/')
    const target = quoted(`${up}${run}/${rest.join('/')}`)
    const sentence = quoted(`The job before left no file ${rest.join('/')}.`)
    return [
      `[ -e ${target} ] || { printf '%s\\n' ${sentence} | tee "\${HEADWAY_REASON:-/dev/null}" >&2; exit 1; }`,
      `ln -sfn -- ${target} ${quoted(`./${name}`)}`,
    ]
  })
  return [...head, ...links, ...lines.slice(head.length)].join('\n')
}
