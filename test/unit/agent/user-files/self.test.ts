import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createUserFiles, type UserFiles } from '../../../../agent/src/user-files/index.ts'
import { describeUserFiles } from '../../../helpers/user-files-suite.ts'

let root: string
let files: UserFiles

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'files-'))
  await mkdir(join(root, 'outside'))
  await writeFile(join(root, 'outside', 'secret'), 'secret')
  files = createUserFiles({ uploads: join(root, 'uploads') })
})
afterEach(() => rm(root, { recursive: true, force: true }))

describeUserFiles("a user's files, by the agent itself", async () => ({
  files,
  user: 'kim',
  area: (path) => join(root, 'uploads', 'users', 'kim', path),
  outside: join(root, 'outside'),
}))

describe('by the agent itself', () => {
  it.each(['..', '../kim', 'a/b', ''])('refuses the user name %j', async (user) => {
    await expect(files.makeFolder(user, 'a')).rejects.toMatchObject({ code: 'NAME_REFUSED' })
  })

  it('says how much space there is', async () => {
    const { free, total } = await files.space()
    expect(free).toBeGreaterThan(0)
    expect(total).toBeGreaterThanOrEqual(free)
    expect((await files.space('kim')).total).toBe(total)
  })
})
