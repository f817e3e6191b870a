import { execFile } from 'node:child_process'
import { rmSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** A key pair; `passphrase` encrypts it. */
export async function keygen(type: string, file: string, passphrase = ''): Promise<void> {
  await execute('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', 'headway test', '-f', file])
}

/** Lines of known_hosts with their names hashed, by ssh-keygen itself. */
export async function hashedNames(folder: string, lines: string): Promise<string> {
  const file = join(folder, 'to_hash')
  await writeFile(file, lines)
  await execute('ssh-keygen', ['-q', '-H', '-f', file])
  const hashed = await readFile(file, 'utf8')
  for (const left of [file, `${file}.old`]) rmSync(left, { force: true })
  return hashed
}
