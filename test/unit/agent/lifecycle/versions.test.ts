import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { removeOldVersions } from '../../../../agent/src/lifecycle/versions.ts'

let base = ''
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'hw-base-'))
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

/** A folder with something in it, as unpacking leaves it: made now, with the times of the archive. */
function put(path: string): string {
  const folder = join(base, path)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'file'), '')
  utimesSync(folder, 0, 0)
  return folder
}

describe('old versions', () => {
  it('are removed once a day old, but for what a script or a process refers to', () => {
    const own = put('versions/1.2.0-0a1b2c3d')
    const older = put('versions/1.1.0-0a1b2c3d')
    const scripted = put('versions/1.0.0-0a1b2c3d')
    const begins = put('versions/1.2.0-0a')
    const node = put('node/24.1.0-linux-x64')
    const oldNode = put('node/24.0.0-linux-x64')
    mkdirSync(join(base, 'bin'))
    const script = `#!/bin/sh\nexec '${node}/node' '${scripted}/agent.js' "$@"\n`
    writeFileSync(join(base, 'bin', 'headway-agent'), script, { mode: 0o700 })
    // One that has just been put there, from another workstation perhaps, is about to be used.
    expect(removeOldVersions(base, own)).toEqual([])
    const tomorrow = Date.now() + 25 * 3_600_000
    expect(removeOldVersions(base, own, tomorrow).toSorted()).toEqual([older, begins, oldNode].toSorted())
    for (const kept of [own, scripted, node]) expect(existsSync(join(kept, 'file')), kept).toBe(true)
    for (const gone of [older, begins, oldNode]) expect(existsSync(gone), gone).toBe(false)
  })

  it('are removed where the home is reached by a link', () => {
    const own = put('real/versions/1.2.0-0a1b2c3d')
    const older = put('real/versions/1.1.0-0a1b2c3d')
    symlinkSync(join(base, 'real'), join(base, 'link'))
    expect(removeOldVersions(join(base, 'link'), own, Date.now() + 25 * 3_600_000)).toEqual([older])
    expect(existsSync(own)).toBe(true)
  })

  it('stay where the agent runs from elsewhere', () => {
    const older = put('versions/1.1.0-0a1b2c3d')
    const tomorrow = Date.now() + 25 * 3_600_000
    expect(removeOldVersions(base, '/usr/lib/headway', tomorrow)).toEqual([])
    expect(removeOldVersions(base, undefined, tomorrow)).toEqual([])
    expect(existsSync(older)).toBe(true)
  })
})
