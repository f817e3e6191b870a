import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { appError } from '../core/kit/app-error.ts'

type Environment = Record<string, string | undefined>

/**
 * The command that opens an address in the system's browser, or undefined where there is none to open: no display
 * (a remote box), no opener, or HEADWAY_NO_BROWSER set.
 */
export function browserCommand(
  env: Environment,
  system: NodeJS.Platform = process.platform,
  isCommand: (name: string) => boolean = (name) => onPath(name, env),
): string[] | undefined {
  if (env['HEADWAY_NO_BROWSER'] !== undefined && env['HEADWAY_NO_BROWSER'] !== '') return undefined
  if (system === 'darwin') return ['open']
  if (system === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler']
  if (!env['DISPLAY'] && !env['WAYLAND_DISPLAY']) return undefined
  return isCommand('xdg-open') ? ['xdg-open'] : undefined
}

/** Opens an http(s) address; rejects with a sentence where that is not possible. */
export function openInBrowser(url: string, env: Environment): Promise<void> {
  const { protocol, href } = new URL(url)
  const [command, ...first] = browserCommand(env) ?? []
  if (protocol !== 'http:' && protocol !== 'https:') return Promise.reject(refusal('Only web addresses are opened.'))
  if (command === undefined) return Promise.reject(refusal('There is no browser to open here.'))
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...first, href], { stdio: 'ignore', detached: true })
    child.once('error', reject)
    child.once('spawn', () => {
      child.unref()
      resolve()
    })
  })
}

const refusal = (reason: string): Error => appError('CONFLICT', { reason }, reason)

function onPath(name: string, env: Environment): boolean {
  return (env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
