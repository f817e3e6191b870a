import type { JobFile } from '../../../../contract/jobs.ts'
import type { PlannedFile } from '../../../../contract/preflight.ts'
import type { Upload } from '../../../../contract/uploads.ts'
import type { ReusedFile } from './draft.ts'
import { mostFiles } from './readiness.ts'

const inSlot = (slot: string | undefined) => (slot === undefined ? {} : { slot })

/** The files of a form as its checks ask about them: those at the agent by its ids, the others by what is to come. */
export function filesToCheck(
  uploads: readonly Upload[],
  reused: readonly ReusedFile[],
): { stored: JobFile[]; planned: PlannedFile[] } {
  const stored: JobFile[] = reused.map(({ agentUploadId, slot }) => ({ uploadId: agentUploadId, ...inSlot(slot) }))
  const planned: PlannedFile[] = []
  for (const { agentUploadId, state, slot, name, folder, size, sent } of uploads) {
    if (state === 'uploaded' && agentUploadId !== undefined) stored.push({ uploadId: agentUploadId, ...inSlot(slot) })
    else planned.push({ name, folder, size, sent: Math.min(size, Math.floor(sent)), ...inSlot(slot) })
  }
  return { stored: stored.slice(0, mostFiles), planned: planned.slice(0, mostFiles) }
}
