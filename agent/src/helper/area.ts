import { lstat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { Failure } from '../kit/failure.ts'
import type { Area, UserFiles } from '../user-files/index.ts'
import { isPerson } from './accounts.ts'

export interface Person {
  name: string
  uid: number
  home: string
}

/** Whom this process runs as. Throws FORBIDDEN where that is not a person. */
export function whoRuns(): Person {
  const { username: name, uid, homedir: home } = userInfo()
  // A program that somebody made setuid would have two identities: it serves neither.
  const isOne = process.getuid?.() === uid && process.geteuid?.() === uid
  if (!isOne || !isPerson(uid)) {
    throw new Failure('FORBIDDEN', 'Headway does not act for root and accounts of the system.')
  }
  return { name, uid, home }
}

/**
 * Where the user's area is: `root` as the administrator has set it, `~/...` below the home or an absolute path with
 * `{user}` for its own folder in a place for all. Throws REQUIREMENT_MISSING for a pattern that gives users one area together.
 */
export function areaFor(root: string, { name, home }: Person): Area {
  if (root.startsWith('~/')) return { top: home, names: root.slice(2).split('/') }
  const segments = root.split('/').slice(1)
  const own = segments.findIndex((segment) => segment.includes('{user}'))
  if (!isAbsolute(root) || own < 0) {
    throw new Failure(
      'REQUIREMENT_MISSING',
      'The helper\'s root must begin with "~/" or be a path with "{user}" in it. The administrator sets it.',
    )
  }
  const names = segments.map((segment) => segment.replaceAll('{user}', name))
  return { top: `/${names.slice(0, own).join('/')}`, names: names.slice(own) }
}

/** Makes the area where it is missing, and trusts it only where nobody else could have made or can change it. */
export async function prepareArea(files: UserFiles, { top, names }: Area, { name, uid }: Person): Promise<string> {
  if (!(await lstat(top).catch(() => undefined))?.isDirectory()) {
    throw new Failure(
      'REQUIREMENT_MISSING',
      'The folder that holds your files does not exist on this machine. Ask the administrator for your home.',
    )
  }
  await files.makeFolder(name, '').catch((error: unknown) => {
    if (error instanceof Failure) throw error
    throw new Failure(
      'REQUIREMENT_MISSING',
      'Your area on the cluster could not be made. Ask the administrator whether you may write there.',
    )
  })
  let at = top
  for (const folder of names) {
    at = join(at, folder)
    const stats = await lstat(at)
    if (stats.uid !== uid || (stats.mode & 0o022) !== 0) {
      throw new Failure(
        'FORBIDDEN',
        'The folder of your files on the cluster belongs to somebody else, or others may write into it. Ask the administrator.',
      )
    }
  }
  return at
}
