/**
 * A file of 1 GiB from a core (a process of its own) to an agent (another one) over loopback, real files on disk, with
 * SHA-256 proven at both ends, against `scp` with AES-GCM to an sshd on the same machine; in turns, medians.
 * `BENCH_MIB` and `BENCH_RUNS` change size and number.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { admin, secret, spawnAgent } from '../../helpers/agent.ts'
import { hasPart } from '../../helpers/parts.ts'
import { digestOfFile } from '../../helpers/random-file.ts'
import { startSshd } from './sshd.ts'

const MIB = 2 ** 20
const mib = Number(process.env['BENCH_MIB'] ?? 1024)
const runs = Number(process.env['BENCH_RUNS'] ?? 5)
const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
const figure = (name: string, value: number, unit: string, ratio?: number) =>
  console.log(`${name} ${value.toFixed(0)} ${unit} ${ratio === undefined ? '-' : ratio.toFixed(2)}`)

const folder = mkdtempSync(join(tmpdir(), 'headway-bench-'))
const file = join(folder, 'mesh.dat')
const uploads = join(folder, 'uploads')

/** MiB resident now (`VmRSS`) or at most since the last reset (`VmHWM`). */
function memory(pid: number | undefined, kind: 'VmRSS' | 'VmHWM'): number {
  const line = new RegExp(`${kind}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(line?.[1]) / 1024
}
/** The peak begins anew. */
const resetPeak = (pid: number | undefined) => writeFileSync(`/proc/${pid}/clear_refs`, '5')

async function startCore(url: string) {
  const program = fileURLToPath(new URL('core-process.ts', import.meta.url))
  const child = spawn(process.execPath, [program, url], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  await lines.next()
  return {
    pid: child.pid,
    async upload(path: string): Promise<number> {
      child.stdin.write(`${path}\n`)
      return Number((await lines.next()).value)
    },
    async close() {
      const ended = new Promise((resolve) => child.once('close', resolve))
      child.stdin.end()
      await ended
    },
  }
}

/** What was written goes to the disk outside of any measurement. */
function settle(...paths: string[]): void {
  for (const path of paths) rmSync(path, { recursive: true, force: true })
  spawnSync('sync')
}

async function main(): Promise<void> {
  const handle = await open(file, 'w')
  for (let written = 0; written < mib; written += 64) await handle.write(randomBytes(Math.min(64, mib - written) * MIB))
  await handle.close()
  const digest = await digestOfFile(file)

  const agent = await spawnAgent({
    HEADWAY_DATA: join(folder, 'agent'),
    HEADWAY_UPLOADS: uploads,
    HEADWAY_ADMIN_PASSWORD: admin.password,
    HEADWAY_LOG_LEVEL: 'warn',
    JWT_SECRET_KEY: secret,
  })
  const core = await startCore(agent.url)
  const ssh = join(folder, 'ssh')
  mkdirSync(ssh, { mode: 0o700 })
  const sshd = hasPart('sshd') && hasPart('scp') ? await startSshd(ssh) : undefined
  if (sshd === undefined) console.log('sshd or scp is not here: no comparison with scp')

  const before = { core: memory(core.pid, 'VmRSS'), agent: memory(agent.process.pid, 'VmRSS') }
  resetPeak(core.pid)
  resetPeak(agent.process.pid)
  const seconds = { ours: [] as number[], scp: [] as number[] }
  try {
    for (let run = 0; run < runs; run++) {
      seconds.ours.push(await core.upload(file))
      const stored = readdirSync(uploads, { recursive: true, encoding: 'utf8' }).find((name) => name.endsWith('.dat'))
      if (run === 0 && (await digestOfFile(join(uploads, stored ?? ''))) !== digest) throw new Error('stored wrongly')
      settle(join(uploads, stored ?? ''))
      if (sshd !== undefined) seconds.scp.push(sshd.scp(file, join(folder, 'copied')))
      settle(join(folder, 'copied'))
    }
    const rate = (values: number[]) => (mib * MIB) / 1e6 / median(values)
    if (sshd !== undefined) figure('scp-aes128-gcm', rate(seconds.scp), 'MB/s')
    const ratio = sshd === undefined ? undefined : median(seconds.scp) / median(seconds.ours)
    figure('upload-verified', rate(seconds.ours), 'MB/s', ratio)
    figure('core-memory-growth', memory(core.pid, 'VmHWM') - before.core, 'MiB')
    figure('agent-memory-growth', memory(agent.process.pid, 'VmHWM') - before.agent, 'MiB')
    console.log(
      `seconds ours ${seconds.ours.map((s) => s.toFixed(2)).join(' ')} · scp ${seconds.scp.map((s) => s.toFixed(2)).join(' ')}`,
    )
  } finally {
    await core.close()
    await agent.end()
    await sshd?.close()
  }
}

try {
  await main()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
