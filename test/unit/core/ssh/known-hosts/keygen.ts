import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A real key: as in known_hosts without the names, and its blob. */
export interface Key {
  text: string
  blob: Buffer
  publicFile: string
}

export async function makeKey(folder: string, name: string, ...args: string[]): Promise<Key> {
  const path = join(folder, name)
  execFileSync('ssh-keygen', ['-q', '-N', '', '-C', '', '-f', path, ...args])
  const [type = '', base64 = ''] = (await readFile(`${path}.pub`, 'utf8')).split(' ')
  return { text: `${type} ${base64.trim()}`, blob: Buffer.from(base64, 'base64'), publicFile: `${path}.pub` }
}

/** What the real ssh-keygen finds in the file: the numbers of the matching lines. */
export function foundBySsh(file: string, name: string): number[] {
  try {
    const out = execFileSync('ssh-keygen', ['-F', name, '-f', file], { encoding: 'utf8', stdio: 'pipe' })
    return [...out.matchAll(/found: line (\d+)/g)].map(([, number]) => Number(number))
  } catch {
    return []
  }
}

/** Has the real ssh-keygen hash all names. */
export function hashNames(file: string): void {
  execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'pipe' })
}
