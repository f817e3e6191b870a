import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { DesktopGeometry } from '../../../contract/desktops.ts'
import type { Config } from '../config.ts'
import type { DesktopJobs, DesktopRecord } from '../jobs/index.ts'
import { SESSION } from './session.ts'

const USUAL: DesktopGeometry = { width: 1600, height: 1000 }

/** One word of a POSIX shell. */
const quoted = (text: string): string => `'${text.replaceAll('\0', '').replaceAll("'", `'\\''`)}'`

/** The way of a new session, by what the settings say. */
export function wayOf({ owner, runAs, desktops }: Pick<Config, 'owner' | 'runAs' | 'desktops'>): DesktopRecord['way'] {
  if (desktops.way !== 'auto') return desktops.way
  // Its user's viewer comes by SSH and ends on the very node; in site mode the agent itself has to get there.
  if (owner !== undefined) return 'socket'
  return runAs === 'sudo' ? 'network' : 'near'
}

/** Lines of a template's script that `sbatch` reads: they count only at the top of the whole. */
function directivesOf(script: string): string[] {
  const lines = script.split('\n')
  const first = lines.findIndex((line) => line.trim() !== '' && !line.startsWith('#'))
  return lines.slice(0, first === -1 ? lines.length : first).filter((line) => /^#(?:SBATCH|SLURM)\b/.test(line))
}

function terminatorFor(script: string): string {
  for (;;) {
    const word = `HEADWAY_${randomBytes(12).toString('hex')}`
    if (!script.includes(word)) return word
  }
}

/** The script of a job in which `script` runs inside an X session; `variables` are what `session` is told. */
export function sessionScript(script: string, session: string, variables: Readonly<Record<string, string>>): string {
  const end = terminatorFor(script)
  return [
    '#!/bin/bash',
    ...directivesOf(script),
    ...Object.entries(variables).map(([name, value]) => `export ${name}=${quoted(value)}`),
    'umask 077',
    `mkdir -p ${SESSION} && chmod 700 ${SESSION} || exit 1`,
    `cat >${SESSION}/script <<'${end}' || exit 1`,
    script.replace(/\n?$/, ''),
    end,
    session,
  ].join('\n')
}

/** Turns templates of desktops into jobs, with the session script that ships with the agent. */
export function createDesktopJobs(config: Config): DesktopJobs {
  const file = join(config.assets, 'desktop', 'session.sh')
  return {
    perUser: config.desktops.perUser,
    async wrap(script, { name, spec, screen }) {
      const geometry = screen.geometry ?? spec.geometry ?? USUAL
      const dpi = screen.dpi ?? spec.dpi
      const way = wayOf(config)
      const { clipboard } = config.desktops
      const session = sessionScript(script, await readFile(file, 'utf8'), {
        HEADWAY_TITLE: name,
        HEADWAY_GEOMETRY: `${geometry.width}x${geometry.height}`,
        HEADWAY_DPI: dpi === undefined ? '' : String(dpi),
        HEADWAY_WAY: way,
        HEADWAY_HEAD: hostname(),
        HEADWAY_CLIPBOARD: clipboard ? '1' : '0',
        HEADWAY_OPENGL: spec.openGl ?? '',
      })
      return { script: session, desktop: { geometry, ...(dpi === undefined ? {} : { dpi }), way, clipboard } }
    },
  }
}
