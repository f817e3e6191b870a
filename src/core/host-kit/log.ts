import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Logger } from '../platform.ts'

const maxBytes = 5_000_000

/**
 * Log lines as JSON in a file of its own (0600; one older file is kept as `.1`). A log that cannot be written must not
 * stop the work it tells of: such lines are dropped.
 */
export function createFileLog(path: string, now: () => Date = () => new Date()): Logger {
  let written = 0
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    written = statSync(path).size
  } catch {
    written = 0
  }
  const write = (level: string, message: string, fields: Record<string, unknown> = {}): void => {
    const line = `${JSON.stringify({ time: now().toISOString(), level, message, ...fields })}\n`
    try {
      if (written + line.length > maxBytes) {
        renameSync(path, `${path}.1`)
        written = 0
      }
      appendFileSync(path, line, { mode: 0o600 })
      written += line.length
    } catch {
      written = 0
    }
  }
  return {
    debug: () => undefined,
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
  }
}
