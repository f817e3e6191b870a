import { existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Logger } from 'pino'
import { type Config, SettingError } from '../config.ts'
import { Helpers } from './pool.ts'

export { HelperLost } from './channel.ts'
export { MAX_PAYLOAD } from './frames.ts'
export type { Helper } from './helper.ts'
export type { Helpers } from './pool.ts'
export { fromWire, PIECE } from './protocol.ts'

/** What sudo runs as anybody must be root's alone to change, and so must every folder above it. */
function checkHelper(path: string): void {
  for (let at = path; ; at = dirname(at)) {
    const stats = statSync(at, { throwIfNoEntry: false })
    if (stats === undefined) throw new SettingError('HEADWAY_HELPER', `${at} is not there; see docs/site-mode.md`)
    const isSticky = (stats.mode & 0o1000) !== 0 && stats.isDirectory()
    if (stats.uid !== 0 || ((stats.mode & 0o022) !== 0 && !isSticky)) {
      throw new SettingError('HEADWAY_HELPER', `${at} must belong to root and be writable by nobody else`)
    }
    if (at === '/') return
  }
}

/**
 * The helpers of site mode. Throws SettingError where the agent runs as root (nothing would then keep it from users' files)
 * or the helper could be changed by others.
 */
export function createHelpers(config: Config, log: Logger): Helpers {
  if (process.platform !== 'linux') throw new SettingError('HEADWAY_RUN_AS', 'sudo is for Linux')
  if (process.getuid?.() === 0) {
    throw new SettingError(
      'HEADWAY_RUN_AS',
      'sudo is for an agent with an account of its own, not for one that runs as root',
    )
  }
  const { helper, sudo } = config.siteMode
  if (!existsSync(sudo))
    throw new SettingError('HEADWAY_RUN_AS', `sudo is not at ${sudo}; install it, or set siteMode.sudo`)
  checkHelper(helper)
  return new Helpers(config, log)
}
