/**
 * The list of jobs in real Chromium: 10,000 jobs, 1,000 of them changing each second, scrolled all the while. The window, its
 * host and the way between them are the real ones; only the stream of jobs is made up here. Frames a second as the page
 * itself counts them; the peer is the same page and the same scrolling with nothing changing.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import type { Job } from '../../../contract/jobs.ts'
import { createCore } from '../../../src/core/index.ts'
import { maxFrame } from '../../../src/rpc/frames.ts'
import { createServer } from '../../../src/rpc/server.ts'
import type { Handlers } from '../../../src/rpc/types.ts'
import { portFromWebSocket } from '../../../src/rpc/web-socket-port.ts'
import { createIntake, pieceBytes } from '../../../src/web/intake.ts'
import { nodePlatform } from '../../../src/web/platform.ts'
import { startServer } from '../../../src/web/server.ts'
import { openBrowser } from '../../helpers/chromium.ts'
import { admin, startAgent } from '../../helpers/agent.ts'

const jobs = 10_000
const changesPerSecond = 1000
const seconds = Number(process.env['BENCH_SECONDS'] ?? 8)
const figure = (name: string, value: number, unit: string, ratio?: number) =>
  console.log(`${name} ${value.toFixed(0)} ${unit} ${ratio === undefined ? '-' : ratio.toFixed(2)}`)

const states = ['pending', 'running', 'completing'] as const
const jobAt = (index: number, turn: number): Job => ({
  id: String(index + 1),
  name: `case-${index % 97} Mach ${(index % 40) / 10}`,
  user: admin.username,
  state: states[(index + turn) % states.length] ?? 'running',
  resources: { partition: index % 3 === 0 ? 'viz' : 'compute', nodes: 1, tasks: 8, timeMinutes: 600 },
  submittedAt: new Date(Date.UTC(2026, 10, 1) + index * 60_000).toISOString(),
  startedAt: new Date(Date.UTC(2026, 10, 1) + index * 60_000 + 30_000).toISOString(),
  nodes: `c${index % 64}`,
  hasConvergence: false,
})

let changing = false
let turn = 0
const streamOfJobs: Handlers['jobs']['streams']['all'] = (_params, sink) => {
  sink.snapshot({ items: Array.from({ length: jobs }, (_none, index) => jobAt(index, 0)) })
  // In as many pieces a second as the core tells changes at most.
  const timer = setInterval(() => {
    if (!changing) return
    turn += 1
    const put = Array.from({ length: changesPerSecond / 20 }, (_none, at) =>
      jobAt((turn * 7919 + at * 101) % jobs, turn),
    )
    sink.event({ put, gone: [] })
  }, 50)
  return () => clearInterval(timer)
}

/** Frames a second while the list is scrolled by a wheel, as `requestAnimationFrame` counts them. */
async function framesPerSecond(page: Page): Promise<number> {
  await page.mouse.move(700, 500)
  const counted = page.evaluate(
    (ms) =>
      new Promise<number>((resolve) => {
        let frames = 0
        const begin = performance.now()
        const tick = (now: number) => {
          frames += 1
          if (now - begin < ms) requestAnimationFrame(tick)
          else resolve((frames * 1000) / (now - begin))
        }
        requestAnimationFrame(tick)
      }),
    seconds * 1000,
  )
  const end = Date.now() + seconds * 1000
  for (let step = 0; Date.now() < end; step += 1) {
    await page.mouse.wheel(0, step % 200 < 100 ? 160 : -160)
    await page.waitForTimeout(16)
  }
  return counted
}

const folder = mkdtempSync(join(tmpdir(), 'headway-bench-'))
const agent = await startAgent()
const intake = createIntake()
const platform = await nodePlatform({ data: folder, openSource: ({ token }) => Promise.resolve(intake.open(token)) })
const core = await createCore(platform)
const rpc = createServer(
  { ...core.handlers, jobs: { ...core.handlers.jobs, streams: { ...core.handlers.jobs.streams, all: streamOfJobs } } },
  { onFault: ({ error }) => console.error(error) },
)
const server = await startServer({
  renderer: fileURLToPath(new URL('../../../dist/renderer', import.meta.url)),
  port: 0,
  log: platform.log,
  serveRpc: (socket) => rpc.serve(portFromWebSocket(socket)),
  serveIntake: (socket) => intake.attach(socket),
  takeDownload: (ticket) => core.takeDownload(ticket),
  takeViewer: (ticket) => core.takeViewer(ticket),
  maxRpcBytes: 3 * maxFrame,
  maxIntakeBytes: pieceBytes + 4,
})
const browser = await openBrowser()
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  const signal = new AbortController().signal
  const site = await core.handlers.sites.methods.add({ url: agent.url }, { id: 'bench-add', signal })
  await core.handlers.sites.methods.signIn({ site: site.id, ...admin }, { id: 'bench-sign-in', signal })
  await page.goto(`${server.url}#token=${server.mint()}`)
  await page.evaluate(() => {
    location.hash = '#/jobs'
  })
  await page.getByRole('row').nth(10).waitFor()
  const still = await framesPerSecond(page)
  changing = true
  const busy = await framesPerSecond(page)
  figure('jobs-list-still', still, 'frames/s')
  figure('jobs-list-1000-changes', busy, 'frames/s', busy / still)
} finally {
  await browser.close()
  await server.close()
  await core.close()
  await agent.close()
  rmSync(folder, { recursive: true, force: true })
}
