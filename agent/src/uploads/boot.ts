import { readFileSync } from 'node:fs'
import { uptime } from 'node:os'

/**
 * Names the machine's present boot. Chunks recorded under another one are read back before a file is called whole: the
 * database may have reached the disk when the bytes had not.
 */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    // macOS: the minute of the boot. A clock that is set costs one needless verification, no more.
    return `booted-${Math.round((Date.now() / 1000 - uptime()) / 60)}`
  }
}
