// Whether the Electron window can be opened here, and how.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../node_modules/electron', import.meta.url))
const probe = fileURLToPath(new URL('electron-probe.mjs', import.meta.url))
const installSeconds = 60
const probeSeconds = 20

/** A display to open a window on. */
export function hasDisplay(env = process.env, platform = process.platform) {
  if (platform === 'win32') return true
  if (platform === 'darwin') return !env.SSH_CONNECTION
  return Boolean(env.DISPLAY || env.WAYLAND_DISPLAY)
}

function binary() {
  const name = join(folder, 'path.txt')
  if (!existsSync(name)) return undefined
  const path = join(folder, 'dist', readFileSync(name, 'utf8').trim())
  return existsSync(path) ? path : undefined
}

/** Ends with the exit code, or undefined where it took too long or could not be started. */
function run(command, args, seconds, signal) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'ignore', signal, timeout: seconds * 1000, killSignal: 'SIGKILL' })
    child.once('error', () => resolve(undefined))
    child.once('exit', (code) => resolve(code ?? undefined))
  })
}

/** The binary, fetched by Electron's own installer where it is missing; undefined where the window cannot be opened. */
export async function findElectron({ say, signal }) {
  if (!hasDisplay() || !existsSync(folder)) return undefined
  if (process.platform === 'linux' && process.getuid() === 0) {
    say('Electron does not run as root; opening Headway in the browser instead.')
    return undefined
  }
  if (binary() === undefined) {
    say(`Electron is not installed yet: trying its own installer for at most ${installSeconds} seconds …`)
    const code = await run(process.execPath, [join(folder, 'install.js')], installSeconds, signal)
    if (code !== 0 || binary() === undefined) {
      say('It could not be fetched; opening Headway in the browser instead.')
      return undefined
    }
  }
  const found = binary()
  // The sandbox stays on: where the system cannot offer it, the browser is the better window.
  if ((await run(found, [probe], probeSeconds, signal)) === 0) return found
  say('Electron does not start on this machine; opening Headway in the browser instead.')
  return undefined
}
