import { Failure } from '../../kit/failure.ts'
import type { FileReader } from '../../user-files/index.ts'
import { ArchiveBomb, inspectArchive, isArchive } from './archives.ts'
import { doubleExtension, mismatch } from './extensions.ts'
import { contentOf, executableWarning, HEAD_BYTES } from './magic.ts'

export { fileInfo } from './extensions.ts'

const REFUSAL = 'Security validation failed'

/** The answer to a file that is refused for what it is; `warnings` are sentences. */
export const refused = (warnings: string[]): Failure => new Failure('SECURITY_VALIDATION_FAILED', REFUSAL, { warnings })

/** At init. Throws SECURITY_VALIDATION_FAILED for `mesh.msh.exe` and its like. */
export function checkName(name: string): void {
  const warning = doubleExtension(name)
  if (warning !== undefined) throw refused([warning])
}

/** At the first chunk, before a byte of it is written. Throws SECURITY_VALIDATION_FAILED for programs. */
export function checkHead(head: Buffer): void {
  const warning = executableWarning(contentOf(head))
  if (warning !== undefined) throw refused([warning])
}

/**
 * At completion: the file as it is on disk. Returns warnings.
 *
 * @throws Failure SECURITY_VALIDATION_FAILED for programs, shared libraries and archive bombs; the signal's reason.
 */
export async function checkFile(
  handle: Pick<FileReader, 'read'>,
  file: { name: string; size: number },
  signal: AbortSignal,
): Promise<string[]> {
  checkName(file.name)
  const head = Buffer.alloc(Math.min(HEAD_BYTES, file.size))
  await handle.read(head, 0, head.length, 0)
  checkHead(head)
  const content = contentOf(head)
  const warnings: string[] = []
  const odd = mismatch(file.name, content)
  if (odd !== undefined) warnings.push(odd)
  if (!isArchive(content)) return warnings
  try {
    warnings.push(...(await inspectArchive(handle, { size: file.size, content }, signal)))
  } catch (error) {
    if (error instanceof ArchiveBomb) throw refused([error.message])
    throw error
  }
  return warnings
}
