import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lockFolder } from '../../../../src/core/host-kit/index.ts'

test('a second try in the same process does not let others in', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'headway-lock-'))
  const module = new URL('../../../../src/core/host-kit/lock.ts', import.meta.url).href
  const script = `import { lockFolder } from '${module}'; console.log(lockFolder(process.argv[1]) ? 'held' : 'refused')`
  const another = (): string =>
    spawnSync(process.execPath, ['--input-type=module', '-e', script, folder], { encoding: 'utf8' }).stdout.trim()
  const lock = lockFolder(folder)
  try {
    expect(lockFolder(folder)).toBeUndefined()
    expect(another()).toBe('refused')
  } finally {
    lock?.release()
    await rm(folder, { recursive: true })
  }
})
