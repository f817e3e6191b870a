import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { ownFolder, RuntimeFolderError, runtimeSocket } from '../../../../agent/src/kit/runtime-folder.ts'

const made: string[] = []
const folder = () => {
  const path = mkdtempSync(join(tmpdir(), 'hw-run-'))
  made.push(path)
  return path
}
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true })
})
afterAll(() => {
  try {
    rmdirSync(dirname(temporary))
  } catch {
    // An agent of this account uses it.
  }
})
const isRoot = process.getuid?.() === 0
const temporary = `/tmp/headway-${process.getuid?.()}/agent.sock`

describe('the folder of the socket', () => {
  it('is made for its owner alone, whatever the umask, and taken again', () => {
    const path = join(folder(), 'headway')
    const before = process.umask(0)
    try {
      ownFolder(path)
      ownFolder(path)
    } finally {
      process.umask(before)
    }
    expect(statSync(path).mode & 0o777).toBe(0o700)
  })

  it('is refused where it is a link, a file, or open to others', () => {
    const at = folder()
    mkdirSync(join(at, 'real'), { mode: 0o700 })
    symlinkSync(join(at, 'real'), join(at, 'link'))
    symlinkSync(join(at, 'nothing'), join(at, 'dangling'))
    writeFileSync(join(at, 'file'), '')
    expect(() => ownFolder(join(at, 'link'))).toThrow(/is a link/)
    expect(() => ownFolder(join(at, 'dangling'))).toThrow(/is a link/)
    expect(() => ownFolder(join(at, 'file'))).toThrow(/is no folder/)
    for (const mode of [0o750, 0o701, 0o720, 0o777]) {
      chmodSync(join(at, 'real'), mode)
      expect(() => ownFolder(join(at, 'real'))).toThrow(RuntimeFolderError)
    }
    chmodSync(join(at, 'real'), 0o700)
    ownFolder(join(at, 'real'))
  })

  it.skipIf(!isRoot)("is refused where it is another account's", () => {
    const at = join(folder(), 'headway')
    mkdirSync(at, { mode: 0o700 })
    chownSync(at, 12_345, 12_345)
    expect(() => ownFolder(at)).toThrow(/another account/)
  })

  it('is in the folder of the session where that is ours', () => {
    const session = folder()
    expect(runtimeSocket({ XDG_RUNTIME_DIR: session })).toBe(join(session, 'headway', 'agent.sock'))
    expect(statSync(join(session, 'headway')).mode & 0o777).toBe(0o700)
  })

  it('is below /tmp where the session has none that can be used', () => {
    const open = folder()
    chmodSync(open, 0o777)
    const long = join(folder(), 'x'.repeat(100))
    mkdirSync(long, { mode: 0o700 })
    const gone = join(folder(), 'gone')
    const cases = [undefined, '', 'run/user/1', open, long, gone]
    if (isRoot) {
      const others = folder()
      chownSync(others, 12_345, 12_345)
      cases.push(others)
    }
    for (const session of cases) expect(runtimeSocket({ XDG_RUNTIME_DIR: session }), session).toBe(temporary)
  })
})
