import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startCore } from '../../helpers/core.ts'

it('what was chosen in the host’s dialog is walked as what was dropped', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'headway-pick-'))
  await mkdir(join(folder, 'mesh/fine'), { recursive: true })
  await writeFile(join(folder, 'mesh/fine/a.msh'), 'mesh')
  await writeFile(join(folder, 'mesh/.case'), 'hidden')
  const asked: boolean[] = []
  const core = await startCore({
    platform: {
      pickFiles: (folders) => {
        asked.push(folders)
        return Promise.resolve([join(folder, 'mesh')])
      },
    },
  })
  try {
    const picked = await core.rpc.call('host', 'pickFiles', { folders: true })
    expect(asked).toEqual([true])
    expect(picked.files.map((file) => `${file.folder}/${file.name} ${file.size}`).toSorted()).toEqual([
      'mesh/.case 6',
      'mesh/fine/a.msh 4',
    ])
    expect(picked.skipped).toEqual([])
  } finally {
    await core.close()
    await rm(folder, { recursive: true, force: true })
  }
})
