import type { AgentUp } from '../../../contract/agent/start.ts'
import { isFull } from '../kit/failure.ts'

type Failed = Extract<AgentUp, { event: 'failed' }>
/** `taken`: another agent has the folder, which is no failure of the one that wanted it running. */
export type StartFailure = Failed['reason'] | 'taken'

const byName: Readonly<Record<string, StartFailure>> = {
  SettingError: 'settings',
  RuntimeFolderError: 'runtime-folder',
  FolderTaken: 'taken',
}

/** SQLITE_READONLY, whatever its extension. */
const isSqliteReadOnly = (error: Error): boolean =>
  'errcode' in error && typeof error.errcode === 'number' && (error.errcode & 0xff) === 8

/** Why an agent could not start. By name: the commands do not load the modules that most of these errors come from. */
export function reasonOf(error: unknown): StartFailure {
  if (isFull(error)) return 'no-space'
  if (!(error instanceof Error)) return 'other'
  if (('code' in error && error.code === 'EROFS') || isSqliteReadOnly(error)) return 'read-only'
  return byName[error.name] ?? 'other'
}

/** For people: a sentence where the error was written for them, else the whole of it. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return Object.hasOwn(byName, error.name) ? error.message : (error.stack ?? error.message)
}
