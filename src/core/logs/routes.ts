import { AppError, appError } from '../kit/app-error.ts'
import { jobPath } from '../jobs/index.ts'

export const logPath = (id: string): string => `${jobPath(id)}/log`

/** What an answer of the agent says about its bytes (`contract/agent/logs.ts`). */
export interface Described {
  start: number
  size: number
  complete: boolean
  version: string
}

export function described(headers: Record<string, string>): Described {
  const number = (name: string) => Number(headers[name] ?? 0) || 0
  return {
    start: number('x-log-start'),
    size: number('x-log-size'),
    complete: headers['x-log-complete'] === '1',
    version: headers['x-log-version'] ?? '',
  }
}

/** All bytes of an answer. */
export async function bytesOf(body: AsyncIterable<unknown>): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of body as AsyncIterable<Buffer>) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** A file of a job that is not there is named as what it is. */
export function ofFile(error: unknown, file: string | undefined): unknown {
  if (file === undefined || !(error instanceof AppError) || error.value.code !== 'NOT_FOUND') return error
  return appError('NOT_FOUND', { what: 'file', id: file }, error.message)
}

export const isMissing = (error: unknown): boolean => error instanceof AppError && error.value.code === 'NOT_FOUND'
