import { lstat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { Failure } from '../kit/failure.ts'
import type { Area, UserFiles } from '../user-files/index.ts'
import { isPerson } from './accounts.ts'
import { accountRefused } from './refusal.ts'

export interface Person {
  name: string
  uid: number
  home: string
}

/** Whom this process runs as. Throws ACCOUNT_REFUSED where that is not a person. */
export function whoRuns(): Person {
  const { username: name, uid, homedir: home } = userInfo()
  // A program that somebody made setuid would have two identities: it serves neither.
  const isOne = process.getuid?.() === uid && process.geteuid?.() === uid
  if (!isOne || !isPerson(uid)) {
    throw accountRefused('system')
  }
  return { name, uid, home }
}

/**
 * Where the user's area is: `root` as the administrator has set it, `~/...` below the home or an absolute path with
 * `{user}` for its own folder in a place for all. Throws SCHEDULER_UNAVAILABLE for a pattern that gives users one area together.
 */
export function areaFor(root: string, { name, home }: Person): Area {
  if (root.startsWith('~/')) return { top: home, names: root.slice(2).split('/') }
  const segments = root.split('/').slice(1)
  const own = segments.findIndex((segment) => segment.includes('{user}'))
  if (!isAbsolute(root) || own < 0) {
    throw new Failure(
      'SCHEDULER_UNAVAILABLE',
      'The helper\'s root must begin with "~/" or be a path with "{user}" in it. The administrator sets it.',
    )
  }
  const names = segments.map((segment) => segment.replaceAll('{user}', name))
  return { top: `/${names.slice(0, own).join('/')}`, names: names.slice(own) }
}

/** Makes the area where it is missing, and trusts it only where nobody else could have made or can change it. */
export async function prepareArea(files: UserFiles, { top, names }: Area, { name, uid }: Person): Promise<string> {
  if (!(await lstat(top).catch(() => undefined))?.isDirectory()) {
    throw accountRefused('no-home')
  }
  await files.makeFolder(name, '').catch((error: unknown) => {
    // A refusal of ours: a link or a file stands where the folder would be.
    throw accountRefused(error instanceof Failure ? 'not-own' : 'no-home')
  })
  let at = top
  for (const folder of names) {
    at = join(at, folder)
    const stats = await lstat(at)
    if (stats.uid !== uid || (stats.mode & 0o022) !== 0) {
      throw accountRefused('not-own')
    }
  }
  return at
}
