import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** The packaged agent, put into a folder where every account can run it; gives the command's path. */
export function installAgentCommand(folder: string): string {
  const packaged = resolve(import.meta.dirname, '../../dist/agent-package')
  const find = (end: string): string => join(packaged, readdirSync(packaged).find((name) => name.endsWith(end)) ?? end)
  const inside = join(folder, 'agent')
  mkdirSync(inside)
  execFileSync('tar', ['-xzf', find('.tgz'), '-C', inside, '--no-same-permissions'])
  const unpack = 'gzip -dc "$1" > "$2" && chmod -R a+rX "$3" && chmod 755 "$2"'
  execFileSync('sh', ['-c', unpack, 'sh', find('-linux-x64.gz'), join(inside, 'node'), inside])
  const command = join(folder, 'headway-agent')
  writeFileSync(command, `#!/bin/sh\nexec '${inside}/node' '${inside}/agent.js' "$@"\n`, { mode: 0o755 })
  return command
}
