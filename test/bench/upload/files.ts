import { spawnSync } from 'node:child_process'
import { randomBytes, randomInt } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MIB } from './sizes.ts'

const PER_FOLDER = 250

/** Written data goes to the disk now, outside of any measurement; `paths` are removed first. */
export function settle(...paths: string[]): void {
  for (const path of paths) rmSync(path, { recursive: true, force: true })
  spawnSync('sync')
}

/** A folder for everything of one figure. */
export function temporaryFolder(): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'headway-bench-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** A file that no one has seen before, on the disk. */
export async function randomFile(path: string, bytes: number): Promise<string> {
  const handle = await open(path, 'w')
  for (let left = bytes; left > 0; left -= 16 * MIB) await handle.write(randomBytes(Math.min(16 * MIB, left)))
  await handle.sync()
  await handle.close()
  return path
}

/**
 * Another such file for each turn, alone in its folder; neither its name nor its size is that of an earlier one, so that
 * nothing of the cluster's is compared with it.
 */
export async function freshFile(folder: string, turn: number, bytes: number): Promise<{ path: string; bytes: number }> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  return { path: await randomFile(join(folder, `mesh-${turn}.dat`), bytes + turn), bytes: bytes + turn }
}

/** A file of zeros that takes no place on this side. */
export function sparseFile(path: string, bytes: number): string {
  writeFileSync(path, '')
  truncateSync(path, bytes)
  return path
}

/** So many files of 1–16 KiB in folders below `path`; gives their bytes together. */
export function manyFiles(path: string, count: number): number {
  let bytes = 0
  for (let at = 0; at < count; at += 1) {
    const folder = join(path, `part-${Math.floor(at / PER_FOLDER)}`)
    if (at % PER_FOLDER === 0) mkdirSync(folder, { recursive: true })
    const size = randomInt(1024, 16 * 1024 + 1)
    writeFileSync(join(folder, `field-${at}.dat`), randomBytes(size))
    bytes += size
  }
  settle()
  return bytes
}
