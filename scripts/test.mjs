// `npm test`: static checks, build, then every suite. What the machine lacks is installed where that is possible;
// otherwise the suites that need it are skipped loudly, and under CI=true a missing part is a failure.
// Arguments name the steps to run (checks build unit e2e electron); none: all. Ends with the totals alone on a line.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const ci = process.env.CI === 'true'
const wanted = new Set(process.argv.slice(2))
const wants = (step) => wanted.size === 0 || wanted.has(step)
const totals = { passed: 0, failed: 0, skipped: 0 }

if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error(
    'Node 24 did not arrive with the packages. Run `npm ci` without --omit=optional, then `npm test` again.',
  )
  process.exit(1)
}

const heading = (text) => console.log(`\n── ${text} ${'─'.repeat(Math.max(0, 76 - text.length))}`)
const run = (command, args, env = {}) =>
  spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } }).status ?? 1
const count = (ok, name) => {
  totals[ok ? 'passed' : 'failed'] += 1
  if (!ok) console.log(`FAILED: ${name}`)
}

function provision() {
  heading('parts of the machine')
  const found = spawnSync('bash', ['test/cluster/provision'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const missing = (found.stdout ?? '').split('\n').filter(Boolean)
  for (const part of missing) {
    if (ci) count(false, `${part} is missing and could not be installed`)
    else
      console.log(
        `SKIPPED: everything that needs ${part}. Install it (Debian/Ubuntu: sudo test/cluster/provision) and run again.`,
      )
  }
  if (missing.length === 0) console.log('all there')
}

/** One Slurm for all suites of this run; the tests that break things bring up their own. */
function withCluster(body) {
  const base = mkdtempSync(join(tmpdir(), 'headway-cluster-'))
  const up = spawnSync('bash', ['test/cluster/up', base], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  if (up.status === 0) process.env.HEADWAY_TEST_CLUSTER = base
  else if (ci) count(false, 'the Slurm cluster did not come up')
  else {
    process.env.HEADWAY_TEST_CLUSTER = 'none'
    console.log('SKIPPED: everything on a real Slurm. It needs root and the parts named above.')
  }
  try {
    body()
  } finally {
    spawnSync('bash', ['test/cluster/down', base], { cwd: root, stdio: 'inherit' })
    rmSync(base, { recursive: true, force: true })
  }
}

/** Runs vitest projects and adds up what they report; a run that reports nothing is a failure. */
function suites(title, projects, extra = []) {
  heading(title)
  const report = `${root}test/.artifacts/report-${projects.join('-')}.json`
  rmSync(report, { force: true })
  const args = [
    `${root}node_modules/vitest/vitest.mjs`,
    'run',
    ...projects.flatMap((name) => ['--project', name]),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...extra,
  ]
  const status = run(process.execPath, args)
  if (!existsSync(report)) return count(false, `${title} did not run`)
  const result = JSON.parse(readFileSync(report, 'utf8'))
  totals.passed += result.numPassedTests
  totals.failed += result.numFailedTests
  totals.skipped += result.numPendingTests + result.numTodoTests
  // A suite that breaks outside its tests (an import, a hook, an unhandled rejection) counts as one failure.
  if (status !== 0 && result.numFailedTests === 0) count(false, `${title}: failed outside its tests`)
}

/** At least 80 % of the lines of the agent and of the core. */
function coverage() {
  const file = `${root}coverage/coverage-summary.json`
  if (!existsSync(file)) return count(false, 'coverage was not measured')
  const summary = JSON.parse(readFileSync(file, 'utf8'))
  for (const part of ['agent/src', 'src/core']) {
    let lines = 0
    let covered = 0
    for (const [path, entry] of Object.entries(summary)) {
      if (!path.startsWith(`${root}${part}/`)) continue
      lines += entry.lines.total
      covered += entry.lines.covered
    }
    const percent = lines === 0 ? 0 : (100 * covered) / lines
    console.log(`coverage of ${part}: ${percent.toFixed(1)} % of ${lines} lines`)
    count(percent >= 80, `coverage of ${part} is under 80 %`)
  }
}

function electron() {
  heading('electron')
  const binary = existsSync(`${root}node_modules/electron/path.txt`)
  if (!binary) {
    console.log(
      'SKIPPED: the real Electron window. Its binary is not here: run `node node_modules/electron/install.js` where the network allows it.',
    )
    return
  }
  count(run(process.execPath, ['scripts/build.mjs']) === 0, 'build')
  suites('end to end in Electron', ['electron'])
}

if (wanted.size === 0 || wants('unit') || wants('e2e')) provision()
if (wants('checks')) {
  heading('checks')
  count(run(process.execPath, ['scripts/check.mjs']) === 0, 'static checks')
}
if (wants('build') || wants('e2e')) {
  heading('build')
  count(run(process.execPath, ['scripts/build.mjs']) === 0, 'build')
}
if (wants('unit') || wants('e2e')) {
  withCluster(() => {
    if (wants('unit')) {
      suites('unit, contract and integration', ['unit', 'contract', 'integration'], ['--coverage'])
      coverage()
    }
    if (wants('e2e')) suites('end to end in Chromium', ['e2e'], ['--no-file-parallelism'])
  })
}
if (wanted.has('electron')) electron()

console.log(
  `\n${totals.passed} passed, ${totals.failed} failed${totals.skipped > 0 ? `, ${totals.skipped} skipped` : ''}`,
)
process.exit(totals.failed === 0 ? 0 : 1)
