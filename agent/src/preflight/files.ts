import type { PlannedFile } from '../../../contract/preflight.ts'
import type { JobFile } from '../../../contract/jobs.ts'
import type { Template } from '../../../contract/templates.ts'
import type { Agent } from '../kit/agent.ts'
import { Failure } from '../kit/failure.ts'
import { checkSlots } from '../templates/index.ts'
import type { StoredFile, Uploads } from '../uploads/index.ts'
import { doubtful, type Finding, good, refused } from './finding.ts'

interface Parts {
  agent: Pick<Agent, 'config' | 'files'>
  uploads: Pick<Uploads, 'stored'>
}

/** Whether the files are there, verified, as many as the template takes, and whether those still to come have room. */
export async function checkFiles(
  { agent, uploads }: Parts,
  user: string,
  given: readonly JobFile[],
  planned: readonly PlannedFile[],
  template: Template | undefined,
): Promise<Finding[]> {
  const { stored, unknown, unfinished } = await lookUp(uploads, user, given)
  const findings: Finding[] = []
  if (unknown > 0) findings.push(refused('file-unknown', { count: unknown }))
  if (unfinished > 0) findings.push(refused('file-unfinished', { count: unfinished }))
  const items = new Set([...stored, ...planned].map(itemOf))
  const limit = agent.config.limits.filesPerJob
  if (items.size > limit) findings.push(refused('too-many-files', { count: items.size, limit }))
  for (const problem of template === undefined ? [] : checkSlots(template.files, [...stored, ...planned])) {
    findings.push(refused('slot', problem))
  }
  if (stored.length > 0) findings.push(good('files', { count: stored.length, bytes: bytesOf(stored) }))
  if (planned.length === 0) return findings
  findings.push(good('files-coming', { count: planned.length, bytes: bytesOf(planned) }))
  return [...findings, await checkSpace(agent, user, planned)]
}

async function lookUp(uploads: Parts['uploads'], user: string, given: readonly JobFile[]) {
  const stored: (StoredFile & { slot?: string })[] = []
  let unknown = 0
  let unfinished = 0
  for (const { slot, uploadId } of given) {
    try {
      const file = await uploads.stored(user, uploadId)
      stored.push({ ...file, ...(slot === undefined ? {} : { slot }) })
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      if (error.code === 'WRONG_STATE') unfinished += 1
      else unknown += 1
    }
  }
  return { stored, unknown, unfinished }
}

async function checkSpace({ files }: Parts['agent'], user: string, planned: readonly PlannedFile[]): Promise<Finding> {
  const needed = planned.reduce((sum, { size, sent = 0 }) => sum + Math.max(0, size - sent), 0)
  const { free } = await files.space(user)
  return needed > free ? doubtful('space-short', { needed, free }) : good('space', { free })
}

const bytesOf = (files: readonly { size: number }[]) => files.reduce((sum, { size }) => sum + size, 0)

/** A dropped folder counts as one file. */
const itemOf = ({ name, folder = '', ...file }: { name: string; folder?: string; uploadId?: string }): string =>
  folder === '' ? `file ${file.uploadId ?? ''} ${name}` : `folder ${folder.split('/', 1)[0] ?? ''}`
