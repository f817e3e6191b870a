import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { launcherText } from '../../../../src/core/agent-install/place.ts'
import { nodeFlags } from '../../../../src/core/kit/node-flags.ts'

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../../../${path}`, import.meta.url)), 'utf8')

it('the agent of a home and that of site mode are run with the same flags', () => {
  const file = { path: '', sha256: '', size: 0, unpacked: 0 }
  const agent = { version: '1.0.0', protocol: 1, bundle: file, node: {} }
  expect(launcherText(agent, '/base/node', '/base/agent.js')).toContain(
    `exec '/base/node' ${nodeFlags.map((flag) => `'${flag}'`).join(' ')} '/base/agent.js' "$@"`,
  )
  expect(read('assets/site-mode/install.sh')).toContain(`readonly node_flags=${nodeFlags.join(' ')}\n`)
})

it('what is young stays small by them, however much lives on', () => {
  const program = `
    const { getHeapSpaceStatistics } = require('node:v8')
    const young = () => getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size
    let kept = [], most = 0
    for (let i = 0; i < 2_000_000; i++) {
      kept.push({ i, of: [i] })
      if (kept.length > 60_000) kept = kept.slice(30_000)
      if (i % 50_000 === 0) most = Math.max(most, young())
    }
    console.log(most / 2 ** 20)`
  const most = execFileSync(process.execPath, [...nodeFlags, '-e', program]).toString()
  expect(Number(most)).toBeGreaterThan(0)
  expect(Number(most)).toBeLessThanOrEqual(32)
})
